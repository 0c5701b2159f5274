"""`/staff/figures`: what became of the conversations, as numbers, charts and a CSV file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from assistant.audit_log import audit
from assistant.figures.products import never_clicked
from assistant.figures.reading import Asked, Figures, Report, read_figures, write_csv
from assistant.figures.wishes import Wished, grouped_wishes
from retrieval.errors import ShopGuideError
from ui.markup import product_address, render
from ui.staff.accounts import StaffUser
from ui.staff.charts import Point, over_time
from ui.staff.guard import console_of, require
from ui.staff.inbox_page import CHANNELS
from ui.staff.pages import language_of, staff_page, staff_words
from ui.staff.roles import Role

FIGURES = "/staff/figures"
DAYS = 30
EARLIEST = date(2020, 1, 1)
SPANS = (7, 30, 90, 365)
MOST_SERIES = 5
READERS = (Role.LEAD, Role.ML)
Reader = Annotated[StaffUser, Depends(require(*READERS))]

router = APIRouter(include_in_schema=False)


class Span(BaseModel):
    """What the form asks; a date that cannot be read is that of the last `DAYS` days."""

    model_config = ConfigDict(extra="ignore")

    since: Annotated[str, Field(max_length=10)] = ""
    until: Annotated[str, Field(max_length=10)] = ""
    language: Annotated[str, Field(max_length=10)] = ""
    channel: Annotated[str, Field(max_length=40)] = ""
    split: Literal["", "language", "channel"] = ""

    def asked(self) -> Asked:
        """The same as the figures are read by: in order, and no longer than they can be."""
        today = datetime.now(UTC).date()
        until = _within(_day(self.until) or today, today)
        since = _within(_day(self.since) or until - timedelta(days=DAYS - 1), today)
        return Asked(min(since, until), max(since, until), self.language, self.channel)


Asking = Annotated[Span, Query()]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: how it is drawn, written and read. `parts` are (text key, attribute)."""

    key: str
    parts: tuple[tuple[str, str], ...]
    unit: Literal["count", "share", "ms"]


MEASURES = (
    Measure("conversations", (("conversations", "conversations"),), "count"),
    Measure("click_through", (("click_through", "click_through"),), "share"),
    Measure("add_to_cart", (("add_to_cart", "add_to_cart"),), "share"),
    Measure("no_result", (("no_result", "no_result"),), "share"),
    Measure("handed_over", (("handed_over", "handed_over"),), "share"),
    Measure("satisfaction", (("satisfaction", "satisfaction"),), "share"),
    Measure("latency", (("p50", "p50"), ("p95", "p95")), "ms"),
    Measure("fall_back", (("fall_back", "fall_back"),), "share"),
)
_FORMATS = {"count": "~s", "share": "~%", "ms": "~s"}


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the same in words: a sentence, and a table of rows under `head`."""

    key: str
    summary: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    points: Sequence[Point]
    periods: Mapping[str, str]
    series: Sequence[str]
    unit: str

    def picture(self) -> Markup:
        """Drawn, which takes a while the first time."""
        return over_time(
            self.points,
            self.periods,
            bars=self.unit == "count",
            format=_FORMATS[self.unit],
            series=self.series,
        )


@router.get(FIGURES)
def figures_page(request: Request, _user: Reader, span: Asking) -> Response:
    """The page but for pictures and wishes, which the browser asks for when it has the rest."""
    asked, t = span.asked(), staff_words(language_of(request))
    engine = console_of(request).engine
    report = read_figures(engine, asked, span.split)
    length = asked.until - asked.since + timedelta(days=1)
    before = Asked(asked.since - length, asked.since - timedelta(days=1), asked.language,
                   asked.channel)  # fmt: skip
    return staff_page(
        request,
        "staff/figures.html",
        span=span,
        asked=asked,
        spans=[(days, since_days(asked.until, days)) for days in SPANS],
        channels=CHANNELS,
        report=report,
        before=read_figures(engine, before).total,
        measures=MEASURES,
        written=written,
        charts=[_chart(measure, report, t) for measure in MEASURES],
        unclicked=never_clicked(engine, asked.since, asked.until),
        product_address=product_address,
        query=_query(span, asked),
    )


@router.get(FIGURES + "/charts")
def charts(request: Request, _user: Reader, span: Asking) -> Response:
    """The pictures alone: drawing them takes longer than reading the figures."""
    report = read_figures(console_of(request).engine, span.asked(), span.split)
    drawn = [_chart(measure, report, staff_words(language_of(request))) for measure in MEASURES]
    return HTMLResponse(render("staff/figures_charts.html", charts=drawn))


@router.get(FIGURES + "/wishes")
def wishes(request: Request, _user: Reader, span: Asking) -> Response:
    """What is asked for most, and what the shop lacks."""
    asked, language = span.asked(), language_of(request)
    console = console_of(request)
    groups: dict[str, Wished] = {}
    fault = ""
    try:
        groups["most"] = grouped_wishes(console.engine, asked, console.meanings)
        groups["lacking"] = grouped_wishes(console.engine, asked, console.meanings, found=False)
    except ShopGuideError as error:
        fault = str(error)  # weights that are missing, an endpoint that is down
    values = {"t": staff_words(language), "language": language}
    return HTMLResponse(render("staff/figures_wishes.html", groups=groups, fault=fault, **values))


@router.get(FIGURES + ".csv")
def figures_csv(request: Request, user: Reader, span: Asking) -> Response:
    """A row for each day, language and channel."""
    asked = span.asked()
    out = io.StringIO()
    write_csv(console_of(request).engine, asked, out)
    told = {"since": str(asked.since), "until": str(asked.until)}
    audit(console_of(request).engine, user.email, "export figures", "figures", **told)
    name = f"figures-{asked.since}-{asked.until}.csv"
    return Response(
        "\ufeff" + out.getvalue(),  # spreadsheets take it for UTF-8 by this mark alone
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def written(value: float | None, unit: str) -> str:
    """A figure as people read it; a dash where nothing is counted."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.0f} ms" if unit == "ms" else f"{value:,.0f}"


