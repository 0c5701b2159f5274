"""Lamps."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    INK,
    WOOD,
    Palette,
    body,
    disc,
    ground,
    kind,
    line,
    oval,
    path,
    rect,
    turned,
)


def _glow(x: int, y: int, r: int = 56) -> str:
    return disc(x, y, r, "#ffe9ae", ' fill-opacity=".6"')


@kind("desk-lamp")
def desk_lamp(p: Palette, look: int) -> str:
    cone = path("M150 92L222 188H104L128 104Z", "#fff0b8", ' fill-opacity=".7"')
    if look % 2:
        return (
            ground(70, 208)
            + path("M94 66H206L214 190H86Z", "#fff0b8", ' fill-opacity=".5"')
            + line("M60 196V64Q60 52 74 52H120", p.dark, 8)
            + rect(88, 46, 124, 16, 8, p.base)
            + rect(94, 60, 112, 6, 3, "#fff3c9")
            + path("M34 192H100Q104 204 98 204H36Q30 204 34 192Z", p.deep)
            + disc(66, 192, 5, p.accent)
        )
    return (
        ground(70, 208)
        + cone
        + line("M76 196L62 124L122 72", p.dark, 7)
        + disc(62, 124, 9, p.deep)
        + turned(
            path("M104 108Q104 64 136 60Q168 64 168 108Z", p.base)
            + oval(136, 108, 32, 8, "#fff3c9")
            + rect(128, 50, 16, 14, 5, p.dark),
            -36,
            136,
            84,
        )
        + path("M44 192H112Q118 204 110 204H46Q38 204 44 192Z", p.deep)
    )


@kind("table-lamp")
def table_lamp(p: Palette, look: int) -> str:
    shade = body("M88 38H152L176 114H64Z", "#f4e7c8" if look % 2 == 0 else p.base)
    foot = body(
        "M120 118Q164 130 150 166Q142 186 148 196H92Q98 186 90 166Q76 130 120 118Z",
        p.base if look % 2 == 0 else WOOD,
    )
    return (
        _glow(120, 104, 78)
        + ground(52, 206)
        + foot
        + shade
        + rect(84, 194, 72, 10, 5, p.dark)
        + line("M70 96H170", p.accent, 3)
    )


@kind("floor-lamp")
def floor_lamp(p: Palette, look: int) -> str:
    if look % 2:
        return (
            _glow(168, 92, 44)
            + ground(50, 214)
            + line("M86 208V60Q86 24 126 24T168 58", p.dark, 6)
            + path("M136 92Q136 58 168 58T200 92Z", p.base)
            + oval(168, 92, 32, 7, "#fff3c9")
            + oval(86, 208, 36, 7, p.deep)
        )
    return (
        _glow(120, 66, 66)
        + ground(56, 214)
        + line("M120 90L84 210M120 90L156 210M120 90V196", WOOD, 7)
        + body("M90 28H150L166 90H74Z", p.base)
        + line("M74 90H166", p.dark, 4)
    )


@kind("pendant")
def pendant(p: Palette, look: int) -> str:
    if look % 2:
        ribs = "".join(
            line(f"M120 58Q{120 + k * 26} 110 120 168", p.dark, 2.5)
            for k in (-3, -2, -1, 0, 1, 2, 3)
        )
        return (
            _glow(120, 122, 90)
            + line("M120 10V56", INK, 3.5)
            + oval(120, 112, 66, 56, p.base)
            + ribs
            + rect(108, 50, 24, 10, 4, p.deep)
            + disc(120, 118, 15, "#fff3c9")
        )
    return (
        path("M58 142H182L216 226H24Z", "#fff0b8", ' fill-opacity=".5"')
        + line("M120 10V66", INK, 3.5)
        + rect(110, 58, 20, 20, 5, "#cda349")
        + body("M106 76H134Q180 90 184 142H56Q60 90 106 76Z", p.base)
        + oval(120, 142, 64, 10, p.pale)
        + disc(120, 146, 15, "#ffe08a")
    )


@kind("string-lights")
def string_lights(p: Palette, look: int) -> str:
    out = ""
    for n, (y, sag) in enumerate(((52, 44), (112, 44), (170, 34))):
        out += line(f"M16 {y}Q120 {y + sag * 2} 224 {y - 8}", INK, 3)
        for i in range(5):
            t = (i + 0.6) / 5.2
            x = 16 + 208 * t
            height = y * (1 - t) ** 2 + 2 * (y + sag * 2) * t * (1 - t) + (y - 8) * t * t
            out += (
                disc(round(x), round(height + 17), 17, "#ffe9ae", ' fill-opacity=".6"')
                + rect(round(x) - 4, round(height) - 1, 8, 9, 2, INK)
                + path(
                    f"M{round(x)} {round(height + 28)}q-13 -10 -5 -20h10q8 10 -5 20z",
                    p.base if (i + n) % 2 else "#ffd465",
                )
            )
    return out
