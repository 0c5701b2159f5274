"""The shop's own documents (delivery, returns, …), stored as passages under their headings.

`retrieval.document_search` finds among the passages what answers a question.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, update

from retrieval.catalog import MIGRATIONS, VERSION_TABLE, lock_state
from retrieval.cleaning import plain_text
from retrieval.database import migrate, writing
from retrieval.errors import ShopGuideError
from retrieval.tables import catalog_state, documents, passages

PASSAGE_CHARACTERS = 900

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*]))")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}.*$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2})$")


def store_documents(engine: Engine, paths: Iterable[Path]) -> int:
    """Store Markdown files; one of the same name and language is replaced. Returns how many.

    The name is the file's without `.md` and without a language suffix (`returns.zh.md` is
    "returns" in Chinese); without a suffix the language is seen from the text.

    Raises:
        ShopGuideError: where a file cannot be read or has no text; nothing is stored then.
    """
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    read = [_read(path) for path in paths]
    with writing(engine) as connection:
        lock_state(connection)
        changed = [_store(connection, *document) for document in read]
        if any(changed):
            connection.execute(
                update(catalog_state).values(
                    documents_revision=catalog_state.c.documents_revision + 1
                )
            )
    return len(read)


def remove_documents(engine: Engine) -> None:
    """Forget all documents, for a shop whose catalogue is exchanged for another shop's."""
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    with writing(engine) as connection:
        lock_state(connection)
        connection.execute(delete(passages))
        if connection.execute(delete(documents)).rowcount:
            connection.execute(
                update(catalog_state).values(
                    documents_revision=catalog_state.c.documents_revision + 1
                )
            )


def split_passages(markdown: str) -> Iterator[tuple[str, str]]:
    """(heading, plain text) of each passage; long sections are cut between paragraphs.

    A heading below the first level carries those above it: "Returns > Exchanges".
    """
    levels: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield from _section(levels, lines)
        lines = []
        depth = len(heading[1]) - 1
        levels = [*levels[:depth], *[""] * (depth - len(levels)), _plain(heading[2])]
    yield from _section(levels, lines)


def _read(path: Path) -> tuple[str, str, str, list[tuple[str, str]]]:
    try:
        markdown = path.read_text("utf-8-sig")
    except OSError as error:
        raise ShopGuideError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ShopGuideError(f"{path}: not valid UTF-8 at byte {error.start}") from error
    found = list(split_passages(markdown))
    if not found:
        raise ShopGuideError(f"{path}: has no text")
    name = path.name.removesuffix(path.suffix)
    suffix = _LANGUAGE_SUFFIX.search(name)
    language = suffix[1] if suffix else _language_of(markdown)
    name = name[: suffix.start()] if suffix else name
    return name, language, hashlib.sha256(markdown.encode()).hexdigest(), found


def _language_of(text: str) -> str:
    """Chinese where one letter in five is a Han character, else English."""
    letters = sum(character.isalpha() for character in text)
    return "zh" if len(_HAN.findall(text)) > 0.2 * max(1, letters) else "en"


def _store(
    connection: Connection,
    name: str,
    language: str,
    content_hash: str,
    found: Sequence[tuple[str, str]],
) -> bool:
    """Replace one document; False where it stands so already."""
    this = (documents.c.name == name) & (documents.c.language == language)
    stored = connection.execute(select(documents.c.content_hash).where(this)).scalar()
    if stored == content_hash:
        return False
    connection.execute(delete(documents).where(this))
    key = connection.execute(
        insert(documents)
        .values(name=name, language=language, content_hash=content_hash)
        .returning(documents.c.key)
    ).scalar_one()
    connection.execute(
        insert(passages),
        [
            {"document_key": key, "position": position, "heading": heading, "text": text}
            for position, (heading, text) in enumerate(found)
        ],
    )
    return True


def _section(levels: Sequence[str], lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    heading = " > ".join(level for level in levels if level)
    for text in _cut("\n".join(lines)):
        yield heading, text


def _cut(section: str) -> Iterator[str]:
    """A section's plain text in pieces of at most about `PASSAGE_CHARACTERS`."""
    piece = ""
    for paragraph in re.split(r"\n\s*\n", section):
        text = _plain(paragraph)
        if not text:
            continue
        if piece and len(piece) + len(text) > PASSAGE_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece}\n{text}" if piece else text
    if piece:
        yield piece


def _plain(markdown: str) -> str:
    """Markdown without its marks; a table row becomes its cells joined by a dash."""
    lines: list[str] = []
    for line in markdown.splitlines():
        if _TABLE_RULE.match(line) and set(line.strip()) <= set("|:- "):
            continue
        if line.strip().startswith("|"):
            line = " – ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
        line = re.sub(r"^\s*(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+)?", "", line)
        lines.append(_EMPHASIS.sub("", _LINK.sub(r"\1", line)))
    return plain_text("\n".join(lines))
