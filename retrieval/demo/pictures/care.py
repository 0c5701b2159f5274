"""Beauty and care."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    INK,
    LEAF,
    METAL,
    PAPER,
    STEEL,
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


def _label(p: Palette, x: float, y: float, w: float, h: float, look: int) -> str:
    middle = x + w / 2
    top = y + h * 0.34
    if look % 3 == 0:
        art = turned(oval(middle, top, 5, 12, LEAF), 30, middle, top + 10) + turned(
            oval(middle, top, 5, 12, LEAF), -30, middle, top + 10
        )
    elif look % 3 == 1:
        art = "".join(
            turned(oval(middle, top - 7, 4.5, 8, p.dark), a, middle, top) for a in range(0, 360, 60)
        ) + disc(middle, top, 4, "#f2c14e")
    else:
        art = path(f"M{middle:g} {top - 12:g}q12 15 0 22q-12 -7 0 -22z", p.dark)
    return (
        rect(x, y, w, h, 4, PAPER)
        + art
        + line(f"M{x + w * 0.22:g} {y + h * 0.68:g}H{x + w * 0.78:g}", p.deep, 3)
        + line(f"M{x + w * 0.32:g} {y + h * 0.82:g}H{x + w * 0.68:g}", p.base, 2.5)
    )


@kind("lotion")
def lotion(p: Palette, look: int) -> str:
    return (
        ground(48, 208)
        + path("M114 40H92Q82 40 82 52V56H90Q92 50 98 50H114Z", INK)
        + rect(110, 34, 20, 20, 4, INK)
        + rect(116, 50, 8, 22, 0, METAL)
        + rect(98, 68, 44, 18, 5, INK)
        + body(
            "M90 86H150Q170 92 170 112V192Q170 204 158 204H82Q70 204 70 192V112Q70 92 90 86Z",
            p.base,
        )
        + _label(p, 82, 116, 76, 68, look)
        + line("M78 112V190", p.pale, 4)
    )


@kind("shampoo")
def shampoo(p: Palette, look: int) -> str:
    return (
        ground(44, 210)
        + rect(98, 36, 44, 30, 6, p.deep)
        + line("M98 54H142", p.dark, 3)
        + body(
            "M92 66H148Q164 74 164 94V194Q164 206 152 206H88Q76 206 76 194V94Q76 74 92 66Z", p.base
        )
        + _label(p, 86, 104, 68, 78, look)
        + line("M84 92V192", p.pale, 4)
    )


@kind("cream")
def cream(p: Palette, look: int) -> str:
    return (
        ground(70, 202)
        + turned(rect(122, 62, 92, 26, 7, WOOD) + rect(122, 78, 92, 8, 3, "#a97c50"), -18, 168, 76)
        + body("M52 122H188V180Q188 196 172 196H68Q52 196 52 180Z", p.base)
        + oval(120, 122, 68, 15, p.dark)
        + oval(120, 120, 60, 12, "#fdfaf2")
        + path("M84 122Q96 102 120 112T154 118Q140 130 120 130T84 122Z", "#ffffff")
        + _label(p, 86, 144, 68, 42, look)
    )


@kind("serum")
def serum(p: Palette, look: int) -> str:
    return (
        ground(42, 208)
        + path("M108 34Q108 20 120 20T132 34V58H108Z", INK)
        + rect(102, 56, 36, 26, 4, METAL)
        + "".join(line(f"M{x} 60V78", STEEL, 2) for x in range(108, 136, 6))
        + body(
            "M104 82H136Q160 92 160 116V192Q160 204 148 204H92Q80 204 80 192V116Q80 92 104 82Z",
            p.base,
        )
        + _label(p, 88, 122, 64, 66, look)
        + line("M88 114V190", p.pale, 4)
    )


@kind("tube")
def tube(p: Palette, look: int) -> str:
    return (
        ground(42, 208)
        + body("M74 36H166L152 176H88Z", p.base)
        + rect(72, 30, 96, 14, 3, p.dark)
        + rect(90, 176, 60, 30, 6, p.deep)
        + _label(p, 90, 70, 60, 76, look)
        + line("M84 54L94 164", p.pale, 4)
    )


@kind("soap")
def soap(p: Palette, look: int) -> str:
    bubbles = "".join(
        disc(x, y, r, GLASS, ' fill-opacity=".9"') + disc(x - r / 3, y - r / 3, r / 4, "#ffffff")
        for x, y, r in ((68, 84, 17), (96, 62, 11), (186, 98, 13), (168, 70, 8))
    )
    dish = (
        rect(32, 176, 176, 14, 7, WOOD)
        + rect(52, 190, 18, 9, 2, "#a97c50")
        + rect(170, 190, 18, 9, 2, "#a97c50")
    )
    return (
        ground(88, 202)
        + bubbles
        + dish
        + body(
            "M50 144Q50 116 80 116H160Q190 116 190 144V152Q190 178 160 178H80Q50 178 50 152Z",
            p.base,
            130,
        )
        + oval(120, 142, 50, 15, p.light)
        + turned(oval(112, 142, 5, 12, p.dark), 50, 112, 142)
        + turned(oval(128, 142, 5, 12, p.dark), -50, 128, 142)
    )


@kind("lip-balm")
def lip_balm(p: Palette, look: int) -> str:
    return (
        ground(64, 206)
        + path("M74 92Q74 62 104 54V92Z", "#e8a0a0")
        + rect(70, 90, 38, 24, 3, METAL)
        + body("M64 112H114V196Q114 202 108 202H70Q64 202 64 196Z", p.base, 92)
        + body("M136 92Q136 84 144 84H178Q186 84 186 92V202H136Z", p.dark, 164, name="c")
        + rect(136, 186, 50, 8, 0, p.accent)
        + rect(74, 132, 30, 46, 3, PAPER)
        + disc(89, 155, 9, p.light)
    )


@kind("brush")
def brush(p: Palette, look: int) -> str:
    bristles = "".join(
        disc(x, y, 3.6, INK)
        for y in range(58, 136, 15)
        for x in range(92 + (y // 15 % 2) * 7, 150, 14)
    )
    outline = "M78 92Q78 34 120 34T162 92Q162 144 134 154L130 212Q129 220 120 220T110 212L106 154Q78 144 78 92Z"
    return turned(body(outline, p.base) + oval(120, 94, 34, 48, p.pale) + bristles, 16)


@kind("toothbrush")
def toothbrush(p: Palette, look: int) -> str:
    def one(fill: str) -> str:
        bristles = "".join(rect(92, y, 18, 6, 2, PAPER) for y in range(46, 92, 8))
        handle = rect(112, 96, 16, 112, 7, fill) + rect(109, 40, 22, 60, 8, fill)
        return handle + bristles + rect(112, 176, 16, 8, 0, p.deep)

    right = f'<g transform="translate(40 0)">{turned(one(p.light), 10)}</g>'
    return ground(60, 210) + turned(one(p.base), -14, 90, 120) + right


@kind("candle")
def candle(p: Palette, look: int) -> str:
    return (
        disc(120, 82, 46, "#ffe9ae", ' fill-opacity=".7"')
        + ground(54, 206)
        + path("M120 48q16 22 8 36q-8 8 -16 0q-8 -14 8 -36z", "#f5a742")
        + path("M120 66q8 11 4 18q-4 4 -8 0q-4 -7 4 -18z", "#ffe08a")
        + line("M120 88V100", INK, 3)
        + body("M66 100H174V190Q174 202 162 202H78Q66 202 66 190Z", p.base)
        + oval(120, 100, 54, 9, p.pale)
        + _label(p, 86, 126, 68, 56, look)
    )


@kind("razor")
def razor(p: Palette, look: int) -> str:
    one = (
        rect(86, 44, 68, 24, 7, METAL)
        + line("M92 52H148M92 60H148", STEEL, 3)
        + path("M112 68H128L126 92H114Z", STEEL)
        + rect(111, 90, 18, 116, 9, p.base)
        + "".join(line(f"M114 {y}h12", p.dark, 3) for y in range(120, 190, 10))
        + disc(120, 198, 4, p.accent)
    )
    return oval(126, 210, 60, 6, "#1b2030", ' fill-opacity=".1"') + turned(one, 24)


@kind("hair-dryer")
def hair_dryer(p: Palette, look: int) -> str:
    waves = "".join(line(f"M24 {y}q8 -8 16 0t16 0", "#ffffff", 5) for y in (78, 98, 118))
    return (
        ground(56, 212)
        + waves
        + line("M150 204Q190 214 208 190", INK, 5)
        + path("M128 124L150 200Q152 208 144 208H128Q122 208 120 202L104 128Z", p.dark)
        + path("M62 76L90 70V126L62 120Z", INK)
        + body("M88 66Q88 58 96 58H152Q194 60 194 98T152 138H96Q88 138 88 130Z", p.base, 150, 0.08)
        + disc(156, 98, 23, p.deep)
        + disc(156, 98, 14, p.light)
        + rect(126, 156, 12, 20, 5, p.accent)
    )
