"""Shoes, seen from the side."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    INK,
    PAPER,
    Palette,
    body,
    disc,
    ground,
    kind,
    line,
    oval,
    path,
    rect,
)

_FLOOR = 182


def _sole(fill: str, h: int = 14, lugs: bool = False) -> str:
    sole = path(
        f"M40 168H198Q206 168 206 176V{168 + h - 4}Q206 {168 + h} 200 {168 + h}H46Q38 {168 + h} 38 {168 + h - 6}Z",
        fill,
    )
    return sole + (
        "".join(rect(x, 168 + h - 2, 12, 7, 2, fill) for x in range(46, 196, 19)) if lugs else ""
    )


def _laces(points: list[tuple[int, int]], color: str, width: int = 4) -> str:
    return "".join(line(f"M{x} {y}l16 -8", color, width) for x, y in points)


@kind("hiking-boot")
def hiking_boot(p: Palette, look: int) -> str:
    upper = "M52 62Q54 54 64 54H112Q120 54 121 62L126 96Q150 124 182 130Q204 136 206 158V172H40V156Q54 112 52 62Z"
    toe = path("M168 128Q204 134 206 158V172H158Q156 144 168 128Z", p.deep)
    heel = path("M40 172V154Q46 138 49 120H74Q76 150 70 172Z", p.deep)
    collar = path("M52 62Q54 54 64 54H112Q120 54 121 62L122 72H53Z", p.dark)
    hooks = "".join(
        disc(x, y, 4, p.accent) for x, y in ((118, 82), (122, 98), (134, 112), (148, 124))
    )
    return (
        ground(88, 198)
        + body(upper, p.base, 150, 0.08)
        + toe
        + heel
        + collar
        + _laces([(98, 84), (104, 100), (116, 114), (132, 126)], PAPER)
        + hooks
        + _sole(INK, 16, True)
        + path("M40 168H206V173H40Z", p.accent)
    )


@kind("chelsea-boot")
def chelsea_boot(p: Palette, look: int) -> str:
    upper = "M62 50Q64 44 70 44H120Q126 44 126 50L130 100Q154 122 184 132Q202 138 202 158V170H48V150Q64 100 62 50Z"
    gore = path("M82 46H108Q112 96 104 128Q94 134 84 128Q90 90 82 46Z", p.deep) + "".join(
        line(f"M{x} 52V124", p.dark, 2) for x in (91, 97, 103)
    )
    tab = rect(56, 34, 10, 24, 4, p.accent)
    heel = rect(44, 166, 52, 24, 3, INK) if look % 2 else rect(44, 172, 46, 14, 3, INK)
    return (
        ground(84, 196)
        + tab
        + body(upper, p.base, 150, 0.1)
        + gore
        + path("M44 166H200Q206 166 204 174Q204 180 196 180H44Z", INK)
        + heel
    )


@kind("rain-boot")
def rain_boot(p: Palette, look: int) -> str:
    upper = "M62 34H122Q128 34 128 40L132 118Q156 132 186 138Q204 144 204 162V172H46V158Q62 108 58 40Q58 34 62 34Z"
    shine = line("M76 58Q80 104 72 136", p.light, 6)
    handles = (
        f'<circle cx="92" cy="36" r="14" fill="none" stroke="{p.deep}" stroke-width="6"/>'
        if look % 2
        else rect(58, 62, 72, 9, 2, p.deep) + rect(112, 58, 16, 17, 4, p.accent)
    )
    band = path("M58 34H128V48H59Z", p.dark)
    return (
        ground(86, 198)
        + handles * (look % 2)
        + body(upper, p.base, 140, 0.1)
        + band
        + handles * ((look + 1) % 2)
        + shine
        + _sole(p.deep, 14, True)
        + path("M46 164H204V170H46Z", p.light)
    )


@kind("sneaker")
def sneaker(p: Palette, look: int) -> str:
    upper = "M42 108Q44 98 54 98Q66 98 74 106Q88 114 102 100Q108 92 118 96L158 128Q200 134 206 158V172H40V140Q44 124 42 108Z"
    cap = path(
        "M172 132Q204 138 206 158V172H164Q160 146 172 132Z", PAPER if look % 3 == 0 else p.dark
    )
    if look % 3 == 2:
        mid = line("M96 122L128 104M108 138L144 118", p.accent, 12)
    else:
        mid = _laces(
            [(106, 114), (120, 124), (134, 134)], PAPER if p.base != "#f4f3ee" else "#b9bec6"
        )
    heel = path("M40 172V140Q44 124 43 112H60Q64 146 58 172Z", p.deep)
    return (
        ground(88, 196)
        + body(upper, p.base, 150, 0.07)
        + cap
        + heel
        + line("M76 160Q100 132 124 160", p.dark, 3)
        + mid
        + _sole(PAPER, 18)
        + line("M42 178H204", p.accent if look % 3 else p.base, 3)
    )


@kind("running-shoe")
def running_shoe(p: Palette, look: int) -> str:
    upper = "M40 104Q44 92 56 96Q68 108 84 108Q98 106 106 92Q112 88 118 94L156 126Q198 134 208 160L206 168H38Q36 130 40 104Z"
    swoosh = path("M66 160Q96 152 128 112L142 122Q122 158 92 168Z", p.accent)
    sole = path(
        "M32 162Q60 170 120 166T212 160Q216 170 208 180Q200 188 184 188H52Q34 188 32 174Z", PAPER
    ) + path("M36 180Q120 192 204 182Q198 188 184 188H52Q40 188 36 180Z", p.deep)
    mesh = "".join(disc(x, y, 1.6, p.dark) for x in range(152, 196, 9) for y in (142, 150, 158))
    return (
        ground(92, 198)
        + body(upper, p.base, 150, 0.07)
        + path("M38 166Q38 128 42 108L62 104Q66 140 58 166Z", p.deep)
        + swoosh
        + mesh
        + _laces([(104, 108), (116, 117), (130, 127)], PAPER)
        + sole
        + (
            "".join(rect(x, 184, 10, 8, 2, p.deep) for x in range(50, 196, 18))
            if look % 3 == 0
            else ""
        )
    )


@kind("sandal")
def sandal(p: Palette, look: int) -> str:
    bed = path(
        "M34 158Q60 146 96 156T176 152Q208 152 208 166Q208 176 196 178H46Q32 176 34 158Z",
        "#c9a57c" if look % 3 == 1 else p.deep,
    )
    sole = path("M34 170H208Q206 188 192 188H50Q36 188 34 170Z", INK)
    if look % 3 == 2:
        straps = line("M182 152Q160 116 128 118Q108 122 92 156M182 152Q166 108 128 118", p.base, 13)
    else:
        straps = (
            line("M66 154Q64 104 92 96Q110 96 112 154", p.base, 15)
            + line("M142 154Q150 118 176 124Q196 132 196 154", p.base, 18)
            + line("M106 108L150 128", p.dark, 10)
            + rect(80, 92, 16, 14, 3, p.accent)
            + rect(164, 116, 16, 14, 3, p.accent)
        )
    return ground(90, 198) + straps + bed + sole


@kind("slipper")
def slipper(p: Palette, look: int) -> str:
    def one(dx: int, dy: int, name: str) -> str:
        outer = f"M{60 + dx} {70 + dy}q26 -22 52 0q12 34 2 68q-2 36 -28 38q-26 -2 -28 -38q-10 -34 2 -68z"
        return (
            body(outer, p.pale if look % 2 else "#d9c7ab", 86 + dx, 0.08, name)
            + path(f"M{57 + dx} {92 + dy}q2 -44 29 -46q27 2 29 46q-29 -14 -58 0z", p.base)
            + line(f"M{60 + dx} {90 + dy}q26 -12 52 0", p.deep, 5)
        )

    return ground(70, 212) + one(-12, 14, "a") + one(56, 22, "b")


@kind("loafer")
def loafer(p: Palette, look: int) -> str:
    upper = "M38 122Q40 112 52 112L96 122Q116 118 128 124L160 136Q204 140 208 162V170H38Z"
    vamp = path("M104 122Q116 118 128 124L174 142Q148 146 128 140Z", p.light)
    if look % 2:
        strap = _laces([(114, 130), (126, 136), (138, 142)], p.deep)
    else:
        strap = path("M110 124L132 120L138 158L116 162Z", p.deep) + rect(
            118, 136, 14, 6, 2, p.light
        )
    return (
        ground(90, 194)
        + oval(78, 120, 38, 10, p.deep)
        + body(upper, p.base, 150, 0.1)
        + vamp
        + strap
        + path("M38 166H208Q210 178 200 178H38Z", INK)
        + rect(38, 172, 46, 14, 2, INK)
        + line("M176 148Q196 152 202 162", p.light, 3)
    )


@kind("ballet-flat")
def ballet_flat(p: Palette, look: int) -> str:
    def one(dx: int, dy: int, name: str) -> str:
        outer = f"M{58 + dx} {96 + dy}q2 -40 30 -40q28 0 30 40q2 48 -10 76q-8 14 -20 14t-20 -14q-12 -28 -10 -76z"
        return (
            body(outer, p.base, 88 + dx, 0.1, name)
            + path(
                f"M{67 + dx} {112 + dy}q21 14 42 0q0 40 -7 54q-6 10 -14 10t-14 -10q-7 -14 -7 -54z",
                "#ead9c0",
            )
            + path(f"M{80 + dx} {108 + dy}l-12 -8v14zM{96 + dx} {108 + dy}l12 -8v14z", p.deep)
            + disc(88 + dx, 107 + dy, 4, p.accent)
        )

    return ground(66, 208) + one(-12, 6, "a") + one(56, 14, "b")
