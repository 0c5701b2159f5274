"""Garden."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103

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
    oval,
    path,
    rect,
    turned,
)


@kind("watering-can")
def watering_can(p: Palette, look: int) -> str:
    spout = path("M156 168L202 96L214 104L172 186Z", p.dark) + turned(
        rect(190, 84, 34, 14, 4, p.deep), 34, 207, 92
    )
    handle = line("M74 112Q42 104 42 144T76 180", p.deep, 10) + line(
        "M84 98Q92 56 128 60T148 98", p.deep, 9
    )
    drops = "".join(
        path(f"M{x} {y}q6 9 0 13q-6 -4 0 -13z", "#6cb1d8")
        for x, y in ((222, 108), (228, 130), (218, 146))
    )
    return (
        ground(66, 206)
        + handle
        + spout
        + drops
        + body("M72 98H156L166 190Q166 200 156 200H74Q64 200 64 190Z", p.base, 116)
        + rect(66, 92, 96, 12, 5, p.dark)
        + line("M84 118L80 180", p.light, 5)
    )


@kind("plant-pot")
def plant_pot(p: Palette, look: int) -> str:
    stems = "".join(
        line(f"M120 128Q{120 + dx // 2} {90} {120 + dx} {y}", "#4f7f55", 4)
        for dx, y in ((-44, 70), (0, 46), (44, 72))
    )

    def leaf(x: int, y: int, a: int) -> str:
        return turned(
            path(f"M{x} {y}q-22 -26 0 -52q22 26 0 52z", LEAF)
            + line(f"M{x} {y - 4}v-36", "#4f7f55", 2),
            a,
            x,
            y,
        )

    leaves = (
        leaf(78, 90, -50)
        + leaf(162, 92, 50)
        + leaf(120, 76, 0)
        + leaf(96, 104, -28)
        + leaf(146, 106, 26)
    )
    pot = body("M70 132H170L158 194Q157 202 148 202H92Q83 202 82 194Z", p.base)
    rim = rect(64, 122, 112, 20, 6, p.dark)
    band = (
        line("M76 164H164", p.accent, 5)
        if look % 2
        else line("M78 160l12 10l12 -10l12 10l12 -10l12 10l12 -10l12 10", p.light, 4)
    )
    return ground(54, 207) + stems + leaves + pot + rim + band


@kind("planter")
def planter(p: Palette, look: int) -> str:
    herbs = "".join(
        disc(x, y, r, c)
        for x, y, r, c in (
            (70, 112, 22, LEAF),
            (98, 100, 24, "#86b57e"),
            (132, 104, 22, LEAF),
            (164, 110, 24, "#5c8f5d"),
        )
    )
    tomatoes = "".join(disc(x, y, 6, "#d8564b") for x, y in ((92, 96), (140, 112), (160, 98)))
    slats = "".join(
        rect(44, y, 152, 22, 3, p.base if i % 2 else p.light) for i, y in enumerate((122, 146, 170))
    )
    return (
        ground(86, 206)
        + herbs
        + tomatoes
        + slats
        + mirrored(rect(40, 118, 14, 86, 3, p.dark))
        + disc(47, 132, 2.5, METAL)
        + disc(193, 132, 2.5, METAL)
    )


@kind("trowel")
def trowel(p: Palette, look: int) -> str:
    tool = (
        rect(110, 34, 20, 66, 9, p.base)
        + rect(110, 84, 20, 8, 0, p.dark)
        + line("M120 100V126", STEEL, 8)
        + body("M92 130Q92 122 120 122T148 130V168Q140 196 120 204Q100 196 92 168Z", METAL)
        + line("M120 134V188", STEEL, 3)
        + disc(120, 44, 4, p.deep)
    )
    fork = (
        rect(110, 34, 20, 66, 9, p.base)
        + rect(110, 84, 20, 8, 0, p.dark)
        + line("M120 100V140M96 196V154Q96 140 120 140T144 154V196M120 140V200", STEEL, 8)
        + disc(120, 44, 4, p.deep)
    )
    return (
        ground(76, 212)
        + turned(f'<g transform="translate(-34 0)">{tool}</g>', -8)
        + turned(f'<g transform="translate(36 2)">{fork}</g>', 8)
    )


@kind("pruner")
def pruner(p: Palette, look: int) -> str:
    return (
        ground(60, 210)
        + path("M116 112Q84 74 100 30Q128 54 132 104Z", METAL)
        + path("M124 112Q152 92 146 48Q130 70 112 100Z", STEEL)
        + line("M124 116Q156 150 150 202", p.base, 17)
        + line("M116 116Q84 150 92 202", p.dark, 17)
        + line("M112 150q8 6 16 0", STEEL, 4)
        + disc(120, 112, 12, INK)
        + disc(120, 112, 5, p.accent)
    )


@kind("hose")
def hose(p: Palette, look: int) -> str:
    rings = "".join(
        f'<circle cx="112" cy="124" r="{r}" fill="none" stroke="{c}" stroke-width="12"/>'
        for r, c in ((66, p.base), (52, p.dark), (38, p.base))
    )
    return (
        ground(72, 204)
        + rings
        + line("M112 190Q168 196 190 152", p.base, 12)
        + turned(rect(176, 102, 26, 52, 8, INK) + rect(174, 86, 30, 20, 6, p.accent), 14, 190, 130)
        + line("M112 58V74", p.light, 4)
    )


@kind("bird-feeder")
def bird_feeder(p: Palette, look: int) -> str:
    roof = body("M120 44L190 98H50Z", p.base)
    house = (
        rect(74, 98, 92, 72, 4, WOOD)
        + rect(88, 108, 64, 54, 6, GLASS)
        + path("M88 134Q120 124 152 134V156Q152 162 146 162H94Q88 162 88 156Z", "#c99b4f")
    )
    bird = (
        oval(182, 158, 16, 12, "#5b8fc0")
        + disc(192, 146, 9, "#5b8fc0")
        + path("M200 144l10 3l-10 4z", "#e8a33d")
        + disc(194, 144, 1.8, INK)
        + path("M168 160l-18 -6l14 14z", "#41719f")
        + oval(184, 162, 9, 7, "#f0b27a")
    )
    return (
        ground(64, 208)
        + line("M120 46V24", TIMBER, 4)
        + house
        + roof
        + rect(54, 170, 132, 12, 4, TIMBER)
        + line("M120 182V206", TIMBER, 9)
        + bird
    )


@kind("garden-lights")
def garden_lights(p: Palette, look: int) -> str:
    def one(x: int, h: int) -> str:
        return (
            disc(x, h + 26, 30, "#ffe7a3", ' fill-opacity=".6"')
            + line(f"M{x} {h + 44}V202", p.dark, 5)
            + path(f"M{x - 20} {h + 10}h40l-6 -14h-28z", p.base)
            + rect(x - 14, h + 10, 28, 28, 4, "#fff3c9")
            + disc(x, h + 24, 7, "#ffd465")
            + rect(x - 16, h + 36, 32, 8, 3, p.base)
        )

    grass = "".join(
        path(f"M{x} 206q3 -16 6 0q4 -11 6 0z", LEAF) for x in (34, 66, 98, 130, 164, 192)
    )
    return ground(90, 206) + one(64, 84) + one(120, 48) + one(176, 92) + grass


@kind("seeds")
def seeds(p: Palette, look: int) -> str:
    def packet(fill: str, flower: str, a: int, dx: int, name: str) -> str:
        petals = "".join(turned(oval(120, 100, 9, 16, flower), k * 60, 120, 116) for k in range(6))
        return turned(
            f'<g transform="translate({dx} 0)">'
            + body("M84 56H156V190H84Z", fill, name=name)
            + path("M84 56H156V72H84Z", p.deep)
            + petals
            + disc(120, 116, 9, "#f2c14e")
            + rect(98, 156, 44, 7, 3, PAPER)
            + rect(104, 168, 32, 5, 2, PAPER)
            + "</g>",
            a,
        )

    return (
        ground(84, 206)
        + packet(p.light, "#e57a8c", -12, -34, "a")
        + packet(p.dark, "#8f7fd0", 12, 34, "c")
        + packet(p.base, PAPER, 0, 0, "b")
    )
