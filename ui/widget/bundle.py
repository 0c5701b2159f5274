"""`/widget.js` put together: its parts, its style sheet and the interface's words in one script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ui.i18n import LANGUAGES, words

SOURCE = Path(__file__).parent / "source"
SHARED = Path(__file__).parents[1] / "static" / "pictures.js"
PARTS = ("options", "network", "memory", "dom", "turns", "news", "panel", "main")

_WORDS = (
    "card.", "cart", "widget.", "helpful", "shown.", "empty.title", "empty.lead", "empty.try",
    "log.label", "you", "guide", "input.label", "input.placeholder", "send", "thinking", "failed",
    "retry", "newtab", "new", "wanted", "suggestions", "compared", "picture.",
    "desk.",
)  # fmt: skip


def widget_script(shop: str, longest: int, segments: Sequence[str] = ()) -> str:
    """The script for a shop of this name, whose messages have at most `longest` characters.

    `segments` are the groups of customers that the page may tell.
    """
    config = {
        "shop": shop,
        "longest": longest,
        "segments": segments,
        "words": {
            language: {key: text for key, text in words(language).items() if key.startswith(_WORDS)}
            for language in LANGUAGES
        },
    }
    parts = [(SOURCE / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    parts.insert(0, SHARED.read_text(encoding="utf-8").replace("export ", ""))
    style = (SOURCE / "widget.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "(() => {",
            '"use strict";',
            f"const CONFIG = {json.dumps(config, ensure_ascii=False)};",
            f"const CSS_TEXT = {json.dumps(style, ensure_ascii=False)};",
            *parts,
            "})();",
            "",
        ]
    )
