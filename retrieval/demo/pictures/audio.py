"""Electronics for the ear."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    INK,
    PAPER,
    SCREEN,
    STEEL,
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
)


@kind("headphones")
def headphones(p: Palette, look: int) -> str:
    band = line("M62 132Q58 44 120 44T178 132", p.dark, 14) + line(
        "M80 76Q94 54 120 54T160 76", p.light, 6
    )
    cup = (
        rect(44, 116, 40, 72, 18, p.base)
        + rect(70, 122, 20, 60, 10, p.deep)
        + rect(50, 128, 8, 48, 4, p.light)
    )
    mark = mirrored(disc(56, 152, 6, p.accent))
    extra = line("M64 188Q70 214 104 210", INK, 4) if look % 3 == 1 else ""
    ears = mirrored(path("M70 66Q66 38 86 36Q98 46 98 56Z", p.accent)) if look % 3 == 2 else ""
    return ground(74, 206) + ears + band + mirrored(cup) + mark + extra


@kind("earbuds")
def earbuds(p: Palette, look: int) -> str:
    shell = PAPER if p.base != "#f4f3ee" else "#c3cbd3"
    bud = mirrored(
        rect(92, 88, 13, 46, 6, shell)
        + path("M104 76q-26 -4 -30 12q0 14 16 14h15z", shell)
        + oval(77, 89, 6, 10, STEEL)
        + rect(96, 104, 4, 12, 2, STEEL)
    )
    case = body("M60 122H180V154Q180 196 140 198H100Q60 196 60 154Z", p.base)
    lid = body("M62 118Q62 58 120 56T178 118Z", p.dark, name="l")
    inside = path("M70 118Q72 66 120 64T170 118Z", p.deep)
    return (
        ground(60, 206)
        + lid
        + inside
        + bud
        + case
        + path("M60 122H180V132H60Z", p.light)
        + disc(120, 164, 5, p.accent)
    )


@kind("sport-earbuds")
def sport_earbuds(p: Palette, look: int) -> str:
    one = (
        line("M76 128Q44 104 56 70T96 66", p.dark, 9)
        + disc(84, 134, 27, p.base)
        + disc(84, 134, 17, p.deep)
        + rect(78, 128, 12, 12, 4, p.accent)
        + path("M100 152q16 6 12 20q-12 2 -22 -10z", INK)
    )
    return ground(72, 192) + mirrored(one) + line("M88 162Q90 198 120 198T152 162", INK, 4)


@kind("speaker")
def speaker(p: Palette, look: int) -> str:
    dots = "".join(disc(x, y, 2.6, p.deep) for x in range(72, 172, 12) for y in range(106, 176, 12))
    return (
        ground(66, 202)
        + line("M174 92Q204 84 202 118Q200 140 178 138", INK, 6)
        + body(
            "M56 110Q56 82 84 82H156Q184 82 184 110V166Q184 194 156 194H84Q56 194 56 166Z",
            p.base,
            140,
            0.09,
        )
        + dots
        + disc(120, 140, 28, p.dark)
        + disc(120, 140, 16, p.accent)
        + rect(96, 86, 48, 8, 4, p.deep)
    )


@kind("shelf-speaker")
def shelf_speaker(p: Palette, look: int) -> str:
    def one(x: int, name: str) -> str:
        return (
            body(f"M{x} 56h72v144h-72z", p.base, x + 44, name=name)
            + rect(x + 6, 62, 60, 132, 5, SCREEN)
            + disc(x + 36, 152, 27, "#46505e")
            + disc(x + 36, 152, 19, SCREEN)
            + disc(x + 36, 152, 7, "#6a7685")
            + disc(x + 36, 92, 14, "#46505e")
            + disc(x + 36, 92, 7, "#6a7685")
            + disc(x + 60, 188, 2, "#7fd0a6")
        )

    return ground(88, 206) + one(40, "a") + one(128, "b")


@kind("radio")
def radio(p: Palette, look: int) -> str:
    slots = "".join(line(f"M62 {y}H122", p.deep, 4) for y in range(118, 178, 11))
    return (
        ground(82, 200)
        + line("M70 92Q70 58 90 58H150Q170 58 170 92", p.deep, 8)
        + line("M186 90L206 34", STEEL, 4)
        + body(
            "M38 108Q38 92 54 92H186Q202 92 202 108V176Q202 192 186 192H54Q38 192 38 176Z",
            p.base,
            140,
            0.08,
        )
        + slots
        + rect(134, 106, 56, 28, 5, "#fff1c9")
        + line("M140 122H184", INK, 2)
        + line("M156 110V130", "#cf3a45", 3)
        + disc(148, 162, 14, PAPER)
        + disc(180, 162, 14, PAPER)
        + line("M148 162V152M180 162L188 156", INK, 3)
    )


@kind("ear-pads")
def ear_pads(p: Palette, look: int) -> str:
    def one(x: int, y: int) -> str:
        inner = oval(x, y, 26, 38, mix(p.base, "#ffffff", 0.32)) + oval(x, y, 19, 30, p.deep)
        return (
            oval(x + 5, y + 5, 50, 62, p.deep)
            + oval(x, y, 50, 62, p.base)
            + inner
            + line(f"M{x - 36} {y - 22}Q{x - 30} {y - 44} {x - 12} {y - 51}", p.light, 5)
        )

    return ground(84, 206) + one(152, 108) + one(88, 130)
