"""`docs/api.md`, written from the API's own OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

_HEAD = Path(__file__).with_name("reference.md")


def reference(document: Json) -> str:
    """The page, in Markdown."""
    parts = [_HEAD.read_text(encoding="utf-8")]
    tag = ""
    shown: set[str] = set()
    for path, method, operation in _operations(document):
        own = operation.get("tags", ["other"])[0]
        if own != tag:
            tag = own
            parts.append(f"## {tag[0].upper()}{tag[1:]}\n")
        parts.append(_operation(document, path, method, operation, shown))
    return "\n".join(parts)


def _operations(document: Json) -> list[tuple[str, str, Json]]:
    found = [
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    order: dict[str, int] = {}
    for _, _, operation in found:
        order.setdefault(operation.get("tags", ["other"])[0], len(order))
    return sorted(found, key=lambda each: order[each[2].get("tags", ["other"])[0]])


def _operation(document: Json, path: str, method: str, operation: Json, shown: set[str]) -> str:
    """One section; `shown` are the answers whose example stands above already."""
    lines = [f"### `{method.upper()} {path}`", "", operation["description"], ""]
    lines += [f"Opened by {_openers(operation)}.", ""]
    if parameters := operation.get("parameters"):
        lines += ["| parameter | in | meaning |", "|---|---|---|"]
        lines += [_parameter(each) for each in parameters]
        lines.append("")
    body = _schema(document, operation.get("requestBody", {}))
    for example in body.get("examples", [])[:1]:
        lines += ["Takes:", "", *_fenced(example)]
    success = next(code for code in operation["responses"] if str(code).startswith("2"))
    answer = _schema(document, operation["responses"][success])
    name = answer.get("title", "")
    examples = answer.get("examples", [])[:1]
    if examples and name in shown:
        lines += [f"Answers {success} with a `{name}`, as above.", ""]
    else:
        shown.add(name)
        told = f" with a `{name}`, such as:" if examples else "."
        lines.append(f"Answers {success}{told}")
        lines += ["", *(line for example in examples for line in _fenced(example))]
    refusals = sorted(code for code in operation["responses"] if not str(code).startswith("2"))
    lines += [f"Refuses with {', '.join(map(str, refusals))}.", ""]
    return "\n".join(lines)


def _openers(operation: Json) -> str:
    names = {"key": "a key", "conversation": "the conversation's token"}
    ways = operation.get("security")
    if ways is None:
        return "the conversation's id alone, which nobody else knows"
    return " or ".join(
        " and ".join(names[each] for each in way) or "anybody where the chat is open"
        for way in ways
    )


def _parameter(parameter: Json) -> str:
    name = parameter["name"].title() if parameter["in"] == "header" else parameter["name"]
    meaning = [parameter.get("description", ""), *_limits(parameter["schema"])]
    if parameter.get("required"):
        meaning.append("required")
    cells = (f"`{name}`", parameter["in"], "; ".join(filter(None, meaning)).replace("|", "\\|"))
    return f"| {' | '.join(cells)} |"


def _limits(schema: Json) -> Iterator[str]:
    if "enum" in schema:
        yield ", ".join(f"`{each}`" for each in schema["enum"])
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if schema.get("default") not in (None, ""):
        yield f"by default {schema['default']}"


def _schema(document: Json, holder: Json) -> Json:
    """The schema of a body of JSON; nothing where there is none."""
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"].get(name, schema)


def _fenced(example: object) -> list[str]:
    text = json.dumps(example, ensure_ascii=False, indent=2)
    return ["```json", text, "```", ""]
