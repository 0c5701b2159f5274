"""Camping."""

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
    TIMBER,
    WOOD,
    Palette,
    body,
    disc,
    ground,
    kind,
    line,
    mirrored,
    mix,
    oval,
    path,
    rect,
    turned,
)


@kind("tent")
def tent(p: Palette, look: int) -> str:
    grass = "".join(path(f"M{x} 192q3 -12 6 0q4 -9 6 0z", LEAF) for x in (22, 66, 168, 204))
    if look % 3 == 1:
        fly = body("M24 190Q30 70 120 66T216 190Z", p.base)
        door = path("M92 190Q94 112 120 108T148 190Z", p.deep) + path(
            "M92 190Q94 112 120 108L108 190Z", p.pale
        )
        windows = mirrored(path("M50 150Q56 122 76 112L78 150Z", p.light))
        return (
            ground(104, 194)
            + fly
            + windows
            + door
            + line("M24 190Q30 70 120 66T216 190", p.deep, 3.5)
            + grass
        )
    low = 24 if look % 3 == 2 else 0
    fly = body(f"M120 {58 + low}L214 190H26Z", p.base)
    door = path(f"M120 {84 + low}L154 190H86Z", p.deep) + path(
        f"M120 {84 + low}L86 190H112Z", p.pale
    )
    return (
        ground(102, 194)
        + line("M26 190L10 196M214 190L230 196", STEEL, 2.5)
        + fly
        + door
        + line(f"M120 {48 + low}V{62 + low}", p.deep, 4)
        + line(f"M26 190L120 {58 + low}L214 190", p.deep, 3.5)
        + path(f"M120 {46 + low}l18 6l-18 6z", p.accent)
        + grass
    )


@kind("sleeping-bag")
def sleeping_bag(p: Palette, look: int) -> str:
    d = "M84 70Q84 30 120 30T156 70L168 110Q172 160 146 200Q138 212 120 212T94 200Q68 160 72 110Z"
    hood = path("M92 74Q92 42 120 42T148 74Q140 92 120 92T92 74Z", p.deep) + path(
        "M100 76Q102 54 120 54T140 76Q134 86 120 86T100 76Z", p.accent
    )
    seams = "".join(
        line(f"M72 {y}Q120 {y + 12} 168 {y}", p.dark, 3) for y in (112, 136, 160)
    ) + line("M88 186Q120 196 152 186", p.dark, 3)
    eyes = mirrored(disc(108, 60, 7, PAPER) + disc(108, 60, 3, INK)) if look % 3 == 2 else ""
    return (
        ground(48, 214)
        + body(d, p.base)
        + seams
        + hood
        + eyes
        + line("M132 96Q140 140 128 168", p.deep, 3)
    )


@kind("sleeping-mat")
def sleeping_mat(p: Palette, look: int) -> str:
    if look % 2:
        folds = "".join(
            path(f"M40 {178 - i * 20}L70 {156 - i * 20}H210L180 {178 - i * 20}Z", p.light)
            + path(f"M40 {178 - i * 20}H180V{194 - i * 20}H40Z", p.base)
            + path(
                f"M180 {178 - i * 20}L210 {156 - i * 20}V{172 - i * 20}L180 {194 - i * 20}Z", p.dark
            )
            for i in range(5)
        )
        return ground(88, 200) + folds + line("M72 194V96L100 78M148 194V96L178 78", INK, 4)
    sheet = body("M66 116H182Q194 116 200 128L220 184Q222 192 212 192H66Z", p.base, 180, 0.08)
    tubes = "".join(
        line(f"M84 {y}H{x}", p.dark, 3) for y, x in ((134, 198), (152, 204), (170, 210))
    )
    roll = disc(66, 154, 38, p.deep) + disc(66, 154, 31, p.base) + disc(66, 154, 22, p.dark)
    return (
        ground(92, 202)
        + sheet
        + tubes
        + roll
        + disc(66, 154, 13, p.light)
        + disc(66, 154, 5, p.deep)
        + rect(196, 104, 13, 13, 4, p.accent)
    )


