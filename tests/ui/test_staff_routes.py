"""Every route of the whole server, tried by nobody, by every role, and by another customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from visiting import Site

from assistant.reply import Reply
from ui.api import access
from ui.api.keys import Scope
from ui.staff import sessions
from ui.staff.guard import StaffConsole
from ui.staff.roles import Role
from ui.staff.tokens import csrf_token

OPEN_TO_ALL = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),  # to this machine or by a token: tests/ui/test_observing.py
    ("GET", "/v1/openapi.json"),
    ("GET", "/images/{name}"),
    ("GET", "/product/{product_id:path}"),
    ("GET", "/demo-shop"),
    ("GET", "/widget.js"),
    ("GET", "/chat/news/{conversation_id}"),
    ("POST", "/v1/conversations/{conversation_id}/events"),
    ("POST", "/v1/conversations/{conversation_id}/consent"),
    # The console's own doors.
    ("GET", "/staff/sign-in"),
    ("POST", "/staff/sign-in"),
    ("GET", "/staff/set-up/{token}"),
    ("POST", "/staff/set-up/{token}"),
    ("GET", "/staff/oidc"),
    ("GET", "/staff/oidc/return"),
    ("GET", "/staff/password/{token}"),
    ("POST", "/staff/password/{token}"),
    # What a platform signs; `test_channels` forges it.
    ("GET", "/channels/whatsapp"),
    ("POST", "/channels/{name}"),
}
"""What customers and strangers may call. A new route is guarded, or deliberately put here."""

MOUNTED = {"/guide", ""}
"""Static files, and Gradio: what of that is open, `test_server` tries."""


API_DOORS: dict[object, Scope] = {
    access.searcher: Scope.SEARCH,
    access.cataloguer: Scope.CATALOG,
    access.chat_client: Scope.CHAT,
    access.talker: Scope.CHAT,
    access.participant: Scope.CONVERSATIONS,
    access.witness: Scope.CONVERSATIONS,
}
"""The dependencies that guard the API, and the scope that opens each."""


def guards(dependant: Dependant) -> Iterator[tuple[Role, ...]]:
    """The roles of every `require` that a route depends on."""
    for each in dependant.dependencies:
        if hasattr(each.call, "roles"):
            yield each.call.roles
        yield from guards(each)


def routes(site: Site) -> list[tuple[str, str, list[tuple[Role, ...]]]]:
    """(method, path, roles of each guard) of everything that is not mounted."""
    found: list[tuple[str, str, list[tuple[Role, ...]]]] = []
    for context in iter_route_contexts(site.app.routes):
        original = context.original_route
        if isinstance(original, Mount):
            assert original.path in MOUNTED, original.path
            continue
        dependant = original.dependant if isinstance(original, APIRoute) else None
        for method in sorted((context.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append((method, context.path, list(guards(dependant)) if dependant else []))
    return found


def doors(dependant: Dependant) -> Iterator[object]:
    """The API's guards that a route depends on, the outermost first."""
    for each in dependant.dependencies:
        if each.call in API_DOORS:
            yield each.call
        else:
            yield from doors(each)


def api_routes(site: Site) -> dict[tuple[str, str], object]:
    """The guard of each (method, path) that is open by a key or a conversation's token."""
    found: dict[tuple[str, str], object] = {}
    for context in iter_route_contexts(site.app.routes):
        original = context.original_route
        if isinstance(original, APIRoute) and (door := next(doors(original.dependant), None)):
            for method in (context.methods or set()) - {"HEAD", "OPTIONS"}:
                found[method, context.path] = door
    return found