def value_of(figures: Figures, name: str) -> float | None:
    """A sum or a rate by its name."""
    return figures.sums[name] if name in _SUMMED else getattr(figures, name)


_SUMMED = ("conversations",)


def _chart(measure: Measure, report: Report, t: Mapping[str, str]) -> Chart:
    asked = report.asked
    periods = asked.periods()
    split = list(report.over_time)[:MOST_SERIES] or [""]
    lines = [(value, *part) for part in measure.parts for value in split]
    names = {day.isoformat(): _short(day) for day in periods}
    points: list[Point] = []
    rows: list[list[str]] = []
    titles = [_title(value, key, measure, t) for value, key, _ in lines]
    for day in periods:
        values = [
            value_of(report.over_time.get(value, {}).get(day, Figures()), name)
            for value, _, name in lines
        ]
        for title, value in zip(titles, values, strict=True):
            told = f"{day.isoformat()} · {title}: {written(value, measure.unit)}"
            points.append(Point(title, day.isoformat(), value, told))
        if any(value for value in values):
            rows.append([day.isoformat(), *(written(value, measure.unit) for value in values)])
    return Chart(
        key=measure.key,
        summary=_summary(measure, points, t),
        head=[t["figures.week" if asked.by_week else "figures.day"], *titles],
        rows=rows,
        points=points,
        periods=names,
        series=titles,
        unit=measure.unit,
    )


def _summary(measure: Measure, points: Sequence[Point], t: Mapping[str, str]) -> str:
    """What the picture shows, for those who do not see it."""
    counted = [each for each in points if each.value is not None]
    if not any(each.value for each in counted):
        return t["figures.empty"]
    low = min(counted, key=lambda each: each.value or 0)
    high = max(counted, key=lambda each: each.value or 0)
    return t["figures.summary"].format(
        low=written(low.value, measure.unit),
        low_at=low.at,
        high=written(high.value, measure.unit),
        high_at=high.at,
    )


def _title(value: str, key: str, measure: Measure, t: Mapping[str, str]) -> str:
    named = {"en": "English", "zh": "中文"}.get(value, value)
    part = t[f"figures.{key}"]
    if not named:
        return part
    return named if len(measure.parts) == 1 else f"{named} {part}"


def _query(span: Span, asked: Asked) -> dict[str, str]:
    given = span.model_dump(exclude={"since", "until"})
    dates = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    return dates | {name: value for name, value in given.items() if value}


def since_days(until: date, days: int) -> str:
    """The first of so many days, as a form has it."""
    return (until - timedelta(days=days - 1)).isoformat()


def _short(day: date) -> str:
    return f"{day:%m-%d}"


def _within(day: date, today: date) -> date:
    return min(max(day, EARLIEST), today)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        return None
