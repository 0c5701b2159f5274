"""`/mcp`: the tools over streamable HTTP, for keys with the scopes `chat` and `search`."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from fastapi.security import HTTPAuthorizationCredentials
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ui.api.access import Api, caller_of, with_scope
from ui.api.errors import refusal_of
from ui.api.keys import Scope as KeyScope
from ui.mcp.tools import mcp_server


class McpEndpoint:
    """ASGI application of one address; stateless, so that any server answers any request."""

    def __init__(self, api: Api) -> None:
        server = mcp_server(api)
        # A page that rebinds its name to this host has no key.
        open_hosts = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(
            stateless_http=True, json_response=True, transport_security=open_hosts
        )
        self._manager = server.session_manager

    def running(self) -> AbstractAsyncContextManager[None]:
        """Serve for as long as the context lasts."""
        return self._manager.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in by its key, or refuse it with a problem."""
        request = Request(scope, receive)
        try:
            await asyncio.to_thread(_admit, request)
        except Exception as error:
            await refusal_of(error).response()(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)


def mount_mcp(app: FastAPI, api: Api) -> McpEndpoint:
    """Add the address; call before anything is mounted at `/`."""
    endpoint = McpEndpoint(api)
    app.router.routes.append(Route("/mcp", endpoint=endpoint))
    return endpoint


def _admit(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    credentials = None
    if scheme.lower() == "bearer" and key:
        credentials = HTTPAuthorizationCredentials(scheme=scheme, credentials=key.strip())
    caller = caller_of(request, credentials)
    for needed in (KeyScope.CHAT, KeyScope.SEARCH):
        with_scope(request, caller, needed)
