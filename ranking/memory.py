"""What continual learning remembers: examples to replay, and a test set that never changes.

    models/clicks/memory/replay.jsonl.gz    examples of promoted models, a sample of queries
    models/clicks/memory/frozen.jsonl.gz    examples that are never trained on
    models/clicks/memory/state.json         {"learnt_until": time} of the last judged log

Each file is there whole or not at all.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ranking.examples import Example, ExampleError, group_by_query, read_examples
from ranking.files import write_atomically
from ranking.registry import Registry

REPLAYED_QUERIES = 2000
FROZEN_SHARE = 0.15


class Memory:
    """The memory of one registry."""

    def __init__(self, registry: Registry) -> None:
        folder = registry.folder / "memory"
        self._replay = folder / "replay.jsonl.gz"
        self._frozen = folder / "frozen.jsonl.gz"
        self._state = folder / "state.json"

    def frozen(self) -> list[Example]:
        """The old test set; empty before the first log."""
        return _read(self._frozen)

    def replay(self) -> list[Example]:
        """Old examples to mix in; empty before the first promotion."""
        return _read(self._replay)

    def freeze(self, examples: Sequence[Example], seed: int = 0) -> list[Example]:
        """Set aside some queries of the first log for ever; returns the other examples."""
        groups = sorted({one.split_group for one in examples})
        random.Random(seed).shuffle(groups)  # noqa: S311
        kept = set(groups[: max(1, round(len(groups) * FROZEN_SHARE))])
        _write(self._frozen, [one for one in examples if one.split_group in kept])
        return [one for one in examples if one.split_group not in kept]

    def remember(self, examples: Sequence[Example], seed: int = 0) -> None:
        """Add examples to replay; of too many queries a sample stays."""
        grouped = group_by_query([*self.replay(), *examples])
        if len(grouped) > REPLAYED_QUERIES:
            grouped = random.Random(seed).sample(grouped, REPLAYED_QUERIES)  # noqa: S311
        _write(self._replay, [one for _, members in grouped for one in members])

    def learnt_until(self) -> datetime | None:
        """Up to when the log was judged last; None before the first time.

        Raises:
            ExampleError: where the state is damaged.
        """
        try:
            return datetime.fromisoformat(
                json.loads(self._state.read_text("utf-8"))["learnt_until"]
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ExampleError(f"{self._state}: damaged: {error}") from None

    def learn_until(self, moment: datetime) -> None:
        """Note up to when the log has been judged."""
        write_atomically(self._state, json.dumps({"learnt_until": moment.isoformat()}).encode())


def _read(path: Path) -> list[Example]:
    return read_examples([path]) if path.is_file() else []


def _write(path: Path, examples: Sequence[Example]) -> None:
    lines = "".join(json.dumps(_line(one), ensure_ascii=False) + "\n" for one in examples)
    write_atomically(path, gzip.compress(lines.encode(), mtime=0))


def _line(one: Example) -> dict[str, object]:
    """The example as a line of an examples file."""
    line: dict[str, object] = {
        "query": one.query,
        "title": one.title,
        "description": one.description,
        "kind": one.kind,
        "product_id": one.product_id,
        "label": int(one.clicked),
        "rating": one.rating,
        "segment": one.segment or None,
        "shop": one.shop or None,
        "history": list(one.history) or None,
        "position": one.position,
        "propensity": one.propensity,
        "features": dict(one.numbers),
        "timestamp": one.timestamp,
        "split_group": one.split_group,
        "simulated": one.simulated,
    }
    return {name: value for name, value in line.items() if value is not None}
