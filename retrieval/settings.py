"""Settings of the catalogue and the search; `SHOPGUIDE_*` variables or `shopguide.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RetrievalSettings(BaseSettings):
    """Where the shop's data lies and how products are found.

    Each layer's settings extend those of the layer below, so that a name such as
    `SHOPGUIDE_DATA_DIR` means one thing everywhere.
    """

    model_config = SettingsConfigDict(env_prefix="SHOPGUIDE_", extra="forbid")

    data_dir: Annotated[
        Path, Field(description="SQLite, Chroma, indexes and models of one shop")
    ] = Path("data")
    database_url: Annotated[
        str | None,
        Field(description="SQLAlchemy URL; by default a SQLite file in the data directory"),
    ] = None
    chroma_url: Annotated[
        str | None,
        Field(description="http(s)://host:port of a Chroma server; by default embedded"),
    ] = None
    chroma_token: Annotated[
        SecretStr | None,
        Field(description="Bearer token that the proxy before the Chroma server asks for"),
    ] = None
    embedder: Annotated[
        str,
        Field(
            description="'minilm' (from its package), a sentence-transformers name or folder, "
            "or 'openai:MODEL' for an OpenAI-compatible endpoint"
        ),
    ] = "minilm"
    embedder_base_url: Annotated[str | None, Field(description="endpoint for 'openai:MODEL'")] = (
        None
    )
    other_languages: Annotated[
        Literal["auto", "on", "off"],
        Field(
            description="a second, multilingual embedder, so that a Chinese wish finds English "
            "products and the other way round; auto: where the embedder is MiniLM"
        ),
    ] = "auto"
    embedder_api_key: Annotated[SecretStr | None, Field(description="key of that endpoint")] = None

    @property
    def resolved_database_url(self) -> str:
        """The configured URL, or the SQLite file of the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'shop.db').as_posix()}"
