"""Kitchen: what cooks and cuts."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
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
    steam,
    turned,
)


@kind("pan")
def pan(p: Palette, look: int) -> str:
    handle = turned(rect(160, 110, 84, 17, 8, p.dark if look % 2 == 0 else WOOD), 34, 120, 118)
    handle += turned(disc(234, 118, 4, PAPER), 34, 120, 118)
    egg = (
        path(
            "M84 104q8 -24 34 -18q26 -6 30 18q14 20 -10 30q-18 14 -36 2q-28 -2 -18 -32z", "#fdfbf4"
        )
        + disc(114, 112, 13, "#f2b233")
        + disc(110, 107, 4, "#f9d477")
    )
    rings = disc(108, 112, 72, p.dark) + disc(108, 112, 64, p.base) + disc(108, 112, 54, p.deep)
    return oval(112, 126, 80, 70, "#1b2030", ' fill-opacity=".1"') + handle + rings + egg


@kind("wok")
def wok(p: Palette, look: int) -> str:
    return (
        ground(56, 196)
        + steam((96, 92), (120, 84), (144, 92))
        + "".join(
            disc(x, y, 11, c)
            for x, y, c in (
                (84, 112, "#7fb069"),
                (106, 106, "#e57a5c"),
                (130, 108, "#f2b84b"),
                (150, 112, "#7fb069"),
            )
        )
        + line("M186 116L226 96", WOOD, 12)
        + line("M44 116Q24 112 28 128", p.dark, 7)
        + body("M40 114H196Q192 192 118 192T40 114Z", p.base)
        + oval(118, 114, 78, 7, p.deep)
    )


@kind("pot")
def pot(p: Palette, look: int) -> str:
    if look % 2:
        return (
            ground(60, 198)
            + steam((104, 84), (132, 84))
            + line("M166 124H226", INK, 12)
            + body("M56 110H168V172Q168 192 148 192H76Q56 192 56 172Z", p.base)
            + path("M54 108Q60 92 112 92T170 108Z", p.light)
            + rect(50, 106, 124, 9, 4, p.dark)
            + disc(112, 88, 8, INK)
            + line("M74 126V168", p.pale, 6)
        )
    ears = mirrored(line("M60 128H42Q34 128 34 138", INK, 8))
    return (
        ground(68, 206)
        + steam((100, 66), (138, 66))
        + ears
        + body("M58 96H182V184Q182 200 166 200H74Q58 200 58 184Z", p.base)
        + path("M56 94Q62 76 120 76T184 94Z", p.light)
        + rect(50, 92, 140, 9, 4, p.dark)
        + rect(106, 62, 28, 13, 6, INK)
        + line("M78 114V176", p.pale, 7)
    )


@kind("dutch-oven")
def dutch_oven(p: Palette, look: int) -> str:
    ears = mirrored(rect(30, 116, 34, 14, 7, p.dark))
    return (
        ground(76, 198)
        + ears
        + body("M48 112H192V164Q192 192 164 192H76Q48 192 48 164Z", p.base)
        + path("M46 108Q52 72 120 70T194 108Z", p.light)
        + rect(42, 104, 156, 12, 6, p.dark)
        + rect(104, 56, 32, 16, 8, "#d8b25a")
        + line("M68 130V164", p.pale, 6)
        + line("M70 94Q90 82 112 80", p.pale, 5)
    )


@kind("knife")
def knife(p: Palette, look: int) -> str:
    blade = path("M34 104H150V140Q84 142 34 104Z", METAL) + path(
        "M34 104Q84 142 150 140V130Q90 130 40 104Z", "#e6eaee"
    )
    handle = body("M150 100H206Q220 104 216 124Q212 138 200 132H150Z", p.base, 182) + "".join(
        disc(x, 116, 3.5, METAL) for x in (166, 184, 202)
    )
    return turned(
        oval(124, 152, 88, 6, "#1b2030", ' fill-opacity=".12"')
        + blade
        + rect(146, 100, 10, 34, 2, STEEL)
        + handle,
        -24,
    )


@kind("knife-set")
def knife_set(p: Palette, look: int) -> str:
    block = body("M56 156H184V196Q184 204 176 204H64Q56 204 56 196Z", p.base)

    handles = "".join(
        rect(x, y, 15, 52, 6, p.dark)
        + disc(x + 7.5, y + 14, 2.5, METAL)
        + disc(x + 7.5, y + 34, 2.5, METAL)
        for x, y in ((76, 34), (113, 48), (150, 70))
    )
    blades = "".join(
        rect(x, y, w, 200 - y - 12, 3, METAL) + line(f"M{x + w - 4} {y + 4}V160", "#eef1f4", 3)
        for x, y, w in ((72, 84, 24), (109, 98, 22), (147, 120, 20))
    )
    return ground(72, 208) + handles + blades + block + rect(70, 172, 100, 6, 3, p.dark)


@kind("kettle")
def kettle(p: Palette, look: int) -> str:
    if look % 2 == 0:
        spout = line("M76 160Q36 152 50 108Q58 90 46 82", p.dark, 9)
        handle = line("M162 100Q206 100 202 136T172 176", INK, 10)
        return (
            ground(64, 208)
            + spout
            + handle
            + body("M84 88H156L174 184Q174 192 166 192H74Q66 192 66 184Z", p.base)
            + path("M84 88Q90 72 120 72T156 88Z", p.light)
            + disc(120, 68, 7, INK)
            + rect(60, 192, 120, 12, 6, INK)
            + rect(134, 195, 18, 6, 3, "#f2b84b")
            + line("M92 108L84 172", p.pale, 5)
        )
    return (
        ground(60, 208)
        + line("M160 78Q206 70 202 118T168 172", INK, 12)
        + path("M78 96L52 84L70 120Z", p.dark)
        + body(
            "M76 78Q78 64 92 64H150Q162 64 164 78L174 186Q174 194 166 194H74Q66 194 66 186Z", p.base
        )
        + rect(92, 108, 14, 60, 7, GLASS)
        + rect(92, 134, 14, 34, 7, "#8cc3de")
        + rect(60, 194, 120, 11, 5, INK)
        + rect(104, 54, 32, 11, 5, INK)
    )


@kind("coffee-maker")
def coffee_maker(p: Palette, look: int) -> str:
    tower = body("M60 54Q60 42 72 42H168Q180 42 180 54V88H60Z", p.base) + rect(
        60, 42, 30, 152, 8, p.dark
    )
    base = rect(56, 184, 128, 18, 7, p.deep)
    jug = (
        path("M104 112H164L172 176Q172 184 164 184H104Q96 184 96 176Z", METAL)
        + path("M164 122Q190 122 186 146T170 166", "none", f' stroke="{INK}" stroke-width="8"')
        + rect(102, 104, 64, 10, 4, INK)
        + line("M110 124L106 172", "#eef1f4", 5)
    )
    return (
        ground(70, 206)
        + tower
        + base
        + path("M104 88H164L156 100H112Z", p.deep)
        + jug
        + disc(160, 64, 9, p.accent)
        + rect(100, 58, 40, 13, 4, INK)
    )


@kind("espresso")
def espresso(p: Palette, look: int) -> str:
    head = body("M62 46Q62 36 72 36H168Q178 36 178 46V96H62Z", p.base)
    column = rect(62, 90, 36, 100, 0, p.dark)
    group = (
        rect(114, 96, 48, 14, 4, STEEL)
        + line("M156 104H200", INK, 10)
        + path("M130 110H146L142 122H134Z", INK)
    )
    cup = (
        path("M120 150H156V164Q156 178 142 178H134Q120 178 120 164Z", PAPER)
        + line("M156 154q12 2 0 14", PAPER, 4)
        + line("M134 124V150M142 124V150", "#7a4a2a", 3)
    )
    return (
        ground(70, 206)
        + head
        + column
        + rect(54, 184, 132, 18, 6, p.deep)
        + rect(104, 178, 72, 7, 3, STEEL)
        + group
        + cup
        + disc(88, 66, 12, PAPER)
        + line("M88 66L94 60", "#cf3a45", 2.5)
        + "".join(disc(x, 66, 6, p.accent) for x in (122, 142, 162))
        + line("M188 96V148", STEEL, 5)
    )


@kind("blender")
def blender(p: Palette, look: int) -> str:
    jar = path("M78 50H162L152 142H88Z", GLASS) + path(
        "M82 86Q100 78 120 86T158 86L152 142H88Z", "#d96b8f" if look % 2 == 0 else "#8fbf6a"
    )
    berries = "".join(disc(x, y, 6, "#7d3f73") for x, y in ((104, 104), (128, 118), (140, 100)))
    base = body("M80 150H160L172 194Q172 204 162 204H78Q68 204 68 194Z", p.base)
    return (
        ground(56, 208)
        + line("M160 66H182Q190 66 188 76L180 122Q178 130 152 130", METAL, 7)
        + jar
        + berries
        + rect(74, 38, 92, 14, 5, p.dark)
        + rect(106, 28, 28, 11, 4, p.deep)
        + rect(84, 140, 72, 12, 4, INK)
        + base
        + disc(120, 178, 14, PAPER)
        + line("M120 178L128 170", INK, 3.5)
        + line("M92 60L98 130", "#ffffff", 5, ' stroke-opacity=".8"')
    )


@kind("toaster")
def toaster(p: Palette, look: int) -> str:
    slices = "".join(
        path(f"M{x} 110V76q-8 -14 10 -18h24q18 4 10 18v34z", "#e0b070")
        + path(f"M{x + 6} 110V80q-2 -10 8 -12h16q10 2 8 12v30z", "#f0cf98")
        for x in (70, 124)
    )
    return (
        ground(78, 200)
        + slices
        + body(
            "M44 122Q44 98 68 98H172Q196 98 196 122V180Q196 190 186 190H54Q44 190 44 180Z",
            p.base,
            150,
            0.09,
        )
        + line("M70 104H114M126 104H170", p.deep, 5)
        + rect(200, 124, 10, 18, 4, INK)
        + disc(164, 160, 12, PAPER)
        + line("M164 160V151", INK, 3)
        + rect(60, 190, 24, 8, 3, INK)
        + rect(156, 190, 24, 8, 3, INK)
        + line("M62 126V168", p.pale, 6)
    )


@kind("stick-blender")
def stick_blender(p: Palette, look: int) -> str:
    tool = (
        body("M106 30Q106 22 120 22T134 30L138 108H102Z", p.base)
        + rect(110, 44, 20, 30, 9, p.deep)
        + rect(114, 50, 12, 8, 4, p.accent)
        + path("M108 108H132L128 170H112Z", METAL)
        + path("M100 184Q102 168 120 168T140 184V194H100Z", STEEL)
        + line("M116 114L118 164", "#eef1f4", 4)
    )
    whisk = "".join(
        f'<ellipse cx="176" cy="160" rx="{r}" ry="40" fill="none" stroke="{STEEL}" stroke-width="3"/>'
        for r in (5, 13, 20)
    ) + rect(169, 84, 14, 42, 6, p.dark)
    return ground(76, 206) + f'<g transform="translate(-26 4)">{tool}</g>' + whisk


@kind("rice-cooker")
def rice_cooker(p: Palette, look: int) -> str:
    return (
        ground(70, 202)
        + steam((100, 66), (120, 60))
        + body(
            "M50 118Q50 98 70 98H170Q190 98 190 118V170Q190 194 166 194H74Q50 194 50 170Z", p.base
        )
        + path("M54 100Q58 70 120 70T186 100Z", p.light)
        + line("M54 102H186", p.dark, 5)
        + rect(102, 60, 36, 12, 6, p.deep)
        + rect(90, 134, 60, 42, 10, INK)
        + rect(98, 142, 44, 14, 4, "#9fe0c8")
        + "".join(disc(x, 166, 4, PAPER) for x in (106, 120, 134))
    )


@kind("cutting-board")
def cutting_board(p: Palette, look: int) -> str:
    squares = "".join(
        rect(
            58 + i * 26,
            78 + j * 26,
            26,
            26,
            0,
            p.light if (i + j) % 2 else p.dark,
            ' fill-opacity=".55"',
        )
        for i in range(5)
        for j in range(4)
    )
    tomato = disc(96, 118, 19, "#d8564b") + path("M96 100l5 6l7 -2l-4 6h-16l-4 -6l7 2z", "#5c8f5d")
    leaves = turned(oval(146, 138, 11, 20, "#7fb069"), 40, 146, 138) + turned(
        oval(154, 120, 9, 16, "#5c8f5d"), -20, 154, 120
    )
    return (
        oval(122, 136, 84, 66, "#1b2030", ' fill-opacity=".1"')
        + rect(44, 66, 152, 128, 14, p.base)
        + squares
        + rect(
            54, 74, 132, 112, 8, "none", f' stroke="{p.deep}" stroke-width="3" stroke-opacity=".5"'
        )
        + tomato
        + leaves
    )
