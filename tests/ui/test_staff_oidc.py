"""Signing in at an identity provider, against a small one that signs as real ones do."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from conftest import free_port
from fastapi import FastAPI, Request
from httpx import Response
from joserfc import jwt
from joserfc.jwk import RSAKey
from staff_parts import Desk, make_desk
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from assistant.audit_log import read_audit
from retrieval.database import open_database
from retrieval.errors import SettingsError
from ui.settings import Settings
from ui.staff.oidc import Provider
from ui.staff.roles import Role

PUBLIC = "https://guide.shop.example"
KEY, FOREIGN_KEY = (RSAKey.generate_key(2048, {"kid": "k"}) for _ in range(2))


@dataclass
class FakeProvider:
    """Answers as it is told to; `person` is who signs in next."""

    issuer: str
    person: dict[str, Any] = field(default_factory=dict[str, Any])
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    key: RSAKey = field(default_factory=lambda: KEY)
    nonce: str = ""
    challenge: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def metadata() -> dict[str, object]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }

        @app.get("/keys")
        def keys() -> dict[str, object]:
            return {"keys": [KEY.as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = await request.form()
            hashed = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            if base64.urlsafe_b64encode(hashed).decode().rstrip("=") != self.challenge:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {
                "iss": self.issuer, "aud": "guide", "sub": "7", "iat": now, "exp": now + 60,
                "nonce": self.nonce, "email_verified": True, **self.person, **self.changes,
            }  # fmt: skip
            signed = jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.key)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

        return app


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    port = free_port()
    fake = FakeProvider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(fake.app(), port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield fake
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def provider(server: FakeProvider) -> FakeProvider:
    server.person = {"email": "anna@shop.example", "name": "Anna Berg"}
    server.changes, server.key = {}, KEY
    return server


def desk_of(provider: FakeProvider, folder: Path, **settings: object) -> Desk:
    given = {
        "oidc_issuer": provider.issuer, "oidc_client_id": "guide", "oidc_client_secret": "s",
        "oidc_name": "Larkfell ID", "public_url": PUBLIC, **settings,
    }  # fmt: skip
    return make_desk(open_database(f"sqlite:///{folder / 'shop.db'}"), **given)


@pytest.fixture
def desk(provider: FakeProvider, tmp_path: Path) -> Desk:
    return desk_of(provider, tmp_path)


def leave(provider: FakeProvider, visitor: TestClient, next: str = "/staff") -> dict[str, str]:
    """Go to the provider; returns what it would send back."""
    away = visitor.get("/staff/oidc", params={"next": next})
    assert away.status_code == 303, away.text
    asked = {
        name: values[0]
        for name, values in parse_qs(urlsplit(away.headers["location"]).query).items()
    }
    assert asked["redirect_uri"] == f"{PUBLIC}/staff/oidc/return"
    assert asked["code_challenge_method"] == "S256"
    provider.nonce, provider.challenge = asked["nonce"], asked["code_challenge"]
    return {"code": "c", "state": asked["state"]}


def sign_in(provider: FakeProvider, visitor: TestClient, next: str = "/staff") -> Response:
    return visitor.get("/staff/oidc/return", params=leave(provider, visitor, next))


def test_who_has_an_account_is_let_in(provider: FakeProvider, desk: Desk) -> None:
    desk.accounts.add("Anna@shop.example", "Anna", Role.LEAD)
    visitor = desk.visitor(PUBLIC)
    assert "Sign in with Larkfell ID" in visitor.get("/staff/sign-in").text
    back = sign_in(provider, visitor, next="/staff/audit")
    assert (back.status_code, back.headers["location"]) == (303, "/staff/audit")
    assert visitor.get("/staff/audit").status_code == 200
    # From now on the subject counts, whatever the address is.
    provider.person["email"] = "anna.berg@shop.example"
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 303
    provider.person["sub"] = "8"
    provider.person["email"] = "anna@shop.example"
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 403


def test_who_has_none_or_a_shut_one_is_not(provider: FakeProvider, desk: Desk) -> None:
    assert "You have no account here" in sign_in(provider, desk.visitor(PUBLIC)).text
    desk.accounts.add("root@shop.example", "Root", Role.ADMIN)
    anna = desk.accounts.add("anna@shop.example", "Anna", Role.AGENT)
    desk.accounts.change(anna, role=Role.AGENT, disabled=True)
    visitor = desk.visitor(PUBLIC)
    assert sign_in(provider, visitor).status_code == 403
    assert visitor.get("/staff/account").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [{"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1},
     {"email_verified": False}, {"email": ""}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused(
    provider: FakeProvider, desk: Desk, changes: dict[str, object]
) -> None:
    desk.accounts.add("anna@shop.example", "Anna", Role.LEAD)
    provider.changes = changes
    visitor = desk.visitor(PUBLIC)
    assert sign_in(provider, visitor).status_code == 403
    assert visitor.get("/staff/account").status_code == 303
    assert read_audit(desk.console.engine)[0].action == "sign-in refused"


def test_a_signature_by_another_key_is_refused(provider: FakeProvider, desk: Desk) -> None:
    desk.accounts.add("anna@shop.example", "Anna", Role.LEAD)
    provider.key = FOREIGN_KEY
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 403


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    provider: FakeProvider, desk: Desk
) -> None:
    desk.accounts.add("anna@shop.example", "Anna", Role.LEAD)
    visitor, other = desk.visitor(PUBLIC), desk.visitor(PUBLIC)
    answer = leave(provider, visitor)
    assert other.get("/staff/oidc/return", params=answer).status_code == 404
    forged = visitor.get("/staff/oidc/return", params={**answer, "state": "forged"})
    assert forged.status_code == 403
    assert visitor.get("/staff/oidc/return", params=answer).status_code == 404


def test_groups_give_accounts_and_roles(provider: FakeProvider, tmp_path: Path) -> None:
    desk = desk_of(provider, tmp_path, oidc_roles={"support": "agent", "heads": "lead"})
    desk.accounts.add("root@shop.example", "Root", Role.ADMIN)
    provider.person["groups"] = ["support", "football"]
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 303
    assert desk.accounts.find("anna@shop.example").role is Role.AGENT
    provider.person["groups"] = ["support", "heads"]
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 303
    assert desk.accounts.find("anna@shop.example").role is Role.LEAD
    provider.person["groups"] = "football"
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 403


def test_an_unverified_address_counts_where_the_shop_trusts_its_provider(
    provider: FakeProvider, tmp_path: Path
) -> None:
    desk = desk_of(provider, tmp_path, oidc_trust_email=True)
    desk.accounts.add("anna@shop.example", "Anna", Role.LEAD)
    provider.changes = {"email_verified": None}
    assert sign_in(provider, desk.visitor(PUBLIC)).status_code == 303


def test_a_provider_that_is_away_is_told(tmp_path: Path) -> None:
    desk = desk_of(FakeProvider(f"http://127.0.0.1:{free_port()}"), tmp_path)
    assert desk.visitor(PUBLIC).get("/staff/oidc").status_code == 502


def test_without_a_provider_there_is_no_button(tmp_path: Path) -> None:
    desk = make_desk(open_database(f"sqlite:///{tmp_path / 'shop.db'}"))
    visitor = desk.visitor()
    assert "Sign in with" not in visitor.get("/staff/sign-in").text
    assert visitor.get("/staff/oidc").status_code == 404


def test_half_a_provider_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="together"):
        Provider.of(Settings(oidc_issuer="https://id.example"))
    with pytest.raises(SettingsError, match="https"):
        Provider.of(Settings(oidc_issuer="http://id.example", oidc_client_id="x"))
