"""Signing in at an identity provider: OpenID Connect, code flow with PKCE, by Authlib.

https://openid.net/specs/openid-connect-core-1_0.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from retrieval.errors import SettingsError, ShopGuideError
from ui.settings import Settings
from ui.staff.roles import Role
from ui.staff.tokens import new_token

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a public key; never "none", never a shared secret."""
_RANK = (Role.ML, Role.AGENT, Role.LEAD, Role.ADMIN)
_DISCOVERED_FOR = 3600.0
_TIMEOUT = 10.0
_LEEWAY = 60

Json = Mapping[str, Any]


class ProviderError(ShopGuideError):
    """The provider cannot be reached, refused, or said what cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for; `role` follows from the groups, where they are mapped."""

    subject: str
    email: str
    name: str
    role: Role | None


@dataclass(slots=True)
class Provider:
    """The provider of the settings."""

    settings: Settings
    _found: Json = field(default_factory=dict[str, Any])
    _found_at: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """The provider, or None where none is set.

        Raises:
            SettingsError: it is set in part, or would be reached without TLS.
        """
        issuer, client = settings.oidc_issuer, settings.oidc_client_id
        if not issuer and not client:
            return None
        if not (issuer and client):
            raise SettingsError("oidc_issuer and oidc_client_id are set together or not at all")
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise SettingsError("oidc_issuer: must begin with https://")
        return cls(settings)

    @property
    def name(self) -> str:
        """As its button says."""
        return self.settings.oidc_name or urlsplit(self.settings.oidc_issuer or "").hostname or ""

    def begin(self, next: str) -> tuple[str, dict[str, str]]:
        """The address to send the browser to, and what must be remembered until it returns.

        Raises:
            ProviderError: the provider's description cannot be had.
        """
        kept = {"state": new_token(), "nonce": new_token(), "verifier": new_token(), "next": next}
        endpoint = self._metadata()["authorization_endpoint"]
        with self._client() as client:
            address, _ = client.create_authorization_url(
                endpoint, state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
            )
        return address, kept

    def finish(self, query: Mapping[str, str], kept: Mapping[str, str]) -> Identity:
        """Who has come back.

        Raises:
            ProviderError: the answer is not one to our question, or its proof does not hold.
        """
        if query.get("error") or not query.get("code"):
            raise ProviderError(f"the provider refused: {query.get('error', 'no code')}")
        if query.get("state") != kept["state"]:
            raise ProviderError("the answer does not belong to this browser's question")
        try:
            with self._client() as client:
                token: Json = client.fetch_token(
                    self._metadata()["token_endpoint"],
                    code=query["code"],
                    code_verifier=kept["verifier"],
                    grant_type="authorization_code",
                )
                claims = self._claims(client, token, kept["nonce"])
        except ProviderError:
            raise
        except Exception as error:  # Authlib, joserfc and the HTTP client each have their own
            raise ProviderError(f"signing in failed: {type(error).__name__}: {error}") from error
        return self._identity(claims)

    def _claims(self, client: Any, token: Json, nonce: str) -> Json:
        if "id_token" not in token:
            raise ProviderError("the provider gave no ID token")
        metadata = self._metadata()
        keys = client.request("GET", metadata["jwks_uri"], withhold_token=True)
        keys.raise_for_status()
        decoded = jwt.decode(
            token["id_token"], KeySet.import_key_set(keys.json()), algorithms=list(_ALGORITHMS)
        )
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self.settings.oidc_client_id},
            },
            {"nonce": nonce, "client_id": self.settings.oidc_client_id},
        )
        claims.validate(leeway=_LEEWAY)
        return cast("Json", claims)

    def _identity(self, claims: Json) -> Identity:
        email = str(claims.get("email") or "").strip()
        if not email:
            raise ProviderError("the provider told no e-mail address")
        # An address that anybody can enter at the provider must not open a colleague's account.
        if claims.get("email_verified") is not True and not self.settings.oidc_trust_email:
            raise ProviderError("the provider has not verified the e-mail address")
        role = None
        if self.settings.oidc_roles:
            said = claims.get(self.settings.oidc_groups_claim) or ()
            groups = {said} if isinstance(said, str) else {str(each) for each in said}
            fitting = [role for group, role in self.settings.oidc_roles.items() if group in groups]
            if not fitting:
                raise ProviderError("none of the person's groups has a role here")
            role = max(fitting, key=_RANK.index)
        name = str(claims.get("name") or email.partition("@")[0])
        return Identity(f"{claims['iss']} {claims['sub']}", email, name, role)

    def _metadata(self) -> Json:
        """What the provider says of itself (OpenID Connect Discovery 1.0)."""
        if self._found and time.monotonic() - self._found_at < _DISCOVERED_FOR:
            return self._found
        issuer = (self.settings.oidc_issuer or "").rstrip("/")
        try:
            with self._client() as client:
                answer = client.request(
                    "GET", f"{issuer}/.well-known/openid-configuration", withhold_token=True
                )
            answer.raise_for_status()
            found = answer.json()
        except Exception as error:
            raise ProviderError(f"{issuer} cannot be reached: {error}") from error
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            raise ProviderError(f"{issuer} calls itself {found.get('issuer')!r}")
        self._found, self._found_at = found, time.monotonic()
        return found

    def _client(self) -> Any:
        """A client, to be closed; untyped, because Authlib chooses its base when imported."""
        secret = self.settings.oidc_client_secret
        return OAuth2Client(
            self.settings.oidc_client_id,
            secret.get_secret_value() if secret else None,
            scope="openid email profile",
            redirect_uri=f"{self.settings.public_address}/staff/oidc/return",
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )
