"""Charts of the staff's figures: made on the server by Altair and Vega, sent as SVG.

Nothing of a chart runs in the browser, so that the strict Content-Security-Policy stays as it
is. Colours are names here: the style sheet gives each its value in light and in dark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

INK, GRID, TICK = "#c0000e", "#c0000d", "#c0000c"
SERIES = ("#c00001", "#c00002", "#c00003", "#c00004", "#c00005", "#c00006")
"""Stand-ins that `staff.css` replaces; further series share the last."""
WIDTH, HEIGHT = 330, 150
_LABELS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a series at a place of the x axis; `told` is what a reader is told of it."""

    series: str
    at: str
    value: float | None
    told: str


def over_time(
    points: Sequence[Point],
    names: Mapping[str, str],
    *,
    bars: bool = False,
    format: str = "~s",
    series: Sequence[str] = (),
) -> Markup:
    """Lines, or bars, over the places of the x axis in the order given.

    `names` writes the places out for the axis; `format` is d3's for the values. A legend is
    drawn where `series` names more than one.
    """
    import altair as alt

    order = list(names)
    step = max(1, -(-len(order) // _LABELS))
    marked = order[::step]
    written = json.dumps({at: names[at] for at in marked}, ensure_ascii=False)
    rows = [
        {"series": each.series, "at": each.at, "value": each.value, "told": each.told}
        for each in points
        if each.value is not None
    ]
    x = alt.X(
        "at:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(values=marked, labelExpr=f"{written}[datum.value]", labelAngle=0,
                      labelAlign="left" if len(order) > 1 else "center", ticks=False),
    )  # fmt: skip
    y = alt.Y(
        "value:Q",
        title=None,
        stack="zero" if bars else None,
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(format=format, tickCount=4, domain=False, ticks=False),
    )
    several = len(series) > 1
    color = alt.Color(
        "series:N",
        sort=list(series),
        scale=alt.Scale(domain=list(series), range=_colors(len(series))),
        legend=alt.Legend(orient="top", title=None, symbolType="circle") if several else None,
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=x, y=y, color=color, description="told:N", order=alt.Order("series:N")
    )
    if bars:
        drawn: Any = base.mark_bar(cornerRadiusEnd=2)
    else:
        size = 30 if len(order) <= 31 else 12
        drawn = base.mark_line(strokeWidth=2, aria=False) + base.mark_point(
            filled=True, size=size, opacity=1
        )
    return _drawn(drawn.properties(width=WIDTH, height=HEIGHT))


def beside(rows: Sequence[tuple[str, str, float, str]], series: Sequence[str]) -> Markup:
    """Bars side by side for each name: (name, series, share, what a reader is told)."""
    import altair as alt

    values = [
        {"name": name, "series": of, "value": value, "told": told} for name, of, value, told in rows
    ]
    names = list(dict.fromkeys(name for name, *_ in rows))
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y("name:N", sort=names, title=None,
                    axis=alt.Axis(ticks=False, domain=False, labelLimit=110)),
            yOffset=alt.YOffset("series:N", sort=list(series)),
            x=alt.X("value:Q", title=None,
                    axis=alt.Axis(format="~%", tickCount=4, domain=False, ticks=False)),
            color=alt.Color(
                "series:N", sort=list(series),
                scale=alt.Scale(domain=list(series), range=_colors(len(series))),
                legend=alt.Legend(orient="top", title=None, symbolType="circle"),
            ),
            description="told:N",
        )
        .properties(width=WIDTH, height=26 * len(names) + 50)
    )  # fmt: skip
    return _drawn(chart)


def _colors(count: int) -> list[str]:
    return [SERIES[min(at, len(SERIES) - 1)] for at in range(count)]


def _drawn(chart: Any) -> Markup:
    axis = {"labelColor": INK, "gridColor": GRID, "domainColor": TICK, "labelFontSize": 11,
            "labelPadding": 6, "aria": False}  # fmt: skip
    spec = (
        chart.configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_axisX(grid=False)
        .configure_legend(labelColor=INK, labelFontSize=11, aria=False, symbolSize=50, offset=4)
        .configure(background=None, autosize={"type": "fit", "contains": "padding"}, padding=2)
        .to_dict()
    )
    return Markup(_svg(json.dumps(spec, sort_keys=True)))  # noqa: S704 # Vega escapes its texts


@lru_cache(256)
def _svg(spec: str) -> str:
    """The picture of a chart; the same numbers are drawn once."""
    import vl_convert

    return vl_convert.vegalite_to_svg(json.loads(spec))
