"""Bags and luggage."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    INK,
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
)


@kind("backpack")
def backpack(p: Palette, look: int) -> str:
    handle = line("M102 50Q102 30 120 30T138 50", p.deep, 7)
    straps = mirrored(line("M70 90Q50 130 66 186", p.deep, 11))
    shell = body("M66 92Q66 44 120 44T174 92V184Q174 202 156 202H84Q66 202 66 184Z", p.base)
    pocket = (
        rect(80, 132, 80, 56, 14, p.dark)
        + line("M88 148H152", p.deep, 3)
        + rect(146, 145, 10, 7, 3, p.accent)
    )
    top = line("M78 96Q120 76 162 96", p.deep, 3.5) + rect(104, 106, 32, 13, 3, p.accent)
    if look % 3 == 1:
        top += mirrored(rect(60, 140, 12, 46, 6, p.deep))
    if look % 3 == 2:
        pocket = rect(78, 116, 84, 34, 8, p.light) + rect(84, 158, 72, 32, 8, p.dark)
    return ground(60, 208) + straps + handle + shell + top + pocket


@kind("hiking-pack")
def hiking_pack(p: Palette, look: int) -> str:
    mat = rect(70, 188, 100, 22, 11, p.accent) + oval(74, 199, 5, 11, p.deep)
    side = mirrored(path("M74 110Q58 116 58 140V176Q58 184 70 184H78V110Z", p.deep))
    shell = body("M74 84Q74 62 120 60T166 84V186Q166 196 156 196H84Q74 196 74 186Z", p.base)
    lid = path("M68 80Q70 38 120 36T172 80Q172 92 160 92H80Q68 92 68 80Z", p.dark)
    belts = mirrored(line("M96 90V136", INK, 5) + rect(91, 112, 10, 12, 2, PAPER))
    return (
        ground(60, 212)
        + line("M106 40Q106 24 120 24T134 40", p.deep, 6)
        + side
        + shell
        + lid
        + rect(88, 140, 64, 44, 8, p.light)
        + line("M94 150H146", p.dark, 3)
        + belts
        + line("M86 62Q120 50 154 62", p.light, 3)
        + mat
    )


@kind("rolltop")
def rolltop(p: Palette, look: int) -> str:
    shell = body("M72 72H168L174 190Q174 202 162 202H78Q66 202 66 190Z", p.base)
    roll = rect(64, 46, 112, 30, 14, p.dark) + line("M74 56H166M74 66H166", p.deep, 2.5)
    return (
        ground(60, 208)
        + mirrored(line("M66 96Q50 130 64 184", p.deep, 9))
        + shell
        + roll
        + line("M120 40V112", INK, 6)
        + rect(111, 98, 18, 16, 3, PAPER)
        + rect(82, 134, 76, 50, 6, p.dark)
        + line("M82 148H158", PAPER, 4)
    )


@kind("duffel")
def duffel(p: Palette, look: int) -> str:
    handles = line("M84 112Q86 64 120 64T156 112", p.deep, 7)
    shell = body(
        "M36 118Q36 96 60 94H180Q204 96 204 118V172Q204 190 184 190H56Q36 190 36 172Z",
        p.base,
        150,
        0.08,
    )
    bands = rect(78, 94, 12, 96, 0, p.deep) + rect(150, 94, 12, 96, 0, p.deep)
    pocket = (
        rect(98, 134, 44, 40, 6, p.dark) if look % 2 == 0 else rect(96, 128, 48, 20, 4, p.accent)
    )
    return (
        ground(86, 198)
        + handles
        + shell
        + line("M46 110H194", p.dark, 4)
        + rect(186, 104, 9, 14, 3, p.accent)
        + bands
        + pocket
        + mirrored(path("M36 128Q50 140 36 160Z", p.deep))
    )


@kind("suitcase")
def suitcase(p: Palette, look: int) -> str:
    tall = 0 if look % 3 == 0 else -8
    handle = line(f"M98 {66 + tall}V26H142V{66 + tall}", STEEL, 6) + rect(94, 22, 52, 10, 5, INK)
    wheels = "".join(disc(x, 204, 8, INK) + disc(x, 204, 3, STEEL) for x in (82, 158))
    d = f"M64 {76 + tall}Q64 {62 + tall} 78 {62 + tall}H162Q176 {62 + tall} 176 {76 + tall}V186Q176 198 164 198H76Q64 198 64 186Z"
    if look % 3 == 2:
        front = (
            rect(78, 112, 84, 68, 10, p.dark)
            + line("M88 128H152", p.deep, 3)
            + line("M70 84H170", p.deep, 3)
            + rect(146, 124, 10, 8, 3, p.accent)
        )
    else:
        front = "".join(line(f"M{x} {78 + tall}V184", p.dark, 4) for x in (84, 102, 120, 138, 156))
    return (
        ground(58, 212)
        + handle
        + wheels
        + body(d, p.base)
        + front
        + mirrored(path("M64 186V168Q78 176 84 198H76Q64 198 64 186Z", p.deep))
        + rect(108, 68 + tall, 24, 9, 4, p.accent)
    )


@kind("tote")
def tote(p: Palette, look: int) -> str:
    d = "M62 92H178L186 192Q186 202 176 202H64Q54 202 54 192Z"
    print_ = (
        path(
            "M120 124q22 -4 26 18q-22 6 -26 -18zM120 130q-20 -4 -26 14q18 8 26 -14zM118 126h4v44h-4z",
            p.accent,
        )
        if look % 2 == 0
        else rect(104, 108, 32, 10, 4, p.deep) + line("M60 112H180", p.dark, 3)
    )
    return (
        ground(64, 208)
        + line("M92 96Q90 36 120 36T148 96", p.deep, 8)
        + body(d, p.base)
        + print_
        + path("M62 92H178L179 102H61Z", p.dark)
    )


@kind("crossbody")
def crossbody(p: Palette, look: int) -> str:
    strap = line("M62 130Q56 36 120 34T178 130", p.deep, 6)
    if look % 2:
        bag = (
            body("M52 122H188Q192 190 120 192T52 122Z", p.base)
            + line("M60 134H180", p.deep, 4)
            + rect(166, 131, 14, 8, 3, p.accent)
        )
    else:
        bag = (
            body(
                "M66 104Q66 92 78 92H162Q174 92 174 104V184Q174 196 162 196H78Q66 196 66 184Z",
                p.base,
            )
            + line("M76 112H164", p.deep, 4)
            + rect(80, 130, 80, 48, 8, p.dark)
            + line("M88 142H152", p.deep, 3)
            + rect(150, 108, 12, 8, 3, p.accent)
        )
    return ground(60, 204) + strap + bag


@kind("wallet")
def wallet(p: Palette, look: int) -> str:
    cards = (
        rect(66, 64, 100, 60, 7, p.accent)
        + rect(62, 74, 104, 60, 7, PAPER)
        + rect(70, 84, 18, 13, 3, "#d8b04c")
    )
    return (
        ground(70, 194)
        + cards
        + body(
            "M48 104Q48 94 58 94H182Q192 94 192 104V176Q192 186 182 186H58Q48 186 48 176Z", p.base
        )
        + line("M56 102H184M56 178H184", p.light, 1.8, ' stroke-dasharray="5 5"')
        + path("M48 128H192V136H48Z", p.dark)
    )


@kind("pouch")
def pouch(p: Palette, look: int) -> str:
    if look % 2:
        return (
            ground(62, 200)
            + line("M108 66Q108 40 120 40T132 66", STEEL, 6)
            + body(
                "M58 78Q58 66 70 66H170Q182 66 182 78V180Q182 192 170 192H70Q58 192 58 180Z", p.base
            )
            + line("M68 84H172", p.deep, 4)
            + rect(158, 80, 14, 8, 3, p.accent)
            + rect(72, 104, 96, 34, 6, p.pale, ' fill-opacity=".6"')
            + rect(72, 148, 96, 34, 6, p.dark)
        )
    stack = ""
    for i, (x, y, w) in enumerate(((44, 146, 152), (56, 98, 128), (70, 56, 100))):
        stack += (
            rect(x, y, w, 46, 9, (p.base, p.light, p.dark)[i])
            + rect(x + 14, y + 12, w - 28, 24, 5, PAPER, ' fill-opacity=".35"')
            + line(f"M{x + 8} {y + 7}H{x + w - 8}", p.deep, 3)
            + rect(x + w - 22, y + 4, 11, 7, 3, p.accent)
        )
    return ground(80, 200) + stack
