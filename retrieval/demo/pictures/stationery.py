"""The desk."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    CANDY,
    INK,
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
    mirrored,
    oval,
    path,
    rect,
    turned,
)


@kind("notebook")
def notebook(p: Palette, look: int) -> str:
    rings = (
        "".join(disc(72, y, 4, INK) + line(f"M62 {y}H76", METAL, 4) for y in range(62, 200, 17))
        if look % 3 == 1
        else rect(64, 42, 16, 164, 4, p.dark)
    )
    label = (
        rect(100, 72, 62, 38, 4, PAPER) + line("M110 84H152M110 96H140", p.deep, 3)
        if look % 2 == 0
        else disc(128, 110, 24, p.accent)
        + path("M104 120q24 -30 48 0q-4 14 -24 14t-24 -14z", p.deep)
    )
    return turned(
        ground(64, 212)
        + rect(76, 46, 108, 164, 6, PAPER)
        + rect(76, 48, 112, 158, 6, "#e7e0d2")
        + body(
            "M64 48Q64 40 72 40H172Q180 40 180 48V198Q180 206 172 206H72Q64 206 64 198Z",
            p.base,
            140,
            0.08,
        )
        + rings
        + label
        + rect(160, 40, 7, 166, 0, p.deep)
        + path("M142 206h12v16l-6 -6l-6 6z", p.accent),
        6,
    )


@kind("pen")
def pen(p: Palette, look: int) -> str:
    def one(fill: str, deep: str) -> str:
        return (
            rect(111, 34, 18, 118, 7, fill)
            + path("M112 152H128L122 182H118Z", METAL)
            + path("M118 182H122L120 196Z", INK)
            + rect(111, 92, 18, 7, 0, METAL)
            + rect(124, 40, 8, 56, 3, METAL)
            + rect(113, 26, 14, 10, 3, deep)
        )

    scribble = line("M52 206q12 -12 22 0t22 0t22 0t22 0", p.base, 3.5)
    if look % 2 == 0:
        return scribble + turned(one(p.base, p.deep), 34, 130, 116)
    pens = (one(p.light, p.dark), one(p.base, p.deep), one(p.dark, p.deep))
    return scribble + "".join(
        f'<g transform="translate({x} -12)">{turned(each, 12)}</g>'
        for x, each in zip((-42, 0, 42), pens, strict=True)
    )


@kind("pencils")
def pencils(p: Palette, look: int) -> str:
    sticks = "".join(
        rect(x, 64, 14, 80, 0, c)
        + path(f"M{x} 64h14l-7 -24z", "#f0d6ab")
        + path(f"M{x + 4} 50.3h6l-3 -10.3z", c)
        for x, c in zip(range(70, 170, 17), CANDY, strict=True)
    )
    return (
        ground(64, 208)
        + sticks
        + body("M58 110H182V194Q182 204 172 204H68Q58 204 58 194Z", p.base)
        + path("M58 110Q90 132 120 110T182 110V124Q150 140 120 124T58 124Z", p.dark)
        + rect(92, 150, 56, 30, 5, PAPER)
        + line("M102 160H138M102 170H126", p.deep, 3)
    )


@kind("organizer")
def organizer(p: Palette, look: int) -> str:
    tools = (
        rect(66, 62, 9, 66, 3, CANDY[0])
        + rect(82, 52, 9, 76, 3, CANDY[3])
        + path("M82 52h9l-4.5 -14z", "#f0d6ab")
        + rect(98, 70, 8, 60, 3, INK)
        + line("M120 118L134 62M132 118L124 62", METAL, 6)
    )
    return (
        ground(84, 204)
        + tools
        + rect(146, 96, 44, 54, 2, "#f7d774")
        + rect(152, 102, 32, 3, 1, "#c99b4f")
        + body("M46 120H126V198H46Z", p.base, 100)
        + body("M126 146H200V198H126Z", p.light, 170, name="c")
        + rect(136, 166, 54, 6, 3, p.dark)
        + rect(46, 192, 154, 9, 3, p.dark)
    )


@kind("sticky-notes")
def sticky_notes(p: Palette, look: int) -> str:
    return (
        ground(76, 204)
        + "".join(
            turned(rect(64, 70 + i * 2, 112, 112, 3, c), a, 120, 128)
            for i, (a, c) in enumerate(((-9, p.dark), (-3, p.light), (4, p.base)))
        )
        + turned(
            path("M176 160V182H150Z", p.pale)
            + line("M82 104H154M82 122H142M82 140H150", p.deep, 4),
            4,
            120,
            128,
        )
    )


@kind("scissors")
def scissors(p: Palette, look: int) -> str:
    one = (
        path("M114 118L138 26Q146 30 142 52L126 122Z", METAL)
        + f'<ellipse cx="84" cy="176" rx="22" ry="29" fill="none" stroke="{p.base}" stroke-width="13" transform="rotate(28 84 176)"/>'
        + line("M98 152L120 116", p.base, 13)
    )
    return ground(60, 214) + mirrored(one) + disc(120, 116, 6, STEEL)


@kind("calendar")
def calendar(p: Palette, look: int) -> str:
    days = "".join(
        rect(
            62 + i * 24,
            106 + j * 26,
            17,
            17,
            3,
            p.accent if (i, j) == (3, 1) and p.accent != "#f6efe2" else "#e2ddd2",
        )
        for i in range(5)
        for j in range(3)
    )
    return (
        ground(76, 204)
        + body(
            "M46 62Q46 52 56 52H184Q194 52 194 62V186Q194 196 184 196H56Q46 196 46 186Z",
            PAPER,
            140,
            0.05,
        )
        + path("M46 62Q46 52 56 52H184Q194 52 194 62V92H46Z", p.base)
        + mirrored(rect(76, 40, 11, 26, 5, INK))
        + days
    )


@kind("desk-mat")
def desk_mat(p: Palette, look: int) -> str:
    mat = body("M50 92H190L222 178Q223 184 216 184H24Q17 184 18 178Z", p.base, 150, 0.07)
    edge = path(
        "M18 178Q17 184 24 184H216Q223 184 222 178L223 188Q223 192 216 192H24Q17 192 17 188Z", WOOD
    )
    keys = path("M74 116H150L156 146H68Z", PAPER) + "".join(
        line(f"M{76 - i} {123 + i * 8}H{149 + i}", "#c9c2b4", 3) for i in range(3)
    )
    mouse = oval(184, 136, 11, 15, PAPER) + line("M184 124v8", INK, 2.5)
    return oval(120, 196, 98, 6, "#1b2030", ' fill-opacity=".1"') + edge + mat + keys + mouse
