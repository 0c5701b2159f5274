"""Sports and fitness."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    INK,
    METAL,
    PAPER,
    STEEL,
    Palette,
    body,
    disc,
    ground,
    kind,
    line,
    mirrored,
    oval,
    path,
    rect,
    turned,
)


@kind("yoga-mat")
def yoga_mat(p: Palette, look: int) -> str:
    sheet = body("M76 120H206Q216 120 218 130L226 182H70Z", p.base, 180, 0.08) + line(
        "M90 134H206M92 168H212", p.light, 3
    )
    return (
        ground(92, 202)
        + sheet
        + disc(66, 152, 42, p.dark)
        + "".join(
            f'<circle cx="66" cy="152" r="{r}" fill="none" stroke="{c}" stroke-width="5"/>'
            for r, c in ((36, p.base), (26, p.light), (16, p.base))
        )
        + disc(66, 152, 7, p.deep)
        + (line("M66 110Q110 60 150 118", p.accent, 6) if look % 2 == 0 else "")
    )


@kind("dumbbell")
def dumbbell(p: Palette, look: int) -> str:
    hexagon = "M{x} 100l10 -18h22l10 18v40l-10 18h-22l-10 -18z"
    heads = "".join(
        path(hexagon.format(x=x), p.base) + path(f"M{x + 21} 82h11l10 18v40l-10 18h-11z", p.dark)
        for x in (34, 164)
    )
    grip = rect(70, 110, 100, 20, 9, STEEL) + "".join(
        line(f"M{x} 113v14", METAL, 2.5) for x in range(92, 152, 8)
    )
    one = grip + heads + disc(55, 120, 8, p.accent) + disc(185, 120, 8, p.accent)
    back = f'<g transform="translate(34 -8) scale(.72)">{turned(one, -12)}</g>'
    return ground(92, 204) + back + f'<g transform="translate(0 42)">{one}</g>'


@kind("kettlebell")
def kettlebell(p: Palette, look: int) -> str:
    return (
        ground(58, 206)
        + line("M84 118Q74 44 120 44T156 118", p.dark, 19)
        + body("M58 148Q58 94 120 94T182 148Q182 204 120 204T58 148Z", p.base)
        + disc(120, 152, 25, p.accent)
        + path("M111 140h6v10l9 -10h8l-11 12l12 14h-8l-10 -12v12h-6z", INK)
        + line("M76 138Q80 122 92 114", p.light, 6)
    )


@kind("ball")
def ball(p: Palette, look: int) -> str:
    if look % 2:
        return (
            ground(58, 206)
            + body("M46 124Q46 50 120 50T194 124Q194 198 120 198T46 124Z", p.base)
            + line("M120 50V198M46 124H194", p.deep, 4)
            + line("M72 70Q108 124 72 178M168 70Q132 124 168 178", p.deep, 4)
            + line("M64 104Q70 82 84 72", p.light, 6)
        )
    pent = "".join(
        turned(path("M120 52l18 -2l8 16l-26 6l-26 -6l8 -16z", p.base), a, 120, 124)
        for a in range(0, 360, 72)
    )
    return (
        ground(58, 206)
        + body("M46 124Q46 50 120 50T194 124Q194 198 120 198T46 124Z", PAPER)
        + '<g clip-path="url(#b)">'
        + pent
        + "</g>"
        + path("M120 98l25 18l-10 29h-30l-10 -29z", p.base)
        + "".join(turned(line("M120 98V72", p.dark, 3), a, 120, 124) for a in range(0, 360, 72))
    )


@kind("bike-helmet")
def bike_helmet(p: Palette, look: int) -> str:
    vents = (
        path("M88 92Q104 74 124 72L118 94Q104 98 92 108Z", p.deep)
        + path("M136 72Q158 76 172 94L156 104Q146 96 130 94Z", p.deep)
        + path("M70 128Q74 114 82 104L90 122Q80 130 76 138Z", p.deep)
        + path("M178 104Q188 116 190 132L172 124Q168 116 164 112Z", p.deep)
    )
    return (
        ground(74, 204)
        + line("M76 152Q100 204 132 198M178 150Q160 190 132 198", INK, 5)
        + rect(122, 190, 20, 14, 4, p.accent)
        + body(
            "M40 148Q44 58 124 56Q206 60 208 150Q210 160 196 158Q160 140 120 146T56 164Q40 166 40 148Z",
            p.base,
            140,
            0.09,
        )
        + vents
        + line("M58 152Q110 132 196 148", p.light, 5)
    )


@kind("bands")
def bands(p: Palette, look: int) -> str:
    loops = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="none" stroke="{c}" stroke-width="15"/>'
        for x, y, rx, ry, c in (
            (100, 92, 52, 34, p.light),
            (140, 124, 52, 34, p.base),
            (104, 158, 52, 34, p.dark),
        )
    )
    return (
        ground(70, 208) + loops + rect(88, 186, 32, 12, 4, PAPER) + rect(124, 152, 32, 12, 4, PAPER)
    )


@kind("jump-rope")
def jump_rope(p: Palette, look: int) -> str:
    return (
        ground(66, 210)
        + line("M80 82Q58 210 120 196T160 82", INK, 5)
        + line("M78 98Q84 190 140 188T162 98", STEEL, 4, ' stroke-opacity=".0"')
        + turned(rect(68, 26, 22, 62, 10, p.base) + rect(68, 42, 22, 8, 0, p.accent), -12, 79, 60)
        + turned(rect(150, 26, 22, 62, 10, p.base) + rect(150, 42, 22, 8, 0, p.accent), 12, 161, 60)
    )


@kind("racket")
def racket(p: Palette, look: int) -> str:
    strings = "".join(line(f"M{x} 36V132", "#ffffff", 1.6) for x in range(86, 160, 9)) + "".join(
        line(f"M72 {y}H168", "#ffffff", 1.6) for y in range(44, 130, 9)
    )
    one = (
        '<clipPath id="r"><ellipse cx="120" cy="84" rx="42" ry="50"/></clipPath>'
        + oval(120, 84, 42, 50, p.pale, ' fill-opacity=".5"')
        + f'<g clip-path="url(#r)">{strings}</g>'
        + f'<ellipse cx="120" cy="84" rx="44" ry="52" fill="none" stroke="{p.base}" stroke-width="9"/>'
        + line("M104 134L116 160M136 134L124 160", p.base, 8)
        + rect(111, 158, 18, 58, 6, INK)
        + rect(111, 158, 18, 6, 0, p.accent)
    )
    return (
        oval(120, 208, 66, 7, "#1b2030", ' fill-opacity=".1"')
        + turned(one, 28)
        + disc(66, 176, 20, "#d8e05a")
        + line("M52 164Q66 176 58 192M80 162Q68 174 80 188", "#ffffff", 2.5)
    )


@kind("goggles")
def goggles(p: Palette, look: int) -> str:
    strap = line("M44 116Q22 70 120 62T196 116", p.dark, 10)
    one = (
        path("M40 120Q40 96 70 96Q106 98 108 122Q106 150 72 150Q42 148 40 120Z", p.base)
        + path("M52 120Q54 106 72 106Q96 108 97 122Q94 140 72 140Q54 138 52 120Z", "#5d8fae")
        + path("M58 118Q62 110 74 110L64 132Q58 126 58 118Z", "#ffffff", ' fill-opacity=".5"')
    )
    return ground(70, 186) + strap + mirrored(one) + line("M106 120Q120 110 134 120", p.deep, 7)


@kind("foam-roller")
def foam_roller(p: Palette, look: int) -> str:
    bumps = "".join(
        rect(x, y, 20, 10, 5, p.dark)
        for y in (106, 126, 146, 166)
        for x in range(78 + (y // 20 % 2) * 14, 196, 30)
    )
    return (
        ground(86, 202)
        + body("M66 90H190Q214 92 214 140T190 190H66Z", p.base, 170, 0.06)
        + bumps
        + oval(66, 140, 28, 50, p.dark)
        + oval(66, 140, 19, 37, p.light)
        + oval(66, 140, 12, 26, p.deep)
    )


@kind("bike-light")
def bike_light(p: Palette, look: int) -> str:
    return (
        path("M150 84L236 44V166L150 128Z", "#fff0b8", ' fill-opacity=".8"')
        + line("M20 176H220", INK, 13)
        + path("M84 132H120V166Q120 184 102 184T84 166Z", p.deep)
        + body("M44 92Q44 78 58 78H138Q152 78 156 92V120Q152 136 138 136H58Q44 136 44 122Z", p.base)
        + oval(152, 106, 10, 27, "#fff6d6")
        + rect(70, 70, 34, 10, 4, p.accent)
        + "".join(disc(x, 124, 3.5, "#7fd0a6") for x in (68, 80, 92))
    )


@kind("yoga-block")
def yoga_block(p: Palette, look: int) -> str:
    def one(x: int, y: int) -> str:
        specks = "".join(
            oval(x + dx, y + dy, 3, 2, p.deep)
            for dx, dy in ((18, 40), (44, 56), (70, 36), (92, 62), (30, 66), (58, 44), (104, 42))
        )
        top = path(f"M{x} {y + 24}L{x + 26} {y}H{x + 144}L{x + 118} {y + 24}Z", p.light)
        side = path(f"M{x + 118} {y + 24}L{x + 144} {y}V{y + 48}L{x + 118} {y + 74}Z", p.dark)
        return top + rect(x, y + 24, 118, 50, 3, p.base) + side + specks

    return ground(84, 204) + one(48, 128) + one(62, 64)
