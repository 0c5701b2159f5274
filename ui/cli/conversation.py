"""`shopguide chat` and `shopguide export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import ShopGuideError
from ui.cli.output import messages, operator, output, print_json
from ui.settings import load_settings

if TYPE_CHECKING:
    from assistant.pictures import Picture
    from assistant.turn import Guide


class ChatLine(BaseModel):
    """One customer message on stdin."""

    model_config = ConfigDict(extra="forbid")

    message: str
    conversation_id: str | None = None
    customer_id: str | None = None
    segment: str | None = None
    image: Path | None = None


def chat(
    conversation: Annotated[str | None, typer.Option(help="go on with this conversation")] = None,
    customer: Annotated[str | None, typer.Option(help="the customer's id")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="a message a line on stdin, a reply a line on stdout")
    ] = False,
) -> None:
    """Talk to the guide in the terminal."""
    from assistant.turn import Guide

    guide = Guide.open(load_settings())
    try:
        if as_json:
            _chat_json(guide, conversation, customer)
        else:
            _chat_interactive(guide, conversation, customer)
    finally:
        guide.close()


def _chat_json(guide: Guide, conversation: str | None, customer: str | None) -> None:
    from assistant.reply import Reply

    for line, picture in _chat_lines(guide.parts.settings.customer_segments):
        given = line.conversation_id or conversation
        for event in guide.answer(
            line.message,
            conversation_id=given,
            customer_id=line.customer_id or customer,
            segment=line.segment,
            channel="cli",
            picture=picture,
        ):
            if isinstance(event, Reply):
                print_json(event)
                # Plain lines of one run are one conversation.
                if line.conversation_id is None:
                    conversation = event.conversation_id


def _chat_lines(segments: Sequence[str]) -> Iterator[tuple[ChatLine, Picture | None]]:
    for number, raw in enumerate(sys.stdin, start=1):
        text = raw.strip()
        if not text:
            continue
        if not text.startswith("{"):
            yield ChatLine(message=text), None
            continue
        try:
            line = ChatLine.model_validate(json.loads(text))
        except json.JSONDecodeError:
            yield ChatLine(message=text), None  # a customer may well begin with a brace
            continue
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in problem["loc"])
            raise ShopGuideError(f"stdin line {number}: field {field}: {problem['msg']}") from None
        if line.segment is not None and line.segment not in segments:
            raise ShopGuideError(
                f"stdin line {number}: field segment: not in SHOPGUIDE_CUSTOMER_SEGMENTS"
            )
        yield line, None if line.image is None else _picture(line.image, number)


def _picture(path: Path, number: int) -> Picture:
    """The picture in a file, as the guide takes it."""
    from assistant.pictures import PictureError, read_picture

    try:
        return read_picture(path.read_bytes())
    except OSError as error:
        problem = f"{path}: {error.strerror}"
    except PictureError as error:
        problem = f"{path}: {error}"
    raise ShopGuideError(f"stdin line {number}: field image: {problem}")


def _chat_interactive(guide: Guide, conversation: str | None, customer: str | None) -> None:
    from assistant.reply import ProductsReady, Reply, TextReady

    messages.print("Say what you are looking for. An empty line or Ctrl-D ends.", style="dim")
    while True:
        try:
            message = input("you › ").strip()
        except EOFError:
            break
        if not message:
            break
        for event in guide.answer(
            message, conversation_id=conversation, customer_id=customer, channel="cli"
        ):
            match event:
                case ProductsReady(products=products):
                    for number, card in enumerate(products, start=1):
                        cost = "" if card.price is None else f"{card.price} {card.currency or ''}"
                        output.print(f"  {number}. [bold]{_plain(card.title)}[/bold]  {cost}")
                        if card.reasons:
                            output.print(f"     {_plain(', '.join(card.reasons))}", style="dim")
                case TextReady(text=text):
                    output.print(_plain(text), end="")
                case Reply():
                    conversation = event.conversation_id
                    output.print()
                    if event.suggestions:
                        output.print(_plain(" · ".join(event.suggestions)), style="cyan")


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


class ExportFormat(StrEnum):
    """What data is exported for."""

    EXAMPLES = "examples"
    CHAT = "chat"
    TRANSCRIPTS = "transcripts"
    ACP_FEED = "acp-feed"


def export(
    format: Annotated[ExportFormat, typer.Argument(help="what the data is for")],
    out: Annotated[Path, typer.Option(help="the file to write: .jsonl, or .csv but for training")],
    since: Annotated[datetime | None, typer.Option(help="from this day or time on")] = None,
    until: Annotated[datetime | None, typer.Option(help="before this day or time")] = None,
    label: Annotated[list[str] | None, typer.Option(help="only so labelled turns")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the counts as JSON")] = False,
) -> None:
    """Export logged data: examples for training, chats for fine-tuning, transcripts.

    acp-feed is the catalogue instead, as the Agentic Commerce Protocol's product feed.
    """
    if format is ExportFormat.ACP_FEED:
        _export_feed(out, as_json)
        return
    from assistant.audit_log import audit
    from assistant.export import export_log
    from assistant.log import ConversationLog
    from retrieval.database import open_database

    settings = load_settings()
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)  # brings the tables up to date
    rows = export_log(
        engine,
        format.value,
        since=since,
        until=until,
        labels=tuple(label or ()),
        consent_required=settings.training_consent == "required",
        out=out,
    )
    audit(engine, operator(), "export", format.value, rows=rows, since=since, until=until)
    if as_json:
        print_json({"format": format.value, "rows": rows, "out": out})
    else:
        messages.print(f"{rows} rows written to {out}")


def _export_feed(out: Path, as_json: bool) -> None:
    from retrieval.catalog import Catalog
    from retrieval.database import open_database
    from ui.acp_feed import Seller, write_feed

    settings = load_settings()
    seller = Seller.of(settings)
    catalog = Catalog(open_database(settings.resolved_database_url))
    report = write_feed(catalog.products(), seller, out)
    if as_json:
        print_json({"format": ExportFormat.ACP_FEED.value, **asdict(report)})
        return
    messages.print(f"{report.written} products written to {out}")
    if report.rejects_file is not None:
        messages.print(f"{report.left_out} left out; the reasons are in {report.rejects_file}")