@kind("stove")
def stove(p: Palette, look: int) -> str:
    flame = path("M120 40q22 26 12 44q-4 10 -12 10t-12 -10q-8 -18 12 -44z", "#f09a3e") + path(
        "M120 62q10 14 6 24q-6 8 -12 0q-4 -10 6 -24z", "#f8d66b"
    )
    if look % 2:
        plates = "".join(rect(x, 104, 8, 30, 2, METAL) for x in (84, 116, 148))
        wood_ = "".join(turned(rect(92, 168, 56, 9, 4, TIMBER), a, 120, 172) for a in (-14, 12))
        return (
            ground(54, 204)
            + flame
            + plates
            + body("M74 118H166L158 202H82Z", METAL)
            + path("M98 150H142V194H98Z", "#5a4038")
            + wood_
            + "".join(disc(x, 132, 4, STEEL) for x in (92, 111, 130, 149))
        )
    arms = mirrored(line("M116 110L74 92V84", STEEL, 6))
    head = (
        rect(98, 94, 44, 14, 6, INK)
        + rect(112, 106, 16, 34, 4, METAL)
        + rect(126, 120, 34, 8, 4, STEEL)
        + disc(164, 124, 9, p.accent)
    )
    can = body(
        "M70 158Q72 142 96 140H144Q168 142 170 158V190Q170 200 158 200H82Q70 200 70 190Z", "#4f8f78"
    )
    return (
        ground(56, 206)
        + flame
        + arms
        + head
        + can
        + rect(70, 164, 100, 18, 0, PAPER)
        + path("M120 166q6 7 0 14q-6 -7 0 -14z", "#e57a3e")
    )


@kind("twin-stove")
def twin_stove(p: Palette, look: int) -> str:
    lid = body("M44 62H196V124H44Z", p.light, 150, 0.08) + rect(52, 70, 136, 46, 4, p.base)
    flames = "".join(
        path(f"M{x} 104q9 12 4 20h-10q-4 -8 6 -20z", "#f09a3e") for x in (76, 92, 146, 162)
    )
    grid = rect(46, 124, 148, 8, 3, INK)
    box = body("M40 132H200V178Q200 186 192 186H48Q40 186 40 178Z", p.base, 150, 0.1)
    knobs = "".join(disc(x, 160, 12, p.deep) + line(f"M{x} 152v8", PAPER, 3) for x in (84, 156))
    return ground(84, 192) + lid + flames + grid + box + knobs + rect(108, 152, 24, 16, 3, p.accent)


@kind("camp-pot")
def camp_pot(p: Palette, look: int) -> str:
    bail = line("M66 116Q70 46 120 46T174 116", STEEL, 5)
    pot = body("M64 110H176V176Q176 194 158 194H82Q64 194 64 176Z", p.base)
    lid = path("M60 108Q64 88 120 88T180 108Z", p.light) + rect(110, 78, 20, 12, 5, p.accent)
    return (
        ground(66, 200)
        + bail
        + pot
        + lid
        + rect(58, 106, 124, 9, 4, p.deep)
        + line("M82 128V172", p.light, 5)
        + rect(150, 134, 26, 8, 4, p.deep)
    )


@kind("enamel-mug")
def enamel_mug(p: Palette, look: int) -> str:
    handle = line("M166 106Q206 104 202 138T164 166", p.dark, 11)
    cup = body("M66 82H168V176Q168 194 150 194H84Q66 194 66 176Z", p.base)
    hill = path("M86 156l22 -30l14 18l10 -12l20 24z", p.pale if p.base[1] < "e" else LEAF)
    dots = "".join(
        disc(x, y, 2, p.pale, ' fill-opacity=".7"')
        for x, y in ((80, 108), (98, 172), (140, 100), (152, 150), (118, 104), (82, 140))
    )
    return (
        ground(58, 200)
        + handle
        + cup
        + dots
        + hill
        + oval(117, 82, 52, 10, INK)
        + oval(117, 82, 46, 7, mix(p.base, "#ffffff", 0.6))
    )


