"""Opening a catalogue file: gzip, standard input, and how its text is encoded."""

from __future__ import annotations

import codecs
import gzip
import io
import logging
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from retrieval.errors import CatalogError

STANDARD_INPUT = Path("-")
HEAD_BYTES = 1 << 16
_BLOCK = 1 << 20
_SPOOL = 64 << 20
_GZIP_MAGIC = b"\x1f\x8b"

_FOREIGN_BYTE = re.compile("[\udc80-\udcff]")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be read, unpacked, as often as needed; `encoding` is of its text."""

    name: str
    packed: BinaryIO
    zipped: bool
    encoding: str
    head: bytes

    @property
    def head_text(self) -> str:
        """The first 64 KB as text."""
        return self.head.decode(self.encoding, errors="replace").lstrip("\ufeff")

    def binary(self) -> BinaryIO:
        """The unpacked bytes from the start; only one reader at a time."""
        self.packed.seek(0)
        return (
            cast(BinaryIO, gzip.GzipFile(fileobj=self.packed, mode="rb"))
            if self.zipped
            else self.packed
        )

    def text(self, newline: str | None = None) -> TextIO:
        """The text from the start; bytes that are not of its encoding become surrogates."""
        binary = cast(BinaryIO, _Unclosed(self.binary()))
        return io.TextIOWrapper(binary, self.encoding, errors="surrogateescape", newline=newline)


class _Unclosed(io.BufferedIOBase):
    """Passes reads on, but leaves the file open when a reader of it goes away."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self.file.read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self.file.read(_BLOCK if size < 0 else size)


@contextmanager
def opened(path: Path) -> Generator[SourceFile]:
    """Open a catalogue file; `-` is standard input. gzip is seen by its first bytes.

    The file is read through once, to see that it unpacks and how its text is encoded.

    Raises:
        CatalogError: where it cannot be read, is empty, or is cut off inside its packing.
    """
    if path == STANDARD_INPUT:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool, _BLOCK)
            yield _inspected("standard input", cast(BinaryIO, spool))
        return
    try:
        if path.is_dir():
            raise CatalogError(f"{path}: is a folder, not a catalogue file")
        with path.open("rb") as file:
            yield _inspected(str(path), file)
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise CatalogError(f"{path}: {error.strerror}") from error


def is_valid_text(text: str) -> bool:
    """False where bytes were not of the file's encoding (see `SourceFile.text`)."""
    return _FOREIGN_BYTE.search(text) is None


def _inspected(name: str, packed: BinaryIO) -> SourceFile:
    packed.seek(0)
    zipped = packed.read(2) == _GZIP_MAGIC
    packed.seek(0)
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb")) if zipped else packed
    survey = _Survey()
    try:
        while block := stream.read(_BLOCK):
            survey.add(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CatalogError(f"{name}: the gzip file is damaged or cut off ({error})") from error
    if not survey.head.strip():
        raise CatalogError(f"{name}: is empty")
    return SourceFile(name, packed, zipped, survey.encoding(name), survey.head)


class _Survey:
    """Looks once through a file's bytes, line by line, for how its text is encoded."""

    def __init__(self) -> None:
        self.head = b""
        self.utf8_lines = 0
        self.other_lines: list[bytes] = []
        self.other_count = 0
        self._rest = b""

    def add(self, block: bytes) -> None:
        if len(self.head) < HEAD_BYTES:
            self.head += block[: HEAD_BYTES - len(self.head)]
        text = self._rest + block
        cut = text.rfind(b"\n") + 1
        if cut == 0 and len(text) > 16 * _BLOCK:
            cut = len(text)
        self._rest = text[cut:]
        self._look_at(text[:cut])

    def _look_at(self, text: bytes) -> None:
        if text.isascii():
            return
        try:
            text.decode("utf-8")
            self.utf8_lines += 1
        except UnicodeDecodeError:
            for line in text.split(b"\n"):
                if line.isascii():
                    continue
                try:
                    line.decode("utf-8")
                    self.utf8_lines += 1
                except UnicodeDecodeError:
                    self.other_count += 1
                    if len(self.other_lines) < 2000:
                        self.other_lines.append(line)

    def encoding(self, name: str) -> str:
        """UTF-8 wherever it may be; else UTF-16 by its mark, GB 18030 or Windows-1252."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        self._look_at(self._rest)
        self._rest = b""
        if not self.other_count:
            return "utf-8-sig"
        if self.utf8_lines >= self.other_count:
            log.warning(
                "%s: %d lines are not valid UTF-8; their rows are rejected", name, self.other_count
            )
            return "utf-8-sig"
        encoding = "gb18030" if _looks_chinese(b"\n".join(self.other_lines)) else "cp1252"
        log.warning("%s: not UTF-8; read as %s. Save it as UTF-8 to be sure", name, encoding)
        return encoding


def _looks_chinese(sample: bytes) -> bool:
    """Whether bytes read as GB 18030 give mostly the characters of its first, common level."""
    try:
        text = sample.decode("gb18030")
    except UnicodeDecodeError:
        return False
    foreign = [character for character in text if ord(character) > 127]
    common = sum(_is_common(character) for character in foreign)
    return common >= 0.7 * len(foreign)


def _is_common(character: str) -> bool:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    # Rows 16 to 55 of GB 2312 are the 3,755 everyday characters; rows 1 to 3 punctuation.
    return 0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3
