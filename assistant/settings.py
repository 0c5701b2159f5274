"""Settings of the conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from assistant.privacy.phones import REGIONS
from ranking.settings import RankingSettings

DEFAULT_SHOP_NAME = "the shop"
SEGMENT = r"^[a-z0-9][a-z0-9_-]{0,39}$"
"""How a group of customers may be called."""


class AssistantSettings(RankingSettings):
    """How a turn is understood, answered and logged."""

    shop_name: Annotated[str, Field(description="the shop's name in greetings")] = DEFAULT_SHOP_NAME
    currency: Annotated[
        str | None, Field(description="ISO 4217; by default the catalogue's most frequent")
    ] = None
    writer: Annotated[
        Literal["local", "endpoint", "composer"],
        Field(description="who drafts the text; the composer always stands in"),
    ] = "local"
    llm_model: Annotated[
        str, Field(description="name of the endpoint's model, or 'smollm2' or a folder for local")
    ] = "smollm2"
    llm_base_url: Annotated[
        str | None, Field(description="an OpenAI-compatible endpoint, such as http://host:8000/v1")
    ] = None
    llm_api_key: Annotated[SecretStr | None, Field(description="key of the endpoint")] = None
    llm_deadline_seconds: Annotated[
        float, Field(gt=0, description="after this the composer finishes the text")
    ] = 4.0
    llm_understanding_seconds: Annotated[
        float,
        Field(ge=0, description="how long an endpoint may take to read a message; 0: not asked"),
    ] = 1.5
    reads_pictures: Annotated[
        bool,
        Field(description="customers may send pictures: the endpoint's model is one that sees"),
    ] = False
    picture_seconds: Annotated[
        float, Field(gt=0, description="how long the endpoint may take to look at a picture")
    ] = 8.0
    products_shown: Annotated[int, Field(ge=1, le=20, description="cards in a reply")] = 5
    sponsored_bound: Annotated[
        float,
        Field(ge=0, le=0.5, description="how much less likely to be clicked a paid place may be"),
    ] = 0.1
    cart_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^\s{}]+\{items\}[^\s{}]*$",
            description="the shop's cart page, with {items} where ID:QUANTITY,… go",
        ),
    ] = None
    cart_webhook: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description="where a cart is sent at checkout"),
    ] = None
    cart_webhook_secret: Annotated[
        SecretStr | None, Field(description="signs these requests, as Standard Webhooks: whsec_…")
    ] = None
    phone_regions: Annotated[
        tuple[str, ...],
        Field(description="ISO 3166 codes: whose national phone numbers are masked"),
    ] = REGIONS
    retention_days: Annotated[
        int, Field(ge=0, description="conversations silent for so long are deleted; 0: never")
    ] = 365
    customer_segments: Annotated[
        tuple[Annotated[str, Field(pattern=SEGMENT)], ...],
        Field(description="groups of customers that pages and programs may tell, such as trade"),
    ] = ()
    training_consent: Annotated[
        Literal["assumed", "required"],
        Field(description="whether models may be trained on talks of customers who said nothing"),
    ] = "assumed"
    keep_originals: Annotated[
        bool, Field(description="keep messages as they were typed, encrypted, beside the masked")
    ] = False
    privacy_key: Annotated[
        SecretStr | None, Field(description="key of the kept originals; several: newest first")
    ] = None
    privacy_key_file: Annotated[
        Path | None, Field(description="file that holds that key instead")
    ] = None
    max_message_chars: Annotated[int, Field(ge=100, description="longer messages are cut")] = 2000