@kind("lantern")
def lantern(p: Palette, look: int) -> str:
    glow = disc(120, 122, 66, "#ffe7a3", ' fill-opacity=".55"')
    handle = line("M88 74Q90 30 120 30T152 74", STEEL, 5)
    top = path("M78 88Q82 62 120 62T162 88Z", p.base) + rect(74, 84, 92, 12, 5, p.dark)
    glass = (
        rect(82, 94, 76, 66, 10, "#fff3c9")
        + rect(110, 104, 20, 50, 10, "#ffd465")
        + line("M94 102V150", "#ffffff", 5)
    )
    bottom = (
        body("M74 158H166V192Q166 202 156 202H84Q74 202 74 192Z", p.base)
        + disc(120, 180, 11, p.deep)
        + disc(120, 180, 5, p.accent)
    )
    return (
        ground(54, 206)
        + glow
        + handle
        + top
        + glass
        + bottom
        + mirrored(line("M86 96V158", p.dark, 4))
    )


@kind("oil-lantern")
def oil_lantern(p: Palette, look: int) -> str:
    frame = mirrored(line("M84 186Q64 178 66 120T92 62", p.base, 7))
    glass = (
        path("M94 96Q82 124 98 154H142Q158 124 146 96Z", GLASS)
        + path("M120 106q14 18 8 32q-8 12 -16 0q-6 -14 8 -32z", "#f5a742")
        + path("M120 122q6 8 3 15q-3 4 -6 0q-3 -7 3 -15z", "#ffe08a")
    )
    cap = path("M92 96H148L138 66H102Z", p.dark) + path("M106 66Q106 50 120 50T134 66Z", p.base)
    tank = body(
        "M78 172Q78 160 96 156H144Q162 160 162 172V188Q162 200 148 200H92Q78 200 78 188Z", p.base
    )
    return (
        ground(54, 206)
        + disc(120, 124, 58, "#ffe7a3", ' fill-opacity=".5"')
        + line("M70 100Q68 22 120 22T170 100", STEEL, 3.5)
        + frame
        + glass
        + cap
        + tank
        + rect(150, 150, 20, 7, 3, p.accent)
        + line("M104 106Q100 126 106 146", "#fff", 4, ' stroke-opacity=".8"')
    )


@kind("headlamp")
def headlamp(p: Palette, look: int) -> str:
    beam = path("M120 126L22 196V206Q120 224 218 206V196Z", "#fff0b8", ' fill-opacity=".8"')
    strap = (
        f'<ellipse cx="120" cy="92" rx="82" ry="38" fill="none" stroke="{p.deep}" stroke-width="17"/>'
        + f'<ellipse cx="120" cy="92" rx="82" ry="38" fill="none" stroke="{p.light}" stroke-width="4" stroke-dasharray="14 10"/>'
    )
    top = line("M120 56Q116 70 120 100", p.deep, 13) if look % 2 else ""
    lamp = body(
        "M82 102Q82 88 96 88H144Q158 88 158 102V138Q158 152 144 152H96Q82 152 82 138Z", p.base
    )
    return (
        beam
        + strap
        + top
        + lamp
        + disc(120, 122, 22, INK)
        + disc(120, 122, 17, "#fff6d6")
        + disc(120, 122, 8, "#ffd76a")
        + rect(104, 80, 32, 10, 4, p.accent)
        + mirrored(disc(94, 140, 4, "#d8564b" if look % 2 else p.deep))
    )


@kind("camp-chair")
def camp_chair(p: Palette, look: int) -> str:
    legs = line("M66 204L168 128M174 204L72 128", INK, 6) + line(
        "M76 66L90 148M164 66L150 148", STEEL, 6
    )
    back = body("M70 54Q120 72 170 54L160 132Q120 148 80 132Z", p.base)
    seat = path("M72 128Q120 150 168 128L178 146Q120 176 62 146Z", p.dark)
    return (
        ground(66, 208)
        + legs
        + back
        + seat
        + path("M71 60Q120 78 169 60L168 72Q120 90 72 72Z", p.accent)
        + mirrored(line("M60 122H80", INK, 8))
    )


