"""What the page's script sends with its events, checked."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.language import Language
from ui.api.bodies import MOST_IMAGE_CHARS

Id = Annotated[str, Field(min_length=1, max_length=100)]


class _FromPage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Resume(_FromPage):
    """A page was opened or its language changed: show the conversation it remembers."""

    conversation: Annotated[str | None, Field(max_length=100)] = None
    language: Language = "en"


class Say(_FromPage):
    """A message; `key` is the page's own name of the turn."""

    key: Id
    message: Annotated[str, Field(max_length=20_000)]
    image: Annotated[str | None, Field(max_length=MOST_IMAGE_CHARS)] = None
    conversation: Annotated[str | None, Field(max_length=100)] = None
    language: Language = "en"


class Remove(_FromPage):
    """A chip was removed. (Gradio takes whatever has a `path` for a file, hence the name.)"""

    key: Id
    condition: Annotated[str, Field(min_length=1, max_length=500)]
    conversation: Id
    language: Language = "en"


class ChangeCart(_FromPage):
    """So many of a product are to be in the cart; without a quantity, one is to be added."""

    key: Id
    product: Annotated[str, Field(min_length=1, max_length=500)]
    quantity: Annotated[int | None, Field(ge=0, le=99)] = None
    conversation: Id
    language: Language = "en"


class Stop(_FromPage):
    """The customer does not want the rest of an answer."""

    key: Id
