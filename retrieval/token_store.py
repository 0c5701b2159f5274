"""The products' token vectors on disk, by the hash of the text they were made from.

They are many times as large as the products' own vectors and only those of a query's candidates
are read, so they stay in a file of their own (SQLite) instead of memory. All of it can be
computed again from the catalogue.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.errors import ShopGuideError
from retrieval.late import TOKEN_DIMENSIONS, Tokens

_ASKED_AT_ONCE = 500
_BUSY_SECONDS = 60.0
log = logging.getLogger(__name__)


class TokenStore:
    """Token vectors by text hash; safe to share between threads and processes."""

    def __init__(self, file: Path) -> None:
        """Open the file, or make it; one that is damaged is discarded with a warning.

        Raises:
            ShopGuideError: where the file cannot be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._lock = threading.Lock()
        try:
            self._connection = self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise ShopGuideError(f"{file}: {error}") from error
            log.warning("%s is damaged (%s): it is made anew", file, error)
            file.unlink(missing_ok=True)
            self._connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, _BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS tokens (text_hash TEXT PRIMARY KEY, vectors BLOB NOT NULL)"
        )
        return connection

    def missing(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes that nothing is stored for."""
        with self._lock:
            known = {row[0] for row in self._connection.execute("SELECT text_hash FROM tokens")}
        return set(hashes) - known

    def add(self, hashes: Sequence[str], tokens: Sequence[Tokens]) -> None:
        """Store token vectors under their hashes, in one transaction."""
        rows = [(one, each.tobytes()) for one, each in zip(hashes, tokens, strict=True)]
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO tokens VALUES (?, ?)", rows)

    def keep_only(self, hashes: Iterable[str]) -> None:
        """Remove what is stored under other hashes."""
        kept = set(hashes)
        with self._lock, self._connection:
            known = [row[0] for row in self._connection.execute("SELECT text_hash FROM tokens")]
            gone = [(one,) for one in known if one not in kept]
            self._connection.executemany("DELETE FROM tokens WHERE text_hash = ?", gone)

    def get(self, hashes: Sequence[str]) -> dict[str, Tokens]:
        """Token vectors of those of the hashes that are stored."""
        found: dict[str, Tokens] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            part = wanted[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT text_hash, vectors FROM tokens WHERE text_hash IN ({marks})"  # noqa: S608 # nosec B608
            with self._lock:
                rows = self._connection.execute(query, part).fetchall()
            for text_hash, blob in rows:
                found[text_hash] = np.frombuffer(blob, np.int8).reshape(-1, TOKEN_DIMENSIONS)
        return found

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()
