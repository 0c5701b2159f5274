"""All settings of an installed guide, read once at start."""

from __future__ import annotations

import difflib
import logging
import os
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from retrieval.errors import SettingsError
from retrieval.shop_name import shop_name
from ui.channels.settings import ChannelSettings
from ui.observing.logs import LogFormat, LogLevel
from ui.staff.roles import Role

logger = logging.getLogger(__name__)

CONFIG_FILE = Path("shopguide.toml")
PREFIX = "SHOPGUIDE_"


class Settings(ChannelSettings):
    """Every setting, from the environment first and `shopguide.toml` second."""

    model_config = SettingsConfigDict(toml_file=CONFIG_FILE)

    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="port to listen on")] = 7860
    images_dir: Annotated[
        Path | None,
        Field(description="folder served at /images; by default the demo shop's pictures"),
    ] = None
    public_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^/\s]+$",
            description="where people reach the server, such as https://guide.example",
        ),
    ] = None
    shop_url: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description="the shop's own pages, for the product feed"),
    ] = None
    store_country: Annotated[
        str | None,
        Field(pattern=r"^[A-Z]{2}$", description="where the shop is, for the product feed: US"),
    ] = None
    target_countries: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...],
        Field(description="where it delivers, for the product feed; by default where it is"),
    ] = ()
    return_policy_url: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description="page on returns, for the product feed"),
    ] = None
    allowed_origins: Annotated[
        tuple[Annotated[str, Field(pattern=r"^https?://[^/\s*]+$")], ...],
        Field(description="pages of which sites may call the API, such as https://shop.example"),
    ] = ()
    open_chat: Annotated[
        bool, Field(description="customers may talk through the API without a key, as on the page")
    ] = True
    rate_per_minute: Annotated[
        int, Field(ge=1, description="API requests of a key that has no limit of its own")
    ] = 300
    address_rate_per_minute: Annotated[
        int, Field(ge=1, description="API requests from one address without a key")
    ] = 60
    rate_limit_storage: Annotated[
        str,
        Field(description="where requests are counted; redis://… for several servers together"),
    ] = "memory://"
    turns_at_once: Annotated[
        int, Field(ge=1, le=256, description="turns of page and API computed side by side")
    ] = 8
    turns_waiting: Annotated[
        int,
        Field(
            ge=0, le=10_000, description="turns that may wait; more are told that the guide is busy"
        ),
    ] = 32
    turn_wait_seconds: Annotated[
        float, Field(gt=0, description="a turn that would wait longer for its start is refused too")
    ] = 4
    shutdown_delay_seconds: Annotated[
        float,
        Field(
            ge=0,
            le=300,
            description="told to stop, answer so long as before, but not ready: balancers notice",
        ),
    ] = 0
    shutdown_seconds: Annotated[
        float, Field(ge=0, le=600, description="told to stop, how long turns under way may take")
    ] = 20
    trusted_proxies: Annotated[
        tuple[str, ...],
        Field(description="addresses or networks of proxies whose X-Forwarded-For is believed"),
    ] = ("127.0.0.1", "::1")
    log_format: Annotated[
        LogFormat, Field(description="what serve logs: lines for people, or a JSON object a line")
    ] = "text"
    log_level: Annotated[
        LogLevel, Field(description="what serve logs; info has a line for every request")
    ] = "warning"
    metrics_token: Annotated[
        SecretStr | None,
        Field(description="opens /metrics as a Bearer token; without it only to this machine"),
    ] = None
    otlp_endpoint: Annotated[
        str | None,
        Field(
            pattern=r"^https?://\S+$",
            description="OpenTelemetry collector (OTLP over gRPC), such as http://localhost:4317",
        ),
    ] = None
    staff_session_hours: Annotated[
        float, Field(gt=0, le=720, description="after this, staff sign in again")
    ] = 12
    oidc_issuer: Annotated[
        str | None, Field(description="OpenID Connect provider at which staff sign in, https://…")
    ] = None
    oidc_client_id: Annotated[str | None, Field(description="our name at the provider")] = None
    oidc_client_secret: Annotated[
        SecretStr | None, Field(description="our secret at the provider")
    ] = None
    oidc_name: Annotated[str | None, Field(description="the provider's name on its button")] = None
    oidc_groups_claim: Annotated[
        str, Field(description="claim of the ID token that lists a person's groups")
    ] = "groups"
    oidc_roles: Annotated[
        dict[str, Role],
        Field(
            default_factory=dict, description="role of each group; whoever is in one has an account"
        ),
    ]
    oidc_trust_email: Annotated[
        bool, Field(description="take e-mail addresses that the provider does not call verified")
    ] = False

    @property
    def address(self) -> str:
        """Where the server listens, as an address for a browser on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def public_address(self) -> str:
        """Where people reach the server, as far as is known."""
        return self.public_url or self.address

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: object) -> Settings:
    """Read and check all settings.

    Raises:
        SettingsError: naming each wrong setting and what is wrong with it.
    """
    try:
        settings = Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{CONFIG_FILE}: {error}") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        lines = [f"  {_told(problem)}" for problem in problems]
        raise SettingsError("these settings are wrong:\n" + "\n".join(lines)) from None
    _tell_of_unknown_variables()
    if "shop_name" not in settings.model_fields_set and (name := shop_name(settings)):
        return settings.model_copy(update={"shop_name": name})
    return settings


def _told(problem: ErrorDetails) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{name}: {problem['msg']}"
    near = _nearest(name)
    perhaps = f"; perhaps {near} is meant" if near else ""
    return f"{name}: there is no such setting (in {CONFIG_FILE}){perhaps}"


def _tell_of_unknown_variables() -> None:
    # No error: the name may be another program's, as of the services that Kubernetes announces.
    for variable in os.environ:
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in Settings.model_fields:
            near = _nearest(name)
            perhaps = f"; perhaps {PREFIX}{near.upper()} is meant" if near else ""
            logger.warning("%s is no setting of ours%s", variable, perhaps)


def _nearest(name: str) -> str | None:
    return next(iter(difflib.get_close_matches(name, Settings.model_fields, n=1)), None)
