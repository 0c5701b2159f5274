"""Colours and shapes that all pictures share: a 240 by 240 drawing as SVG text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Drawing = Callable[["Palette", int], str]
KINDS: dict[str, Drawing] = {}

INK = "#3b414d"
PAPER = "#fbf8f1"
METAL = "#c8ced6"
STEEL = "#99a3af"
WOOD = "#cda06d"
TIMBER = "#a97c50"
LEAF = "#6fa06a"
GLASS = "#dcecf1"
SCREEN = "#28303c"
CANDY = ("#e2614f", "#f2b84b", "#4fa3a0", "#5f86c4", "#7fb069", "#a57cc0")
_NIGHT = "#1b2030"
_ACCENTS = ("#f2b84b", "#f6efe2", "#e57a5c", "#58a8a4", "#f0d9b5", "#7386bd")


@dataclass(frozen=True, slots=True)
class Palette:
    """The tones of one picture, all from the product's colour, and an accent."""

    base: str
    dark: str
    deep: str
    light: str
    pale: str
    accent: str

    @classmethod
    def of(cls, color: str, look: int) -> Palette:
        """Tones of a colour (`#rrggbb`); the accent goes with the look and keeps its distance."""
        accents = [a for a in _ACCENTS if _distance(a, color) > 120]
        return cls(
            base=color,
            dark=mix(color, _NIGHT, 0.2),
            deep=mix(color, _NIGHT, 0.42),
            light=mix(color, "#ffffff", 0.22),
            pale=mix(color, "#ffffff", 0.55),
            accent=accents[look % len(accents)],
        )


def kind(*names: str) -> Callable[[Drawing], Drawing]:
    """Register a drawing under the names by which content files ask for it."""

    def register(drawing: Drawing) -> Drawing:
        KINDS.update(dict.fromkeys(names, drawing))
        return drawing

    return register


def mix(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the way to the second."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(color: str) -> float:
    """How light a colour is, 0 to 1, by the usual weights of its channels."""
    red, green, blue = _channels(color)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def path(d: str, fill: str, extra: str = "") -> str:
    """A filled shape."""
    return f'<path d="{d}" fill="{fill}"{extra}/>'


def line(d: str, color: str, width: float = 3, extra: str = "") -> str:
    """A stroke with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{color}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{extra}/>'
    )


def rect(x: float, y: float, w: float, h: float, r: float, fill: str, extra: str = "") -> str:
    """A rectangle with corners rounded by `r`."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" fill="{fill}"{extra}/>'
    )


def oval(cx: float, cy: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    """An ellipse."""
    return f'<ellipse cx="{cx:g}" cy="{cy:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"{extra}/>'


def disc(cx: float, cy: float, r: float, fill: str, extra: str = "") -> str:
    """A circle."""
    return f'<circle cx="{cx:g}" cy="{cy:g}" r="{r:g}" fill="{fill}"{extra}/>'


def body(d: str, fill: str, split: float = 120, tone: float = 0.11, name: str = "b") -> str:
    """A filled shape whose right part, from `split` on, lies in shade."""
    return (
        path(d, fill)
        + f'<clipPath id="{name}"><path d="{d}"/></clipPath>'
        + f'<path clip-path="url(#{name})" d="M{split:g} 0h240v240H{split:g}z" fill="{_NIGHT}" '
        + f'fill-opacity="{tone:g}"/>'
    )


def mirrored(fragment: str) -> str:
    """A fragment and its mirror image at the vertical middle."""
    return f'{fragment}<g transform="matrix(-1 0 0 1 240 0)">{fragment}</g>'


def turned(fragment: str, degrees: float, x: float = 120, y: float = 120) -> str:
    """A fragment turned clockwise around a point."""
    return f'<g transform="rotate({degrees:g} {x:g} {y:g})">{fragment}</g>'


def steam(*points: tuple[int, int]) -> str:
    """Curls of steam rising from each point."""
    curls = (f"M{x} {y}q-8 -10 0 -20t0 -20" for x, y in points)
    return "".join(line(curl, "#ffffff", 5, ' stroke-opacity=".75"') for curl in curls)


def ground(width: float = 62, y: float = 206) -> str:
    """The soft shadow that a thing casts on the floor."""
    return oval(120, y, width, 7, _NIGHT, ' fill-opacity=".13"')


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _distance(first: str, second: str) -> float:
    pairs = zip(_channels(first), _channels(second), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5
