"""Toys and games."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    CANDY,
    INK,
    LEAF,
    METAL,
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


@kind("puzzle")
def puzzle(p: Palette, look: int) -> str:
    scene = (
        rect(48, 60, 130, 122, 8, "#a8d4e6")
        + path(
            "M48 150L88 100L118 136L140 110L178 156V174Q178 182 170 182H56Q48 182 48 174Z", p.base
        )
        + path("M48 164Q100 144 178 168V174Q178 182 170 182H56Q48 182 48 174Z", LEAF)
        + disc(150, 84, 14, "#f7c94b")
    )
    cuts = line(
        "M91 60v26q-10 6 0 14t0 22q10 6 0 14t0 18v28M135 60v14q10 8 0 16t0 26q-10 8 0 16t0 22v28M48 101h14q8 -10 16 0h26q8 10 16 0h24q8 -10 16 0h18M48 142h18q8 10 16 0h22q8 -10 16 0h20q8 10 16 0h22",
        "#ffffff",
        2.5,
        ' stroke-opacity=".75"',
    )
    piece = turned(
        path(
            "M168 150h16q-6 -14 5 -14t5 14h16v16q14 -6 14 5t-14 5v16h-42v-16q-14 6 -14 -5t14 -5z",
            p.accent if p.accent != "#f6efe2" else "#f2b84b",
        ),
        18,
        190,
        168,
    )
    return oval(116, 190, 76, 7, "#1b2030", ' fill-opacity=".12"') + scene + cuts + piece


@kind("blocks")
def blocks(p: Palette, look: int) -> str:
    def brick(x: int, y: int, n: int, c: str) -> str:
        return (
            "".join(rect(x + 6 + i * 22, y - 7, 12, 9, 3, c) for i in range(n))
            + rect(x, y, n * 22 + 2, 30, 4, c)
            + rect(x, y + 22, n * 22 + 2, 8, 4, "#1b2030", ' fill-opacity=".12"')
        )

    if look % 2:
        cubes = "".join(
            rect(x, y, 46, 46, 7, c)
            + f'<text x="{x + 23}" y="{y + 34}" font-family="Georgia,serif" font-weight="700" font-size="30" text-anchor="middle" fill="#fbf8f1">{t}</text>'
            for x, y, c, t in (
                (46, 158, CANDY[0], "A"),
                (97, 158, p.base, "B"),
                (148, 158, CANDY[2], "C"),
                (72, 108, CANDY[1], "D"),
                (122, 108, CANDY[3], "E"),
                (97, 58, CANDY[4], "F"),
            )
        )
        return ground(86, 206) + cubes
    return (
        ground(86, 206)
        + brick(40, 174, 3, p.base)
        + brick(110, 174, 4, CANDY[1])
        + brick(62, 142, 3, CANDY[2])
        + brick(130, 142, 2, CANDY[0])
        + brick(84, 110, 3, CANDY[3])
        + brick(84, 78, 2, CANDY[4])
        + brick(106, 46, 1, CANDY[1])
    )


@kind("plush")
def plush(p: Palette, look: int) -> str:
    if look % 3 == 0:
        ears = mirrored(disc(82, 62, 21, p.dark) + disc(82, 62, 11, p.pale))
    elif look % 3 == 1:
        ears = mirrored(
            turned(oval(98, 34, 15, 40, p.dark) + oval(98, 34, 7, 28, p.pale), -14, 98, 60)
        )
    else:
        ears = mirrored(path("M70 76L72 34L108 58Z", p.dark) + path("M78 66L79 46L96 58Z", p.pale))
    limbs = mirrored(
        oval(68, 152, 18, 30, p.dark) + oval(84, 192, 26, 17, p.dark) + oval(82, 193, 13, 9, p.pale)
    )
    face = (
        mirrored(
            disc(102, 86, 5.5, INK)
            + disc(100.5, 84, 1.8, "#ffffff")
            + oval(90, 102, 8, 5, "#e8929b", ' fill-opacity=".55"')
        )
        + oval(120, 104, 20, 15, p.pale)
        + path("M113 97h14q0 8 -7 9q-7 -1 -7 -9z", INK)
        + line("M120 106v6q-6 5 -10 1M120 112q6 4 10 1", INK, 2.5)
    )
    return (
        ground(64, 208)
        + ears
        + limbs
        + body("M76 150Q80 116 120 116T164 150Q168 202 120 204T76 150Z", p.base)
        + oval(120, 166, 26, 28, p.pale)
        + body("M68 86Q70 46 120 46T172 86Q170 130 120 130T68 86Z", p.base, name="h")
        + face
        + path(
            "M98 128Q120 142 142 128L140 138Q120 150 100 138Z",
            p.accent if p.accent != "#f6efe2" else "#e57a5c",
        )
    )


@kind("board-game")
def board_game(p: Palette, look: int) -> str:
    tiles = "".join(
        path(f"M{x} {y}l17 10v20l-17 10l-17 -10v-20z", CANDY[(i * 2 + 1) % 6])
        for i, (x, y) in enumerate(
            (
                (86, 62),
                (121, 62),
                (156, 62),
                (68, 93),
                (103, 93),
                (138, 93),
                (173, 93),
                (86, 124),
                (121, 124),
                (156, 124),
            )
        )
    )
    pawns = "".join(
        disc(x, y - 20, 9, c) + path(f"M{x - 12} {y + 8}q4 -28 12 -28t12 28z", c)
        for x, y, c in ((58, 190, CANDY[0]), (90, 196, CANDY[3]))
    )
    die = turned(
        rect(152, 168, 34, 34, 7, PAPER)
        + "".join(
            disc(x, y, 3.2, INK)
            for x, y in ((160, 176), (178, 176), (169, 185), (160, 194), (178, 194))
        ),
        14,
        169,
        185,
    )
    return (
        ground(86, 208)
        + body(
            "M36 52Q36 44 44 44H196Q204 44 204 52V172Q204 180 196 180H44Q36 180 36 172Z",
            p.base,
            130,
            0.08,
        )
        + rect(44, 52, 152, 120, 4, p.dark)
        + tiles
        + pawns
        + die
    )


@kind("cards")
def cards(p: Palette, look: int) -> str:
    def card(a: int, art: str) -> str:
        return turned(
            rect(84, 56, 76, 112, 9, PAPER, ' stroke="#d9d2c4" stroke-width="1.5"') + art,
            a,
            122,
            200,
        )

    back = rect(91, 63, 62, 98, 5, p.base) + "".join(
        path(f"M122 {y}l12 16l-12 16l-12 -16z", p.light) for y in (66, 96, 126)
    )
    return (
        ground(74, 204)
        + card(-26, back)
        + card(-8, disc(122, 112, 20, CANDY[0]) + disc(97, 72, 5, CANDY[0]))
        + card(
            10,
            path("M122 88l20 24l-20 24l-20 -24z", CANDY[3])
            + path("M97 66l6 7l-6 7l-6 -7z", CANDY[3]),
        )
        + card(
            28, path("M122 90l8 16l17 2l-13 12l4 17l-16 -9l-16 9l4 -17l-13 -12l17 -2z", CANDY[1])
        )
    )


@kind("toy-car")
def toy_car(p: Palette, look: int) -> str:
    wheels = "".join(
        disc(x, 176, 24, INK) + disc(x, 176, 11, METAL) + disc(x, 176, 4, INK) for x in (78, 166)
    )
    if look % 2:
        return (
            ground(92, 202)
            + body(
                "M30 168V106Q30 92 44 92H142V168Z",
                p.accent if p.accent != "#f6efe2" else "#f2b84b",
                120,
                0.08,
            )
            + body("M146 98H176Q190 98 198 118L212 140V168H146Z", p.base, 190, name="c")
            + path("M156 108H174Q182 108 188 122L192 132H156Z", "#cfe7f0")
            + "".join(line(f"M{x} 100V160", p.dark, 3) for x in (62, 86, 110))
            + rect(26, 160, 190, 14, 5, p.deep)
            + wheels
        )
    return (
        ground(92, 202)
        + body(
            "M26 150Q28 130 52 128L76 96Q84 84 100 84H142Q158 84 166 96L184 126Q214 128 216 152V164Q216 172 208 172H34Q26 172 26 164Z",
            p.base,
            150,
            0.08,
        )
        + path("M84 124L98 100Q102 94 108 94H118V124Z", "#cfe7f0")
        + path("M126 94H142Q150 94 154 100L168 124H126Z", "#cfe7f0")
        + disc(206, 146, 7, "#f7d774")
        + wheels
    )


@kind("train")
def train(p: Palette, look: int) -> str:
    wheels = "".join(
        disc(x, 178, 15, TIMBER) + disc(x, 178, 5, PAPER) for x in (46, 84, 132, 166, 200)
    )
    smoke = disc(190, 56, 13, PAPER) + disc(208, 42, 9, PAPER)
    return (
        line("M18 196H222", WOOD, 8)
        + smoke
        + rect(28, 124, 72, 44, 8, CANDY[1])
        + disc(48, 116, 14, CANDY[0])
        + disc(76, 116, 14, CANDY[3])
        + line("M100 158H116", INK, 6)
        + rect(114, 84, 48, 84, 8, p.dark)
        + rect(122, 96, 30, 26, 5, "#cfe7f0")
        + rect(108, 76, 60, 13, 6, p.base)
        + body("M158 116H200Q218 118 218 142T200 168H158Z", p.base, 190)
        + rect(182, 82, 20, 36, 4, p.deep)
        + disc(212, 142, 7, "#f7d774")
        + wheels
    )


@kind("kite")
def kite(p: Palette, look: int) -> str:
    clouds = "".join(
        disc(x, y, r, "#ffffff", ' fill-opacity=".8"')
        for x, y, r in ((46, 84, 14), (64, 78, 18), (84, 86, 13), (186, 168, 13), (204, 164, 16))
    )
    tail = line("M104 156Q80 176 100 190T84 220", INK, 2.5) + "".join(
        turned(path(f"M{x} {y}l-12 -7v14zM{x} {y}l12 -7v14z", c), a, x, y)
        for x, y, a, c in (
            (92, 172, -30, CANDY[0]),
            (98, 194, 20, CANDY[1]),
            (86, 214, -20, CANDY[2]),
        )
    )
    return (
        clouds
        + tail
        + path("M150 30L196 96L104 156L92 66Z", p.base)
        + path("M150 30L140 90L92 66Z", p.light)
        + path("M196 96L140 90L104 156Z", p.dark)
        + path("M150 30L196 96L140 90Z", p.accent)
        + line("M150 30L104 156M92 66L196 96", INK, 2.5)
    )


@kind("art-set")
def art_set(p: Palette, look: int) -> str:
    wells = "".join(
        disc(70 + i % 4 * 32, 122 + i // 4 * 32, 12, (*CANDY, PAPER, INK)[i]) for i in range(8)
    )
    brush = turned(
        rect(176, 44, 9, 90, 4, WOOD)
        + rect(175, 130, 11, 14, 0, METAL)
        + path("M175 144h11q2 16 -5.5 28q-8 -12 -5.5 -28z", p.base),
        18,
        180,
        110,
    )
    return (
        ground(86, 200)
        + body(
            "M40 98Q40 86 52 86H188Q200 86 200 98V178Q200 190 188 190H52Q40 190 40 178Z",
            p.base,
            140,
        )
        + rect(50, 98, 140, 82, 8, PAPER)
        + wells
        + brush
        + path("M52 86Q56 60 84 64T120 50Q140 60 132 86Z", "#ffffff", ' fill-opacity=".0"')
    )


@kind("stacker")
def stacker(p: Palette, look: int) -> str:
    rings = "".join(
        rect(120 - w, y, w * 2, 26, 13, c)
        for w, y, c in (
            (66, 168, p.base),
            (56, 141, CANDY[1]),
            (46, 114, CANDY[2]),
            (37, 87, CANDY[0]),
            (28, 60, CANDY[3]),
        )
    )
    return (
        ground(74, 208)
        + rect(50, 192, 140, 13, 6, WOOD)
        + rings
        + disc(120, 46, 16, CANDY[4])
        + "".join(
            rect(120 - w + 10, y + 6, 14, 5, 2.5, "#ffffff", ' fill-opacity=".5"')
            for w, y in ((66, 168), (56, 141), (46, 114), (37, 87))
        )
    )


@kind("marble-run")
def marble_run(p: Palette, look: int) -> str:
    towers = "".join(rect(x, y, 22, 200 - y, 4, WOOD) for x, y in ((48, 44), (174, 84), (48, 128)))
    tracks = "".join(
        line(d, tone, 12)
        for d, tone in (
            ("M50 58L190 92", p.base),
            ("M190 100L58 138", p.light),
            ("M58 146L190 184", p.dark),
        )
    )
    marbles = "".join(
        disc(x, y, 9, c)
        for x, y, c in ((92, 58, CANDY[0]), (128, 108, CANDY[1]), (120, 154, CANDY[3]))
    )
    bell = path("M186 196q0 -22 16 -22t16 22z", "#e3b04b") + disc(202, 198, 4, TIMBER)
    return ground(86, 204) + towers + tracks + marbles + bell
