"""The settings as a table, read off their definitions: for people, for `docs/settings.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from assistant.settings import AssistantSettings
from ranking.settings import RankingSettings
from retrieval.settings import RetrievalSettings
from ui.channels.settings import ChannelSettings
from ui.settings import Settings

PREFIX = "SHOPGUIDE_"
HIDDEN = "***"
GROUPS = (
    ("Catalogue and search", RetrievalSettings),
    ("Ranking and training", RankingSettings),
    ("Conversation and privacy", AssistantSettings),
    ("Channels", ChannelSettings),
    ("Server, API and staff", Settings),
)
_HEAD = """\
# Settings

Every setting is an environment variable, or a line of `shopguide.toml` in the working directory \
under the same name in lower case without `SHOPGUIDE_`; the environment comes first. All are \
checked when a command starts: a wrong value ends it with a message that names the setting. Lists \
and objects are written as JSON in the environment. Secrets never reach a log.

`shopguide settings` shows what is in force here, and `shopguide settings --markdown` writes this \
page.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `values` says in words what it may be, `default` is as one would write it."""

    name: str
    group: str
    values: str
    default: str | None
    description: str
    is_secret: bool

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


def all_settings() -> list[Setting]:
    """Every setting there is, in the order of the layers."""
    properties = cast("dict[str, dict[str, Any]]", Settings.model_json_schema()["properties"])
    fields = Settings.model_fields
    found: list[Setting] = []
    for group, layer in GROUPS:
        for name in layer.__annotations__:
            schema = _flat(properties[name])
            found.append(
                Setting(
                    name=name,
                    group=group,
                    values=_values(schema),
                    default=_written(fields[name].get_default(call_default_factory=True)),
                    description=schema["description"],
                    is_secret=bool(schema.get("writeOnly")),
                )
            )
    return found


def in_force(settings: Settings) -> dict[str, str | None]:
    """Each setting's value as one would write it; secrets and passwords are hidden."""
    shown: dict[str, str | None] = {}
    for each in all_settings():
        value = getattr(settings, each.name)
        if isinstance(value, SecretStr):
            shown[each.name] = HIDDEN
        elif each.name in ("database_url", "rate_limit_storage") and value is not None:
            shown[each.name] = _without_password(value)
        else:
            shown[each.name] = _written(value)
    return shown


def markdown() -> str:
    """The page `docs/settings.md`."""
    lines = [_HEAD]
    for group, members in grouped():
        lines += [f"## {group}\n", "| setting | values | default | meaning |", "|---|---|---|---|"]
        for each in members:
            default = "–" if each.default is None else f"`{each.default}`"
            cells = (f"`{each.variable}`", each.values, default, each.description)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def grouped() -> Iterator[tuple[str, list[Setting]]]:
    """The settings by group, none twice."""
    known = all_settings()
    for group, _ in GROUPS:
        yield group, [each for each in known if each.group == group]


def _flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A property's schema without the alternative that it is not set."""
    others = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return {**schema, **(others[0] if len(others) == 1 else {})}


def _values(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return "`true`, `false`"
    if kind in ("integer", "number"):
        return f"{'whole number' if kind == 'integer' else 'number'}{_bounds(schema)}"
    if kind == "array":
        return "list"
    if kind == "object":
        return "object"
    if schema.get("writeOnly"):
        return "secret"
    if schema.get("format") == "path":
        return "path"
    return "URL" if schema.get("pattern", "").startswith("^https?") else "text"


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {least} to {most}"
    if least is not None:
        return f", at least {least}"
    if "exclusiveMinimum" in schema:
        above = f", above {schema['exclusiveMinimum']}"
        return above if most is None else f"{above}, at most {most}"
    return "" if most is None else f", at most {most}"


def _written(value: object) -> str | None:
    """A value as it stands in the environment."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return HIDDEN