@kind("camp-table")
def camp_table(p: Palette, look: int) -> str:
    legs = line("M70 204L154 112M170 204L86 112", INK, 6)
    top = "".join(
        path(
            f"M{44 - i * 4} {94 + i * 6}H{196 + i * 4}v5H{44 - i * 4}z",
            p.base if i % 2 else p.light,
        )
        for i in range(4)
    )
    cup = rect(142, 68, 22, 26, 4, "#58a8a4") + line("M164 74q12 0 0 14", "#58a8a4", 4)
    return (
        ground(70, 208)
        + legs
        + cup
        + top
        + path("M32 117H208V124H32Z", p.dark)
        + path("M84 92a18 18 0 0 1 36 0z", "#e57a5c")
    )


@kind("hammock")
def hammock(p: Palette, look: int) -> str:
    trees = (
        rect(14, 30, 18, 172, 6, TIMBER)
        + rect(208, 30, 18, 172, 6, TIMBER)
        + disc(20, 42, 28, LEAF)
        + disc(222, 40, 30, LEAF)
        + disc(38, 30, 18, "#86b57e")
    )
    ropes = line("M30 94L60 112M210 94L180 112", INK, 4)
    bed = body("M56 108Q120 150 184 108Q182 172 120 176T56 108Z", p.base)
    return (
        ground(100, 204)
        + trees
        + ropes
        + bed
        + path("M56 108Q120 150 184 108Q120 136 56 108Z", p.deep)
        + line("M70 134Q120 166 170 134", p.accent, 5)
        + line("M84 154Q120 172 156 154", p.light, 3)
    )


@kind("pocket-knife")
def pocket_knife(p: Palette, look: int) -> str:
    blade = turned(
        path("M64 110H160Q192 110 208 92Q168 84 64 88Z", METAL) + line("M76 96H150", STEEL, 2.5),
        -24,
        66,
        110,
    )
    screw = turned(line("M172 136l9 -8l9 8l9 -8l8 8", STEEL, 4), 64, 172, 136)
    return (
        ground(84, 186)
        + blade
        + screw
        + body("M48 122Q48 104 66 104H172Q192 104 192 126T172 148H66Q48 148 48 122Z", p.base, 128)
        + disc(64, 126, 5, METAL)
        + disc(176, 126, 5, METAL)
        + turned(oval(120, 126, 9, 16, PAPER, ' fill-opacity=".85"'), 45, 120, 126)
    )


@kind("cooler")
def cooler(p: Palette, look: int) -> str:
    lid = body("M42 92Q42 76 56 76H184Q198 76 198 92V108H42Z", PAPER, 150, 0.06)
    box = body("M48 108H192V180Q192 192 180 192H60Q48 192 48 180Z", p.base, 150)
    return (
        ground(80, 198)
        + line("M72 78Q72 48 92 48H148Q168 48 168 78", p.deep, 8)
        + box
        + lid
        + rect(104, 100, 32, 24, 5, p.deep)
        + path("M48 138H192V146H48Z", p.light)
        + disc(64, 178, 6, p.deep)
        + line("M100 168l10 -8l10 8l10 -8l10 8", PAPER, 4)
    )


@kind("trekking-poles")
def trekking_poles(p: Palette, look: int) -> str:
    one = (
        line("M120 70V196", STEEL, 5)
        + line("M120 80V136", p.base, 9)
        + line("M120 196V208", INK, 3)
        + oval(120, 188, 14, 5, INK)
        + rect(113, 30, 14, 48, 7, WOOD)
        + rect(111, 26, 18, 12, 6, INK)
        + line("M126 34Q150 52 127 68", p.dark, 4)
        + rect(113, 132, 14, 14, 3, p.accent)
    )
    left = f'<g transform="translate(-30 0)">{turned(one, 9)}</g>'
    right = f'<g transform="translate(30 0)">{turned(one, -9)}</g>'
    return ground(70, 210) + left + right
