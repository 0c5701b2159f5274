"""The HTML document around Gradio's app, made ours before it leaves the server."""

from __future__ import annotations

import base64
import hashlib
import html
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.security import CHAT_POLICY, policy_text

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.I)
# Link previews would show Gradio's name and fetch its picture.
_PREVIEW = re.compile(r"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>", re.DOTALL)
_VIEWPORT = re.compile(r"<meta\s+name=\"viewport\"[^>]*>", re.DOTALL)

_HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover,
 interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta property="og:title" content="{title}">
<title>{title}</title>
<link rel="icon" href="guide/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="guide/tokens.css">
<link rel="stylesheet" href="guide/chat.css">
<link rel="stylesheet" href="guide/cards.css">
<link rel="modulepreload" href="guide/chat.js">
<script src="guide/theme.js"></script>
</head>"""


class ChatDocument:
    """ASGI middleware for `/` alone: our head, our first paint, and a policy by script hashes."""

    def __init__(self, app: ASGIApp, title: str) -> None:
        self._app = app
        self._title = title

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Buffer the document, mend it, and send it on; pass everything else through."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message | None = None
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body") or start is None:
                return
            headers = MutableHeaders(scope=start)
            document = body
            if headers.get("content-type", "").startswith("text/html"):
                text = mended(body.decode(), self._title)
                document = text.encode()
                headers["content-security-policy"] = policy_for(text)
                headers["cache-control"] = "no-store"
                if scope["method"] != "HEAD":
                    headers["content-length"] = str(len(document))
            await send(start)
            await send({"type": "http.response.body", "body": document})

        await self._app({**scope, "headers": plain}, receive, collect)


def mended(document: str, title: str) -> str:
    """Gradio's document with our head."""
    document = _VIEWPORT.sub("", _PREVIEW.sub("", document))
    head = _HEAD.format(title=html.escape(title))
    return document.replace("</head>", head, 1)


def policy_for(document: str) -> str:
    """The chat page's policy, allowing the inline scripts of exactly this document."""
    hashes = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in _INLINE_SCRIPT.findall(document)
    }
    allowed = " ".join(f"'sha256-{each}'" for each in sorted(hashes))
    return policy_text({**CHAT_POLICY, "script-src": f"{CHAT_POLICY['script-src']} {allowed}"})
