"""Answers that are written once and sent often, in each of the shop's languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.audit_log import audit
from assistant.ids import new_id
from assistant.language import Language
from assistant.takeover.tables import canned_answers
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError

VARIABLES = ("shop", "agent")
"""What a text may leave open: "{shop}" for the name of the shop, "{agent}" for the writer’s."""
LONGEST = 2000
_VARIABLE = re.compile(r"\{(\w*)\}")


class CannedError(ShopGuideError):
    """An answer that cannot be kept so; `key` names the reason for a page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """One answer; a language that it is not written in has an empty text."""

    id: str
    name: str
    texts: Mapping[Language, str]

    def text_for(self, language: Language, **values: str) -> str:
        """The text in a language, or else in the other, with the variables filled in."""
        other: Language = "en" if language == "zh" else "zh"
        text = self.texts[language] or self.texts[other]
        return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


class CannedAnswers:
    """Reads and writes them; every change is in the audit log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[CannedAnswer]:
        """All answers by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(canned_answers).order_by(canned_answers.c.name))
            return [CannedAnswer(row.id, row.name, {"en": row.en, "zh": row.zh}) for row in rows]

    def keep(self, who: str, name: str, en: str, zh: str, *, id: str | None = None) -> CannedAnswer:
        """Add an answer, or change that of an id.

        Raises:
            CannedError: it has no name or no text, is too long, has an unknown variable, its
                name is another's, or the id is unknown.
        """
        name, en, zh = " ".join(name.split()), en.strip(), zh.strip()
        if not name or len(name) > 60 or not name.isprintable():
            raise CannedError("canned.name", "a canned answer has a name of 1 to 60 characters")
        if not (en or zh) or max(len(en), len(zh)) > LONGEST:
            raise CannedError("canned.text", f"a text has 1 to {LONGEST} characters")
        for text in (en, zh):
            if unknown := set(_VARIABLE.findall(text)) - set(VARIABLES):
                raise CannedError(
                    "canned.variable", f"{{{min(unknown)}}} is none of {', '.join(VARIABLES)}"
                )
        values = {"name": name, "en": en, "zh": zh, "who": who, "at": datetime.now(UTC)}
        try:
            with writing(self._engine) as connection:
                if id is None:
                    id = new_id()
                    connection.execute(insert(canned_answers).values(id=id, **values))
                    audit(connection, who, "canned answer added", name)
                else:
                    here = canned_answers.c.id == id
                    changed = connection.execute(update(canned_answers).where(here).values(values))
                    if not changed.rowcount:
                        raise CannedError("canned.unknown", "there is no such canned answer")
                    audit(connection, who, "canned answer changed", name)
        except IntegrityError as error:
            raise CannedError("canned.taken", f"there is a canned answer '{name}'") from error
        return CannedAnswer(id, name, {"en": en, "zh": zh})

    def remove(self, who: str, id: str) -> None:
        """Take an answer away; one that is not there does no harm."""
        with writing(self._engine) as connection:
            here = canned_answers.c.id == id
            name = connection.execute(select(canned_answers.c.name).where(here)).scalar()
            if name is not None:
                connection.execute(delete(canned_answers).where(here))
                audit(connection, who, "canned answer removed", name)
