"""`/staff/figures/fairness`: whether brands, prices and sellers get what they deserve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from assistant.figures.fairness import ENOUGH, Group, fairness
from ui.staff.charts import beside
from ui.staff.figures_page import FIGURES, SPANS, Asking, Reader, since_days, written
from ui.staff.guard import console_of
from ui.staff.pages import language_of, staff_page, staff_words

MOST_GROUPS = 12

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One way to group products, with its picture; None where nothing is counted."""

    key: str
    groups: Sequence[Group]
    inequity: float
    picture: Markup | None


@router.get(FIGURES + "/fairness")
def fairness_page(request: Request, _user: Reader, span: Asking) -> Response:
    """Exposure beside relevance, by brand, price band and seller."""
    asked, t = span.asked(), staff_words(language_of(request))
    report = fairness(console_of(request).engine, asked.since, asked.until)
    kinds = {
        "brands": report.brands,
        "price_bands": report.price_bands,
        "sellers": report.sellers,
    }
    return staff_page(
        request,
        "staff/fairness.html",
        asked=asked,
        span=span,
        spans=[(days, since_days(asked.until, days)) for days in SPANS],
        report=report,
        sections=[
            Section(key, groups, report.inequity[key], _picture(groups, t))
            for key, groups in kinds.items()
            if groups
        ],
        most=MOST_GROUPS,
        enough=ENOUGH,
        bound=console_of(request).settings.sponsored_bound,
        written=written,
    )


def _picture(groups: Sequence[Group], t: Mapping[str, str]) -> Markup | None:
    shown = [group for group in groups if group.considered][:MOST_GROUPS]
    if not shown:
        return None
    series = (t["fairness.relevance"], t["fairness.exposure"])
    rows: list[tuple[str, str, float, str]] = []
    for group in shown:
        name = group.name or t["fairness.none"]
        for of, value in zip(series, (group.relevance, group.exposure), strict=True):
            rows.append((name, of, value, f"{name} · {of}: {written(value, 'share')}"))
    return beside(rows, series)
