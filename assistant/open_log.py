"""The conversation log of a shop, with the shop's own ways of masking."""

from __future__ import annotations

from sqlalchemy import Engine

from assistant.log import ConversationLog
from assistant.privacy.masking import Masker
from assistant.privacy.vault import Vault
from assistant.settings import AssistantSettings
from retrieval.catalog import Catalog


def open_log(settings: AssistantSettings, engine: Engine, catalog: Catalog) -> ConversationLog:
    """Open the log; masking knows the shop's countries and product ids, and its vault.

    Raises:
        ShopGuideError: the database cannot be used.
        SettingsError: originals are to be kept without a usable key.
    """

    return ConversationLog(engine, masker_of(settings, catalog), Vault.open(settings))


def masker_of(settings: AssistantSettings, catalog: Catalog) -> Masker:
    """Masking as this shop needs it: a number that is a product's is none of a person."""

    def is_product(text: str) -> bool:
        return bool(catalog.get([text.strip()], include_retired=True))

    return Masker(settings.phone_regions, is_product)
