"""Continual learning from the shop's own log, as `shopguide train clicks --from-log` does it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import ShopGuideError
from ui.cli.output import Advance, operator
from ui.settings import Settings

if TYPE_CHECKING:
    from ranking.continual import LearntReport
    from ranking.memory import Memory
    from ranking.registry import Registry


def learn_from_log(
    settings: Settings,
    *,
    since: datetime | None,
    base: str | None,
    method: str | None,
    seed: int,
    epochs: int | None,
    debias: str,
    force: bool,
    progress: Advance,
) -> LearntReport:
    """Learn from what the log holds since it was last learnt from, or since a given time.

    Raises:
        ShopGuideError: where the log holds nothing new, or too little to split.
    """
    from assistant.audit_log import audit
    from assistant.export import export_log
    from assistant.log import ConversationLog
    from ranking.continual import learn
    from ranking.examples import read_examples
    from ranking.memory import Memory
    from ranking.registry import Registry
    from retrieval.database import open_database
    from retrieval.embeddings import open_embedder

    registry = Registry(settings.models_dir)
    memory = Memory(registry)
    since, until = since or _new_since(registry, memory), datetime.now(UTC)
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)  # brings the tables up to date
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "examples.jsonl"
        rows = export_log(
            engine,
            "examples",
            since=since,
            until=until,
            consent_required=settings.training_consent == "required",
            out=file,
        )
        if not rows:
            told = f" since {since.isoformat(timespec='minutes')}" if since else ""
            raise ShopGuideError(f"the log holds no impressions{told} that may be learnt from")
        audit(engine, operator(), "export", "examples", rows=rows, since=since, until=until)
        examples = read_examples([file])
    report = learn(
        settings,
        open_embedder(settings),
        examples,
        base=base,
        method=method,
        seed=seed,
        epochs=epochs,
        debias=debias,
        force=force,
        progress=progress,
    )
    if report.settled:
        memory.learn_until(until)
    return report


def _new_since(registry: Registry, memory: Memory) -> datetime | None:
    """When the log was last done with, or else when a champion was trained on customers."""
    learnt = memory.learnt_until()
    champion = registry.champion()
    if learnt is not None or champion is None:
        return learnt
    manifest = registry.manifest(champion)
    return None if manifest.simulated else datetime.fromisoformat(manifest.created_at)
