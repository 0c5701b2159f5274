"""Settings of the channels; one that is not set is closed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from assistant.settings import AssistantSettings


class ChannelSettings(AssistantSettings):
    """Secrets and addresses of the platforms."""

    webhook_secret: Annotated[
        SecretStr | None,
        Field(description="signs the generic webhook, as Standard Webhooks have it: whsec_BASE64"),
    ] = None
    webhook_reply_url: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description="where the generic webhook's replies go"),
    ] = None
    telegram_token: Annotated[SecretStr | None, Field(description="token of the Telegram bot")] = (
        None
    )
    telegram_secret: Annotated[
        SecretStr | None, Field(description="the secret_token given to setWebhook")
    ] = None
    telegram_api_url: Annotated[str, Field(description="Telegram's Bot API")] = (
        "https://api.telegram.org"
    )
    slack_token: Annotated[
        SecretStr | None, Field(description="token of the Slack bot: xoxb-…")
    ] = None
    slack_signing_secret: Annotated[
        SecretStr | None, Field(description="signing secret of the Slack app")
    ] = None
    slack_api_url: Annotated[str, Field(description="Slack's Web API")] = "https://slack.com/api"
    whatsapp_token: Annotated[SecretStr | None, Field(description="token of the system user")] = (
        None
    )
    whatsapp_app_secret: Annotated[
        SecretStr | None, Field(description="secret of the Meta app")
    ] = None
    whatsapp_verify_token: Annotated[
        SecretStr | None, Field(description="chosen by you, for setting up the webhook")
    ] = None
    whatsapp_api_url: Annotated[str, Field(description="the Graph API, with its version")] = (
        "https://graph.facebook.com/v23.0"
    )
    chatwoot_url: Annotated[
        str | None, Field(pattern=r"^https?://[^/\s]+$", description="address of the installation")
    ] = None
    chatwoot_token: Annotated[
        SecretStr | None, Field(description="access token of the agent bot")
    ] = None
    chatwoot_secret: Annotated[
        SecretStr | None,
        Field(description="secret with which Chatwoot signs the agent bot's webhook"),
    ] = None
