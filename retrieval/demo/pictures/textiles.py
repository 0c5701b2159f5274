"""Home textiles."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    METAL,
    PAPER,
    STEEL,
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
)


@kind("blanket")
def blanket(p: Palette, look: int) -> str:
    layers = "".join(
        rect(48, y, 144, 32, 14, c)
        + path(
            f"M62 {y}H178Q192 {y} 192 {y + 16}T178 {y + 32}H150V{y}Z", p.deep, ' fill-opacity=".16"'
        )
        for y, c in ((166, p.dark), (134, p.base), (102, p.light))
    )
    fall = body("M56 72Q56 60 70 60H128V150Q128 156 122 156H62Q56 156 56 150Z", p.base, 128)
    weave = (
        "".join(line(f"M64 {y}H120", p.pale, 3) for y in (82, 96, 110, 124))
        if look % 2
        else "".join(line(f"M{x} 68V148", p.accent, 4) for x in (74, 92, 110))
    )
    fringe = "".join(line(f"M{x} 156v12", p.base, 4) for x in range(60, 128, 9))
    return ground(80, 206) + layers + fall + weave + fringe


@kind("pillow")
def pillow(p: Palette, look: int) -> str:
    d = "M50 78Q48 62 66 68Q120 82 174 68Q192 62 190 78Q182 130 190 180Q192 196 174 190Q120 178 66 190Q48 196 50 180Q58 130 50 78Z"
    art = (
        line("M64 84Q120 98 176 84M64 176Q120 164 176 176", p.dark, 3)
        + line("M82 110Q120 120 158 110", p.light, 5),
        "".join(line(f"M{x} 74Q{x + 5} 130 {x} 184", p.accent, 7) for x in (86, 118, 150)),
        disc(120, 130, 30, p.accent) + path("M120 100a30 30 0 0 1 0 60z", p.dark),
    )[look % 3]
    return ground(70, 202) + body(d, p.base, 130, 0.09) + art


@kind("bedding")
def bedding(p: Palette, look: int) -> str:
    head = rect(40, 52, 160, 110, 12, WOOD) + rect(34, 160, 172, 38, 6, TIMBER)
    pillows = mirrored(rect(52, 82, 62, 42, 14, PAPER) + line("M62 112q18 6 42 0", "#dcd7cc", 3))
    duvet = body(
        "M36 128Q36 114 52 114H188Q204 114 204 128V186Q204 194 196 194H44Q36 194 36 186Z",
        p.base,
        140,
        0.08,
    )
    pattern = (
        "".join(
            disc(x, y, 4, p.pale)
            for x, y in ((64, 156), (92, 172), (120, 156), (148, 172), (176, 156))
        )
        if look % 2
        else "".join(line(f"M{x} 138V192", p.light, 4) for x in range(56, 196, 18))
    )
    return (
        ground(92, 208)
        + head
        + pillows
        + duvet
        + path("M36 128Q36 114 52 114H188Q204 114 204 128V138H36Z", p.pale)
        + pattern
        + mirrored(rect(44, 194, 10, 14, 2, TIMBER))
    )


@kind("towel")
def towel(p: Palette, look: int) -> str:
    if look % 2:
        roll = (
            disc(72, 160, 34, p.dark)
            + disc(72, 160, 24, p.base)
            + disc(72, 160, 14, p.dark)
            + disc(72, 160, 6, p.base)
        )
        return (
            ground(86, 202)
            + body("M72 126H196Q206 126 206 136V184Q206 194 196 194H72Z", p.base, 160)
            + rect(160, 126, 9, 68, 0, p.accent)
            + rect(176, 126, 5, 68, 0, p.accent)
            + roll
        )
    bar = line("M40 58H200", STEEL, 8) + mirrored(disc(42, 58, 9, METAL))
    return (
        ground(56, 214)
        + bar
        + rect(86, 56, 82, 132, 4, p.dark)
        + body("M72 56H156V202H72Z", p.base)
        + rect(72, 168, 84, 9, 0, p.accent)
        + rect(72, 182, 84, 4, 0, p.accent)
        + rect(72, 52, 84, 13, 5, p.light)
        + "".join(line(f"M{x} 202v6", p.base, 4) for x in range(76, 156, 8))
    )


@kind("curtain")
def curtain(p: Palette, look: int) -> str:
    window = (
        rect(58, 52, 124, 136, 4, GLASS)
        + line("M120 52V188M58 120H182", PAPER, 6)
        + disc(154, 84, 13, "#f7d774")
    )
    left = body("M40 46H108Q104 130 62 146Q84 170 78 206H40Z", p.base, 70)
    return (
        line("M30 44H210", TIMBER, 7)
        + mirrored(disc(30, 44, 8, TIMBER))
        + window
        + mirrored(
            left
            + line("M58 48Q58 110 50 140M80 48Q78 110 58 144M54 156V204", p.dark, 3)
            + rect(40, 138, 30, 10, 5, p.accent)
        )
    )


@kind("rug")
def rug(p: Palette, look: int) -> str:
    d = "M60 84H180L218 186H22Z"
    inner = path("M70 96H170L196 174H44Z", p.light) + path("M78 106H162L180 164H60Z", p.base)
    art = (
        path("M120 112L150 136L120 160L90 136Z", p.accent)
        + path("M120 122L136 136L120 150L104 136Z", p.deep)
        if look % 2 == 0
        else "".join(
            line(f"M{76 - i * 5} {116 + i * 14}H{164 + i * 5}", p.accent if i % 2 else p.deep, 5)
            for i in range(4)
        )
    )
    fringe = "".join(line(f"M{x} 187v9", p.pale, 3) for x in range(26, 218, 9)) + "".join(
        line(f"M{x} 83v-6", p.pale, 2.5) for x in range(62, 180, 8)
    )
    return (
        oval(120, 196, 102, 8, "#1b2030", ' fill-opacity=".1"')
        + fringe
        + body(d, p.dark)
        + inner
        + art
    )