def address(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


def status_of(site: Site, method: str, path: str, **headers: str) -> int:
    """The answer's status, without waiting for a stream to end."""
    url, given = site.address + address(path), {"Accept": "application/json", **headers}
    with httpx.stream(method, url, headers=given, timeout=20) as answer:
        return answer.status_code


@pytest.fixture(scope="module")
def members(site: Site) -> dict[Role, str]:
    """The id of a member of each role."""
    accounts = site.app.state.staff.accounts
    return {role: accounts.add(f"{role}@walk.example", role, role).id for role in Role}


def as_member(site: Site, user_id: str) -> dict[str, str]:
    """Headers of a new session, with its CSRF token."""
    console: StaffConsole = site.app.state.staff
    token = sessions.start(console.engine, user_id, hours=1)
    return {"Cookie": f"shopguide-staff={token}", "X-CSRF-Token": csrf_token(token)}


def test_every_route_is_guarded_or_known_to_be_open(site: Site) -> None:
    found = routes(site)
    by_key = api_routes(site).keys()
    assert len(found) > len(OPEN_TO_ALL)
    unguarded = {(method, path) for method, path, roles in found if not roles}
    assert unguarded - by_key == OPEN_TO_ALL
    assert not by_key & OPEN_TO_ALL
    assert not [path for _, path, roles in found if roles and "/staff" not in path]


def test_the_api_opens_to_keys_of_the_right_scope_alone(site: Site) -> None:
    found = api_routes(site)
    assert set(found.values()) == set(API_DOORS)
    made_up = {"Authorization": "Bearer sk-made-up"}
    secrets = {scope: site.app.state.api.keys.add("walk", [scope], None)[1] for scope in Scope}
    for (method, path), door in found.items():
        assert status_of(site, method, path, **made_up) == 401, (method, path)
        if door is access.talker:  # The shop's chat is open to all here.
            continue
        assert status_of(site, method, path) == 401, (method, path)
        for scope, secret in secrets.items():
            status = status_of(site, method, path, Authorization=f"Bearer {secret}")
            may = scope is API_DOORS[door] or (scope, door) == (
                Scope.CONVERSATIONS,
                access.chat_client,
            )
            refused = 401 if door in (access.participant, access.witness) else 403
            assert (status != refused) == may, (method, path, scope, status)


def test_nobody_gets_past_a_guard(site: Site) -> None:
    for method, path, roles in routes(site):
        if roles:
            assert status_of(site, method, path) == 401, (method, path)
            made_up = {"Cookie": "shopguide-staff=made-up; __Host-shopguide-staff=made-up"}
            assert status_of(site, method, path, **made_up) == 401, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_is_open_to_it_and_nothing_else(
    site: Site, members: dict[Role, str], role: Role
) -> None:
    for method, path, demanded in routes(site):
        if not demanded:
            continue
        status = status_of(site, method, path, **as_member(site, members[role]))
        may = all(not roles or any(role.includes(each) for each in roles) for roles in demanded)
        assert (status not in (401, 403)) == may, (method, path, status)


@pytest.mark.parametrize("role", list(Role))
def test_nothing_changes_without_a_csrf_token(
    site: Site, members: dict[Role, str], role: Role
) -> None:
    for method, path, roles in routes(site):
        if roles and method != "GET":
            cookie = {"Cookie": as_member(site, members[role])["Cookie"]}
            assert status_of(site, method, path, **cookie) == 403, (method, path)


def test_a_customer_is_nobody_to_the_console(site: Site) -> None:
    reply = list(site.guide.answer("a jacket"))[-1]
    assert isinstance(reply, Reply)
    for method, path, roles in routes(site):
        if roles:
            own = path.replace("{conversation_id}", reply.conversation_id)
            headers = {"Cookie": f"shopguide-staff={reply.conversation_id}"}
            assert status_of(site, method, own, **headers) == 401, (method, path)


def test_a_customer_cannot_reach_another_ones_conversation(
    site: Site, client: httpx.Client
) -> None:
    """What is known of one conversation opens no other: ids end in 62 random bits."""
    one, two = (list(site.guide.answer("a jacket"))[-1] for _ in range(2))
    assert isinstance(one, Reply)
    assert isinstance(two, Reply)
    body = {"kind": "feedback", "turn": 1, "value": "up"}
    near = [one.conversation_id[:-1] + digit for digit in "0123456789abcdef"]
    near += [two.conversation_id[:18] + one.conversation_id[18:], one.conversation_id[:-1], "%"]
    for guess in set(near) - {one.conversation_id, two.conversation_id}:
        assert client.post(f"/v1/conversations/{guess}/events", json=body).status_code == 404
    own = client.post(f"/v1/conversations/{one.conversation_id}/events", json=body)
    assert own.status_code == 204
