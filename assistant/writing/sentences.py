"""Cutting text into sentences, also while it is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# A full stop ends a sentence only before white space and something that can begin one, so that
# "4.6", "U.S. size" and "approx. 3 cm" stay whole.
_END = re.compile(
    r"[。！？]+[”’」』]?"
    r"|(?<!\b[A-Za-z])(?<!\bapprox)(?<!\bincl)[.!?]+[\"”’)]?(?=\s+[\"“‘(]?[A-Z0-9\u4e00-\u9fff])"
    r"|\n+"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, each stripped; line breaks end a sentence too."""
    return list(stream_sentences([text]))


def stream_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Sentences as soon as each is whole; what remains at the end comes last."""
    waiting = ""
    for piece in pieces:
        waiting += piece
        while (end := _END.search(waiting)) is not None:
            sentence, waiting = waiting[: end.end()].strip(), waiting[end.end() :]
            if sentence:
                yield sentence
    if waiting.strip():
        yield waiting.strip()
