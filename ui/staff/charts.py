"""Charts of the staff's figures: Vega-Lite, drawn on the server by vl-convert, sent as SVG.

vl-convert is what Altair saves its pictures with; the charts are few, so that they are written
in Vega-Lite's own JSON, which spares the time that Altair takes to build it. Nothing of a chart
runs in the browser, so that the strict Content-Security-Policy stays as it is. Colours are names
here: the style sheet gives each its value in light and in dark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

INK, GRID, TICK = "#c0000e", "#c0000d", "#c0000c"
SERIES = ("#c00001", "#c00002", "#c00003", "#c00004", "#c00005", "#c00006")
"""Stand-ins that `staff.css` replaces; further series share the last."""
WIDTH, HEIGHT = 330, 150
_LABELS = 4
_BAR: Mapping[str, object] = {"type": "bar", "cornerRadiusEnd": 2}

Json = Mapping[str, object]


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
    order = list(names)
    marked = order[:: max(1, -(-len(order) // _LABELS))]
    written = json.dumps({at: names[at] for at in marked}, ensure_ascii=False)
    encoding = {
        "x": {
            "field": "at",
            "type": "nominal",
            "sort": None,
            "scale": {"domain": order},
            "title": None,
            "axis": {
                "values": marked,
                "labelExpr": f"{written}[datum.value]",
                "labelAngle": 0,
                "labelAlign": "left" if len(order) > 1 else "center",
                "ticks": False,
            },
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": None,
            "stack": "zero" if bars else None,
            "scale": {"zero": True, "nice": True},
            "axis": {"format": format, "tickCount": 4, "domain": False, "ticks": False},
        },
        "color": _color(series, legend=len(series) > 1),
        "description": {"field": "told", "type": "nominal"},
    }
    point = {"type": "point", "filled": True, "opacity": 1, "size": 30 if len(order) < 32 else 12}
    marks = [_BAR] if bars else [{"type": "line", "strokeWidth": 2, "aria": False}, point]
    rows = [
        {"series": each.series, "at": each.at, "value": each.value, "told": each.told}
        for each in points
        if each.value is not None
    ]
    return _drawn(rows, encoding, marks, HEIGHT)


def beside(rows: Sequence[tuple[str, str, float, str]], series: Sequence[str]) -> Markup:
    """Bars side by side for each name: (name, series, share, what a reader is told)."""
    values = [
        {"name": name, "series": of, "value": value, "told": told} for name, of, value, told in rows
    ]
    names = list(dict.fromkeys(name for name, *_ in rows))
    quiet = {"domain": False, "ticks": False}
    encoding = {
        "y": {
            "field": "name",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {**quiet, "labelLimit": 110},
        },
        "yOffset": {"field": "series", "type": "nominal", "sort": list(series)},
        "x": {
            "field": "value",
            "type": "quantitative",
            "title": None,
            "axis": {**quiet, "format": "~%", "tickCount": 4, "grid": True},
        },
        "color": _color(series, legend=True),
        "description": {"field": "told", "type": "nominal"},
    }
    return _drawn(values, encoding, [_BAR], 26 * len(names) + 50)


def _color(series: Sequence[str], *, legend: bool) -> Json:
    colors = [SERIES[min(at, len(SERIES) - 1)] for at in range(len(series))]
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(series), "range": colors},
        "legend": {"orient": "top", "title": None, "symbolType": "circle"} if legend else None,
    }


def _drawn(rows: Sequence[Json], encoding: Json, marks: Sequence[Json], height: int) -> Markup:
    axis = {"labelColor": INK, "gridColor": GRID, "domainColor": TICK, "labelFontSize": 11,
            "labelPadding": 6, "aria": False}  # fmt: skip
    legend = {"labelColor": INK, "labelFontSize": 11, "aria": False, "symbolSize": 50, "offset": 4}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [{"mark": mark} for mark in marks],
        "width": WIDTH,
        "height": height,
        "padding": 2,
        "background": "transparent",
        "autosize": {"type": "fit", "contains": "padding"},
        "config": {"view": {"stroke": None}, "axis": axis, "legend": legend},
    }
    return Markup(_svg(json.dumps(spec)))  # noqa: S704 # nosec B704 # Vega escapes its texts


@lru_cache(256)
def _svg(spec: str) -> str:
    """The picture of a chart; the same numbers are drawn once."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(json.loads(spec))
    # The page tells what a picture shows; its many parts would be read out one by one.
    return drawn.replace("<svg ", '<svg aria-hidden="true" ', 1)
