"""Clothes, laid out flat."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.cuts import TORSO, cuffs
from retrieval.demo.pictures.shapes import (
    INK,
    PAPER,
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

_SHORT = "M84 56Q120 76 156 56L178 64Q184 67 188 74L206 108Q208 113 203 116L182 127Q177 129 175 124L167 108V194Q167 200 161 200H79Q73 200 73 194V108L65 124Q63 129 58 127L37 116Q32 113 34 108L52 74Q56 67 62 64Z"


@kind("t-shirt")
def t_shirt(p: Palette, look: int) -> str:
    collar = line("M88 57Q120 82 152 57", p.dark, 6)
    details = (
        "",
        mirrored(path("M73 112L82 196H73Z", p.dark)) + line("M104 110H136", p.accent, 4),
        line("M104 104Q120 96 136 104", p.dark, 3),
        rect(126, 98, 32, 34, 5, PAPER)
        + path("M134 120q8-18 16 0z", p.accent)
        + disc(150, 106, 3, p.deep),
    )[look % 4]
    return (
        ground(56)
        + body(_SHORT, p.base)
        + collar
        + mirrored(line("M38 108L60 120", p.dark, 3))
        + details
    )


@kind("shirt")
def shirt(p: Palette, look: int) -> str:
    checks = ""
    if look % 3 == 1:
        checks = (
            '<g clip-path="url(#b)">'
            + "".join(
                rect(x, 40, 9, 170, 0, p.deep, ' fill-opacity=".3"') for x in range(40, 200, 24)
            )
            + "".join(
                rect(30, y, 180, 9, 0, p.deep, ' fill-opacity=".3"') for y in range(60, 200, 24)
            )
            + "</g>"
        )
    collar = mirrored(path("M96 54L120 74L106 90L88 60Z", p.light)) + path(
        "M100 53Q120 60 140 53L120 74Z", p.deep
    )
    buttons = "".join(
        disc(120, y, 2.8, p.deep if look % 3 != 1 else PAPER) for y in range(96, 196, 22)
    )
    pocket = (
        mirrored(rect(84, 98, 24, 26, 3, p.dark))
        if look % 3 == 1
        else rect(132, 98, 24, 26, 3, p.dark)
    )
    return (
        ground()
        + body(TORSO, p.base)
        + checks
        + cuffs(p)
        + line("M120 76V197", p.dark, 2.5)
        + pocket
        + collar
        + buttons
    )


@kind("sweater", "long-sleeve")
def sweater(p: Palette, look: int) -> str:
    neck = path("M94 62Q94 44 120 42Q146 44 146 62Q132 72 120 72T94 62Z", p.dark)
    hole = (
        oval(120, 52, 18, 6, p.deep)
        if look % 2
        else path("M98 60Q120 48 142 60Q120 74 98 60Z", p.deep)
    )
    cables = (
        "".join(line(f"M{x} 88" + "q7 9 0 18q-7 9 0 18" * 3, p.dark, 3) for x in (98, 120, 142))
        if look % 2
        else (
            "".join(
                line(f"M80 {y}l8 7 8-7 8 7 8-7 8 7 8-7 8 7 8-7 8 7 8-7", p.pale, 3)
                for y in (98, 112)
            )
        )
    )
    hem = path("M76 184H164V192Q164 198 158 198H82Q76 198 76 192Z", p.dark)
    return ground() + neck + body(TORSO, p.base) + hole + cables + hem + cuffs(p)


@kind("hoodie")
def hoodie(p: Palette, look: int) -> str:
    hood = path("M82 72Q78 34 120 32Q162 34 158 72Q140 92 120 92T82 72Z", p.dark) + path(
        "M98 68Q96 46 120 45Q144 46 142 68Q132 82 120 82T98 68Z", p.deep
    )
    pouch = path("M92 144H148L162 184H78Z", p.dark)
    front = (
        line("M120 88V197", p.deep, 3) + rect(117.5, 96, 5, 9, 2, p.accent)
        if look % 2 == 0
        else line("M106 112H134", p.accent, 5)
    )
    return (
        ground()
        + body(TORSO, p.base)
        + hood
        + pouch
        + front
        + cuffs(p)
        + mirrored(line("M108 88V112", PAPER, 2.5))
        + path("M76 186H164V192Q164 198 158 198H82Q76 198 76 192Z", p.deep)
    )


@kind("pants")
def pants(p: Palette, look: int) -> str:
    slim = 6 if look % 4 == 3 else 0
    d = f"M82 36H158L{172 - slim} 200Q172 206 166 206H{140 + slim / 2:g}Q135 206 134 200L120 100L106 200Q105 206 100 206H74Q68 206 {68 + slim} 200Z"
    band = path("M82 36H158L159 50H81Z", p.dark)
    details = mirrored(line("M86 54Q90 72 78 76", p.deep, 3)) + line("M120 50V84", p.deep, 3)
    if look % 4 == 0:
        details += mirrored(line("M73 132L113 136", p.deep, 3) + rect(74, 98, 24, 26, 3, p.dark))
    if look % 4 == 1:
        details += mirrored(line("M78 60L71 200", p.accent, 3))
    return ground(58, 210) + body(d, p.base) + band + details + rect(116, 39, 8, 8, 2, p.accent)


@kind("leggings")
def leggings(p: Palette, look: int) -> str:
    d = "M88 34H152L162 90L150 202Q149 208 144 208H134Q129 208 128 202L120 102L112 202Q111 208 106 208H96Q91 208 90 202L78 90Z"
    return (
        ground(44, 211)
        + body(d, p.base)
        + path("M88 34H152L155 54H85Z", p.dark)
        + mirrored(rect(83, 92, 20, 34, 6, p.dark))
        + line("M120 58V96", p.deep, 2.5)
    )


@kind("shorts")
def shorts(p: Palette, look: int) -> str:
    d = "M76 62H164L186 164Q187 170 181 171L136 176Q131 176 130 171L120 120L110 171Q109 176 104 176L59 171Q53 170 54 164Z"
    return (
        ground(66, 190)
        + body(d, p.base)
        + path("M76 62H164L167 78H73Z", p.dark)
        + mirrored(path("M62 128L54 164Q53 170 59 171L68 172Z", p.accent))
        + line("M116 78Q112 96 114 104M124 78Q128 96 126 104", PAPER, 2.5)
    )


@kind("dress")
def dress(p: Palette, look: int) -> str:
    sleeves = (
        mirrored(path("M90 46L62 64Q54 90 52 112L74 116L88 84Z", p.dark))
        if look % 2 == 0
        else mirrored(path("M90 46L66 58Q54 104 48 146L64 150L90 92Z", p.dark))
    )
    d = "M92 44Q106 62 120 62T148 44L156 52Q150 92 150 108Q164 150 176 200Q178 207 170 208H70Q62 207 64 200Q76 150 90 108Q90 92 84 52Z"
    front = (
        line("M92 46L134 104", p.deep, 3)
        if look % 2
        else mirrored(line("M78 150L90 164", p.deep, 3))
    )
    return (
        ground(62, 211)
        + sleeves
        + body(d, p.base)
        + path("M90 100H150L151 112H89Z", p.deep)
        + front
        + line("M100 128L90 204M140 128L150 204", p.dark, 2.5)
    )


@kind("socks")
def socks(p: Palette, look: int) -> str:
    def one(x: int, y: int, fill: str, name: str) -> str:
        d = f"M{x} {y}h38v70q0 14 10 22l28 22q12 12 2 24q-10 12 -26 4l-40 -22q-14 -8 -14 -26z"
        return (
            body(d, fill, x + 30, name=name)
            + path(f"M{x} {y}h38v18h-38z", p.deep)
            + path(f"M{x + 62} {y + 104}q26 10 16 34q-10 12 -26 4l-14 -8q10 -22 24 -30z", p.accent)
            + line(f"M{x} {y + 30}h38M{x} {y + 38}h38", p.pale, 3)
        )

    return ground(70) + one(112, 44, p.dark, "a") + one(64, 56, p.base, "b")


@kind("beanie")
def beanie(p: Palette, look: int) -> str:
    d = "M54 150Q50 62 120 60T186 150Z"
    ribs = "".join(
        line(f"M{120 + k * 22} 148Q{120 + k * 20} 96 {120 + k * 8} 66", p.dark, 3)
        for k in (-2, -1, 0, 1, 2)
    )
    cuff = rect(46, 142, 148, 42, 14, p.dark) + "".join(
        line(f"M{x} 148V178", p.deep, 2.5) for x in range(60, 186, 14)
    )
    return (
        ground(70, 200)
        + body(d, p.base)
        + ribs
        + disc(120, 52, 16, p.light)
        + cuff
        + rect(140, 154, 26, 18, 3, p.accent)
    )


@kind("sun-hat")
def sun_hat(p: Palette, look: int) -> str:
    crown = body("M76 138Q72 66 120 66T164 138Z", p.base)
    return (
        ground(84, 192)
        + oval(120, 146, 98, 32, p.dark)
        + oval(120, 140, 96, 28, p.light)
        + crown
        + path("M75 122Q120 138 165 122V140Q120 154 75 140Z", p.deep)
        + line("M84 158Q92 196 120 198T156 158", INK, 2.5)
        + disc(120, 197, 4, p.accent)
    )


@kind("gloves")
def gloves(p: Palette, look: int) -> str:
    hand = "M58 190V128Q42 116 36 102Q32 92 40 88Q48 86 54 96L62 106V64Q62 56 69 56T76 64V54Q76 46 83 46T90 54V62Q90 54 97 55T104 64V80Q104 74 110 75T116 84V190Z"
    one = (
        path(hand, p.base)
        + path("M56 168H116V194Q116 198 112 198H60Q56 198 56 194Z", p.deep)
        + line("M76 66V98M90 64V98M104 82V102", p.dark, 3)
        + rect(62, 150, 50, 12, 4, p.accent)
        + path("M62 104V64Q62 56 69 56T76 64V100Z", p.light)
    )
    return ground(80) + mirrored(one)


@kind("scarf")
def scarf(p: Palette, look: int) -> str:
    loop = f'<ellipse cx="120" cy="86" rx="58" ry="36" fill="none" stroke="{p.base}" stroke-width="32"/>'
    end = rect(126, 104, 36, 84, 3, p.dark) + "".join(
        line(f"M{x} 188V202", p.dark, 3) for x in range(130, 162, 7)
    )
    front = rect(88, 104, 38, 92, 3, p.light) + "".join(
        line(f"M{x} 196V210", p.light, 3) for x in range(92, 126, 7)
    )
    checks = "".join(rect(88, y, 38, 6, 0, p.accent) for y in (122, 146, 170)) + "".join(
        rect(x, 110, 5, 86, 0, p.deep, ' fill-opacity=".4"') for x in (98, 112)
    )
    return (
        ground(60, 212)
        + end
        + loop
        + line("M66 74Q90 58 120 56T174 74", p.dark, 4)
        + front
        + checks
    )
