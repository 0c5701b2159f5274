"""What the server logs, and in which form: lines for people, or one JSON object a line.

Both name the request and the conversation that a line belongs to. Secrets are masked wherever
they come from: a library's exception may quote the header or the address it failed with.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

_SECRETS = re.compile(
    r"(?P<kept>Bearer\s+|Basic\s+|(?:token|secret|password|api[_-]?key)[\"']?\s*[:=]"
    r"\s*[\"']?)[^\s\"',;&@]+"
    r"|(?<=:)[^\s/:@]+(?=@)"  # the password of an address
    r"|\b(?:sg_|sk-|whsec_|xox[a-z]-)[\w-]{6,}"
    r"|(?<!\d)\d{6,}:[\w-]{30,}",  # a bot's token as Telegram makes them
    re.IGNORECASE,
)
# What libraries say at this level is of no use to a shop, and some of it names addresses.
_QUIET = ("httpx", "httpcore", "chromadb", "urllib3", "alembic", "gradio", "matplotlib", "asyncio")


def set_up_logs(form: LogFormat, level: LogLevel) -> None:
    """Let every logger of the process write to stderr in this form, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    handler.addFilter(_is_for_the_shop)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)


def formatter(form: LogFormat) -> logging.Formatter:
    """The formatter of one form."""
    rendered: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _masked,
    ]
    if form == "json":
        rendered += [
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False),
        ]
    else:
        rendered.append(_line)
    return structlog.stdlib.ProcessorFormatter(
        processors=rendered,
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(("method", "route", "status")),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )


def without_secrets(text: str) -> str:
    """A text whose keys, tokens and passwords are masked."""
    return _SECRETS.sub(lambda found: (found["kept"] or "") + "***", text)


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def _line(_logger: Any, _method: str, event: EventDict) -> str:
    """`2026-01-31T12:00:00Z WARNING ui.server: what happened [request=… conversation=…]`."""
    ids = " ".join(
        f"{name.removesuffix('_id')}={event[name]}"
        for name in ("request_id", "conversation_id")
        if name in event
    )
    line = f"{event['timestamp']} {event['level'].upper()} {event['logger']}: {event['event']}"
    trace = f"\n{event['exception']}" if event.get("exception") else ""
    return f"{line} [{ids}]{trace}" if ids else line + trace


def _is_for_the_shop(record: logging.LogRecord) -> bool:
    """Not the advice of a quantiser to those who write quantisers."""
    return "onnxruntime" not in record.pathname
