"""Jackets and coats, laid out flat."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.cuts import TORSO, cuffs
from retrieval.demo.pictures.shapes import (
    PAPER,
    Palette,
    body,
    disc,
    ground,
    kind,
    line,
    mirrored,
    path,
    rect,
)


def _zip(p: Palette, top: int = 70) -> str:
    return line(f"M120 {top}V197", p.deep, 3) + rect(117.5, top + 6, 5, 10, 2, p.accent)


@kind("rain-jacket")
def rain_jacket(p: Palette, look: int) -> str:
    hood = path("M84 70Q80 30 120 28Q160 30 156 70Q138 84 120 84T84 70Z", p.dark)
    face = path("M97 68Q94 42 120 41Q146 42 143 68Q132 78 120 78T97 68Z", p.deep)
    details = (
        mirrored(line("M88 146L98 168", p.deep, 3.5)),
        path("M77 108H163V122H77Z", p.accent, ' fill-opacity=".92"')
        + mirrored(line("M88 150L98 172", p.deep, 3.5)),
        mirrored(rect(84, 146, 26, 28, 4, p.dark) + rect(84, 146, 26, 8, 3, p.deep)),
        path("M76 66Q100 58 120 58T164 66L177 78L166 104H74L63 78Z", p.light)
        + mirrored(line("M88 146L98 168", p.deep, 3.5)),
    )[look % 4]
    chest = rect(134, 98, 20, 4, 2, p.accent) if look % 4 != 1 else ""
    return (
        ground()
        + hood
        + face
        + body(TORSO, p.base)
        + cuffs(p)
        + details
        + _zip(p, 78)
        + chest
        + mirrored(line("M104 80V96", PAPER, 2))
    )


@kind("poncho")
def poncho(p: Palette, look: int) -> str:
    hood = path("M88 72Q84 32 120 30Q156 32 152 72Q136 84 120 84T88 72Z", p.dark)
    face = path("M100 68Q98 44 120 43Q142 44 140 68Q130 76 120 76T100 68Z", p.deep)
    cape = "M86 68Q104 80 120 80T154 68Q190 84 202 168Q204 182 192 186Q156 198 120 198T48 186Q36 182 38 168Q50 84 86 68Z"
    folds = mirrored(line("M88 96Q76 140 74 180", p.dark, 3)) + line("M120 84V128", p.deep, 3)
    return (
        ground(74)
        + hood
        + face
        + body(cape, p.base)
        + folds
        + mirrored(disc(56, 160, 3, p.accent) + disc(54, 174, 3, p.accent))
    )


@kind("puffer")
def puffer(p: Palette, look: int) -> str:
    hood = path("M86 68Q84 34 120 32Q156 34 154 68Q138 80 120 80T86 68Z", p.dark)
    seams = "".join(
        line(f"M77 {y}Q98 {y + 7} 120 {y}T163 {y}", p.dark, 3) for y in (96, 118, 140, 162, 184)
    )
    arms = mirrored(
        "".join(
            line(f"M{60 - i * 5} {100 + i * 22}L{75 - i * 3} {104 + i * 22}", p.dark, 3)
            for i in range(4)
        )
    )
    sheen = "".join(
        line(f"M84 {y}Q98 {y + 4} 110 {y + 2}", p.light, 4) for y in (86, 108, 130, 152)
    )
    return (
        ground()
        + hood
        + path("M100 66Q100 46 120 45Q140 46 140 66Q130 74 120 74T100 66Z", p.deep)
        + body(TORSO, p.base)
        + arms
        + seams
        + sheen
        + cuffs(p)
        + _zip(p, 74)
    )


@kind("parka")
def parka(p: Palette, look: int) -> str:
    torso = "M84 62Q102 56 120 56T156 62L176 74Q184 80 187 94L199 164Q200 170 194 172L180 174Q174 175 173 169L164 120L170 206Q170 212 164 212H76Q70 212 70 206L76 120L67 169Q66 175 60 174L46 172Q40 170 41 164L53 94Q56 80 64 74Z"
    fur = path(
        "M82 68Q76 26 120 24Q164 26 158 68Q140 86 120 86T82 68Z", "#cdb594" if look % 2 else p.deep
    )
    hood = path("M92 66Q88 36 120 35Q152 36 148 66Q134 78 120 78T92 66Z", p.dark)
    pockets = mirrored(
        rect(80, 150, 30, 32, 4, p.dark)
        + path("M80 150H110V162L95 166L80 162Z", p.deep)
        + line("M82 98H106", p.dark, 4)
    )
    belt = path("M75 132H165V139H75Z", p.deep)
    snaps = "".join(disc(128, y, 2.6, p.accent) for y in (92, 112, 150, 172, 194))
    return (
        ground(64, 214)
        + fur
        + hood
        + body(torso, p.base)
        + belt
        + pockets
        + line("M120 80V211", p.deep, 3)
        + snaps
    )


@kind("coat")
def coat(p: Palette, look: int) -> str:
    torso = "M92 52H148L174 64Q184 70 187 84L200 170Q201 176 194 177L181 179Q175 180 174 173L164 112L168 208Q168 213 162 213H78Q72 213 72 208L76 112L66 173Q65 180 59 179L46 177Q39 176 40 170L53 84Q56 70 66 64Z"
    lapels = path("M92 52L120 118L102 92L90 96L80 66Z", p.dark) + path(
        "M148 52L120 118L138 92L150 96L160 66Z", p.deep
    )
    shirt = path("M98 52H142L120 108Z", PAPER if look % 2 == 0 else p.pale)
    double = (
        mirrored("".join(disc(104, y, 4, p.deep) for y in (130, 154)))
        if look % 2
        else "".join(disc(126, y, 4, p.deep) for y in (128, 152))
    )
    return (
        ground(62, 214)
        + body(torso, p.base)
        + shirt
        + lapels
        + line("M120 116V212", p.dark, 3)
        + double
        + mirrored(line("M80 168L106 164", p.deep, 5))
    )


@kind("fleece")
def fleece(p: Palette, look: int) -> str:
    collar = path("M94 64Q92 44 100 42Q120 36 140 42Q148 44 146 64Q132 72 120 72T94 64Z", p.dark)
    tufts = "".join(
        line(f"M{x} {y}q4 5 8 0", p.light, 2.5)
        for y in range(88, 194, 15)
        for x in range(82 + (y // 15 % 2) * 9, 152, 19)
    )
    pocket = rect(128, 98, 28, 28, 4, p.accent) + path("M128 98H156V108H128Z", p.deep)
    return (
        ground()
        + collar
        + body(TORSO, p.base)
        + tufts
        + (pocket if look % 2 == 0 else mirrored(line("M90 142L100 164", p.deep, 3)))
        + cuffs(p)
        + line("M120 50V197", p.deep, 3)
    )


@kind("windbreaker")
def windbreaker(p: Palette, look: int) -> str:
    collar = path("M94 64Q94 42 120 42T146 64Q132 74 120 74T94 64Z", p.deep)
    yoke = path(
        "M84 66Q102 58 120 58T156 66L178 78Q184 83 187 92L164 112L120 96L76 112L53 92Q56 83 62 78Z",
        p.light,
    )
    pouch = (
        path("M88 142H152L160 186H80Z", p.dark) + line("M92 142H148", p.deep, 4)
        if look % 2
        else mirrored(line("M90 144L98 166", PAPER, 3))
    )
    return (
        ground()
        + collar
        + body(TORSO, p.base)
        + yoke
        + pouch
        + cuffs(p)
        + line(f"M120 44V{110 if look % 2 else 197}", p.deep, 3)
        + line("M60 176L44 173", p.accent, 3)
        + line("M180 176L196 173", p.accent, 3)
    )


@kind("vest")
def vest(p: Palette, look: int) -> str:
    d = "M88 52Q104 62 120 62T152 52L166 60Q160 84 168 108V192Q168 199 161 199H79Q72 199 72 192V108Q80 84 74 60Z"
    quilt = (
        "".join(line(f"M73 {y}Q96 {y + 6} 120 {y}T167 {y}", p.dark, 3) for y in range(92, 196, 22))
        if look % 2
        else (
            '<g clip-path="url(#b)">'
            + "".join(
                line(f"M{x} 40L{x + 170} 210M{x + 170} 40L{x} 210", p.dark, 2)
                for x in range(-80, 160, 28)
            )
            + "</g>"
        )
    )
    collar = path("M88 52Q92 38 120 38T152 52Q138 64 120 64T88 52Z", p.deep)
    return (
        ground(52)
        + body(d, p.base)
        + quilt
        + collar
        + line("M120 58V198", p.deep, 3)
        + "".join(disc(126, y, 3, p.accent) for y in range(84, 190, 26))
    )


@kind("robe")
def robe(p: Palette, look: int) -> str:
    return (
        coat(p, 0)
        + path("M70 126H170V140H70Z", p.deep)
        + path("M114 138H126L130 184H118L114 160L106 182H96Z", p.dark)
    )
