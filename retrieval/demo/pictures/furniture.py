"""Furniture and decoration."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    INK,
    LEAF,
    PAPER,
    TIMBER,
    WOOD,
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


@kind("chair")
def chair(p: Palette, look: int) -> str:
    if look % 3 == 0:
        legs = line("M78 142L66 208M162 142L174 208M96 148L92 200M144 148L148 200", WOOD, 7)
        return (
            ground(64, 210)
            + legs
            + body("M72 52Q72 40 84 40H156Q168 40 168 52L162 112H78Z", p.base)
            + body(
                "M62 126Q62 114 76 114H164Q178 114 178 126V138Q178 150 164 150H76Q62 150 62 138Z",
                p.light,
                name="s",
            )
        )
    legs = mirrored(line("M72 178L62 208", WOOD, 8))
    return (
        ground(76, 210)
        + legs
        + body("M66 116Q58 50 120 48T174 116V150H66Z", p.base)
        + rect(70, 128, 100, 34, 14, p.light)
        + mirrored(path("M42 120Q42 104 56 104T72 120V158H168V180H60Q42 180 42 160Z", p.dark))
        + rect(60, 158, 120, 24, 8, p.dark)
        + turned(rect(98, 84, 44, 40, 8, p.accent), 8, 120, 104)
    )


@kind("office-chair")
def office_chair(p: Palette, look: int) -> str:
    base = line("M120 168V188M120 186L70 202M120 186L170 202M120 186V206", INK, 7) + "".join(
        disc(x, y, 7, INK) for x, y in ((68, 206), (172, 206), (120, 211))
    )
    mesh = "".join(line(f"M84 {y}H156", p.dark, 2) for y in range(46, 112, 9))
    return (
        ground(66, 214)
        + base
        + body("M80 42Q80 28 96 28H144Q160 28 160 42L154 116H86Z", p.base)
        + mesh
        + rect(114, 112, 12, 26, 0, INK)
        + body(
            "M66 142Q66 130 82 130H158Q174 130 174 142V154Q174 168 158 168H82Q66 168 66 154Z",
            p.base,
            name="s",
        )
        + mirrored(line("M72 152H56V112", INK, 7) + rect(46, 106, 28, 10, 5, p.deep))
        + rect(96, 92, 48, 16, 6, p.accent)
    )


@kind("desk")
def desk(p: Palette, look: int) -> str:
    screen = (
        rect(96, 54, 72, 46, 4, INK)
        + rect(101, 59, 62, 36, 2, "#8cb8d0")
        + rect(126, 98, 12, 14, 0, INK)
        + rect(112, 108, 40, 5, 2, INK)
    )
    plant = (
        path("M52 112h22l-3 -16h-16z", PAPER) + disc(58, 86, 10, LEAF) + disc(68, 84, 10, "#86b57e")
    )
    legs = (
        mirrored(rect(44, 124, 12, 84, 2, INK) + rect(32, 202, 38, 7, 3, INK))
        if look % 2 == 0
        else mirrored(line("M56 124L44 208", p.dark, 9))
    )
    drawer = rect(130, 126, 62, 26, 3, p.dark) + rect(154, 136, 14, 5, 2, p.accent)
    return (
        ground(92, 211)
        + legs
        + screen
        + plant
        + drawer
        + body("M24 114Q24 110 28 110H212Q216 110 216 114V126H24Z", p.base, 150)
    )


@kind("bookshelf")
def bookshelf(p: Palette, look: int) -> str:
    books = (
        "".join(
            rect(x, 92 - h, w, h, 1.5, c)
            for x, w, h, c in (
                (72, 9, 38, "#d8664f"),
                (83, 7, 32, PAPER),
                (92, 10, 40, "#4f88a8"),
                (104, 8, 34, "#e3b04b"),
            )
        )
        + rect(134, 68, 18, 24, 6, "#6fa89f")
        + "".join(
            rect(x, 142 - h, w, h, 1.5, c)
            for x, w, h, c in (
                (112, 9, 34, "#7c6aa8"),
                (123, 10, 38, PAPER),
                (135, 8, 30, "#d8664f"),
                (145, 11, 36, "#5f9a72"),
            )
        )
        + disc(84, 124, 16, "#e3b04b")
        + rect(78, 166, 60, 26, 4, "#c9a57c")
    )
    return (
        ground(64, 212)
        + rect(58, 32, 124, 176, 4, p.dark)
        + rect(66, 40, 108, 160, 0, p.deep)
        + books
        + rect(66, 92, 108, 8, 0, p.base)
        + rect(66, 142, 108, 8, 0, p.base)
        + rect(66, 192, 108, 8, 0, p.base)
        + rect(58, 32, 124, 9, 3, p.base)
        + rect(58, 32, 9, 176, 3, p.base)
        + rect(173, 32, 9, 176, 3, p.dark)
    )


@kind("side-table")
def side_table(p: Palette, look: int) -> str:
    legs = line("M82 112L66 206M158 112L174 206M120 112V206", WOOD if look % 2 else p.dark, 7)
    return (
        ground(62, 210)
        + legs
        + body(
            "M46 104Q46 98 52 98H188Q194 98 194 104V110Q194 116 188 116H52Q46 116 46 110Z", p.base
        )
        + rect(66, 86, 46, 6, 2, "#d8664f")
        + rect(70, 92, 44, 6, 2, "#4f88a8")
        + path("M140 98h24l-3 -18h-18z", PAPER)
        + "".join(turned(oval(152, 64, 6, 16, LEAF), a, 152, 82) for a in (-30, 0, 30))
    )


@kind("stool")
def stool(p: Palette, look: int) -> str:
    return (
        ground(56, 212)
        + line("M92 86L68 208M148 86L172 208M120 86V200", WOOD, 8)
        + line("M80 156H160", TIMBER, 6)
        + body("M60 72Q60 54 120 54T180 72V80Q180 94 120 94T60 80Z", p.base)
        + oval(120, 68, 56, 13, p.light)
    )


@kind("mirror")
def mirror(p: Palette, look: int) -> str:
    return (
        oval(124, 124, 84, 84, "#1b2030", ' fill-opacity=".1"')
        + disc(120, 116, 84, p.base)
        + disc(120, 116, 76, p.dark)
        + disc(120, 116, 73, GLASS)
        + path("M66 150L150 58L166 70L80 166Z", "#ffffff", ' fill-opacity=".55"')
        + path("M92 172L176 82L182 92L104 178Z", "#ffffff", ' fill-opacity=".4"')
        + line("M96 32L120 14L144 32", TIMBER, 4)
        + disc(120, 14, 5, INK)
    )


@kind("vase")
def vase(p: Palette, look: int) -> str:
    flowers = "".join(
        line(f"M120 108Q{120 + dx // 2} 84 {120 + dx} {y}", "#5c8f5d", 3.5)
        + "".join(
            turned(oval(120 + dx, y - 10, 6, 10, c), a, 120 + dx, y) for a in range(0, 360, 60)
        )
        + disc(120 + dx, y, 6, "#f2c14e")
        for dx, y, c in ((-38, 66, "#e8a0a8"), (0, 46, PAPER), (36, 70, "#e57a5c"))
    )
    return (
        ground(48, 208)
        + flowers
        + body(
            "M104 104H136Q134 124 150 140Q172 166 158 196Q156 204 148 204H92Q84 204 82 196Q68 166 90 140Q106 124 104 104Z",
            p.base,
        )
        + path("M79 168Q120 182 161 168Q160 184 157 192Q120 202 83 192Q80 184 79 168Z", p.accent)
        + rect(100, 98, 40, 10, 5, p.dark)
    )


@kind("clock")
def clock(p: Palette, look: int) -> str:
    ticks = "".join(turned(line("M120 58V66", INK, 4), a, 120, 116) for a in range(0, 360, 30))
    return (
        oval(124, 126, 82, 82, "#1b2030", ' fill-opacity=".1"')
        + disc(120, 116, 80, p.base)
        + disc(120, 116, 68, PAPER)
        + ticks
        + line("M120 116L96 88", INK, 6)
        + line("M120 116L156 92", INK, 4.5)
        + line("M120 116L128 160", p.accent if p.accent != "#f6efe2" else "#e57a5c", 2.5)
        + disc(120, 116, 6, INK)
    )


@kind("basket")
def basket(p: Palette, look: int) -> str:
    weave = "".join(
        line(f"M{54 + j} {y}" + "q9 8 18 0t18 0t18 0t18 0t18 0t18 0t18 0", p.dark, 3)
        for j, y in ((0, 116), (2, 132), (4, 148), (6, 164), (8, 180))
    )
    cloth = path("M62 100Q80 74 110 88Q140 62 178 100Z", PAPER) + path(
        "M110 88Q140 62 178 100H120Z", p.accent
    )
    return (
        ground(66, 208)
        + cloth
        + mirrored(line("M58 108Q40 92 52 84T72 102", p.deep, 7))
        + body("M50 100H190L180 196Q179 204 170 204H70Q61 204 60 196Z", p.base)
        + '<g clip-path="url(#b)">'
        + weave
        + "</g>"
        + rect(46, 96, 148, 12, 6, p.dark)
    )
