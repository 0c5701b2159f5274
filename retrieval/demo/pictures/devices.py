"""Electronics."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    INK,
    METAL,
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
    oval,
    path,
    rect,
    turned,
)


@kind("keyboard")
def keyboard(p: Palette, look: int) -> str:
    wide = look % 2 == 1
    keys = ""
    for j, y in enumerate((104, 124, 144)):
        for i in range(9 if not wide else 10):
            special = (i + j * 3) % 11 == 0
            keys += rect(
                41 + i * (18 if not wide else 16),
                y,
                14.5 if not wide else 12.5,
                15,
                3.5,
                p.accent if special else p.pale,
            )
    keys += (
        rect(41, 164, 26, 14, 3.5, p.light)
        + rect(72, 164, 92, 14, 3.5, p.pale)
        + rect(169, 164, 30, 14, 3.5, p.accent)
    )
    return (
        ground(96, 200)
        + body(
            "M28 102Q28 92 38 92H202Q212 92 212 102V182Q212 192 202 192H38Q28 192 28 182Z",
            p.dark,
            150,
            0.08,
        )
        + rect(34, 98, 172, 86, 6, p.base)
        + keys
    )


@kind("mouse")
def mouse(p: Palette, look: int) -> str:
    if look % 2 == 0:
        d = "M72 192Q58 150 86 96Q104 62 132 60Q168 66 172 120T166 192Z"
        return (
            ground(70, 200)
            + body(d, p.base, 132, 0.1)
            + path("M86 96Q104 62 132 60Q128 84 108 112Z", p.light)
            + path("M84 134Q104 118 124 126Q118 150 90 156Z", p.deep)
            + rect(124, 66, 11, 26, 5, p.accent)
            + path("M64 184H180Q186 196 174 198H72Q58 196 64 184Z", p.deep)
        )
    return (
        ground(54, 206)
        + body("M74 118Q74 52 120 52T166 118V150Q166 202 120 202T74 150Z", p.base)
        + line("M120 54V118M76 118H164", p.deep, 3)
        + rect(113, 74, 14, 30, 7, p.accent)
        + line("M90 140Q92 172 108 184", p.light, 5)
    )


@kind("hub")
def hub(p: Palette, look: int) -> str:
    return (
        ground(76, 190)
        + line("M120 118V84Q120 56 150 56H166", INK, 7)
        + rect(166, 46, 34, 20, 5, METAL)
        + rect(198, 51, 14, 10, 2, STEEL)
        + body(
            "M40 132Q40 118 54 118H186Q200 118 200 132V166Q200 180 186 180H54Q40 180 40 166Z",
            p.base,
            140,
            0.08,
        )
        + "".join(
            rect(x, 140, w, 17, 3, INK) for x, w in ((56, 30), (94, 30), (132, 22), (162, 22))
        )
        + disc(190, 128, 3, "#7fd0a6")
        + line("M50 126H178", p.pale, 3)
    )


@kind("webcam")
def webcam(p: Palette, look: int) -> str:
    return (
        ground(60, 204)
        + path("M102 150H138L150 192H90Z", p.dark)
        + rect(74, 188, 92, 12, 6, p.deep)
        + body(
            "M40 96Q40 76 60 76H180Q200 76 200 96V132Q200 152 180 152H60Q40 152 40 132Z",
            p.base,
            140,
        )
        + disc(120, 114, 29, METAL)
        + disc(120, 114, 23, INK)
        + disc(120, 114, 13, "#3f6f98")
        + disc(114, 108, 4.5, "#ffffff")
        + disc(178, 98, 4, "#7fd0a6")
        + line("M58 110v8M66 106v16M74 110v8", STEEL, 3)
    )


@kind("power-bank")
def power_bank(p: Palette, look: int) -> str:
    cable = line("M120 50Q120 24 160 28T192 64", INK, 5) + turned(
        rect(184, 62, 16, 22, 3, METAL), -8, 192, 72
    )
    if look % 2:
        return (
            ground(60, 206)
            + cable
            + body(
                "M66 66Q66 52 80 52H160Q174 52 174 66V186Q174 200 160 200H80Q66 200 66 186Z", p.base
            )
            + rect(84, 78, 72, 30, 6, SCREEN)
            + rect(92, 88, 10, 10, 2, "#7fd0a6")
            + rect(106, 88, 10, 10, 2, "#7fd0a6")
            + rect(120, 88, 10, 10, 2, "#7fd0a6")
            + "".join(rect(x, 56, 16, 7, 2, INK) for x in (84, 110, 138))
            + path("M124 130l-18 28h14l-6 24l22 -32h-14z", p.accent)
        )
    return (
        ground(48, 206)
        + cable
        + body("M78 64Q78 52 90 52H150Q162 52 162 64V188Q162 200 150 200H90Q78 200 78 188Z", p.base)
        + "".join(disc(x, 182, 4, "#7fd0a6" if x < 130 else p.deep) for x in (102, 114, 126, 138))
        + rect(110, 55, 20, 7, 3, INK)
        + path("M124 96l-20 32h15l-6 26l24 -36h-15z", p.accent)
    )


@kind("solar-bank")
def solar_bank(p: Palette, look: int) -> str:
    sun = disc(186, 50, 17, "#f7c94b") + "".join(
        turned(line("M186 24v-8", "#f7c94b", 4), a, 186, 50) for a in range(0, 360, 45)
    )

    def panel(y: int) -> str:
        cells = "".join(rect(66 + i * 20, y + 7, 17, 27, 1.5, "#3d5f8f") for i in range(5))
        return rect(56, y, 116, 41, 5, SCREEN) + cells + line(f"M68 {y + 12}l10 -3", "#8fb4dd", 2.5)

    return (
        ground(74, 208)
        + sun
        + panel(58)
        + panel(103)
        + body(
            "M50 150Q50 144 56 144H172Q178 144 178 150V196Q178 204 170 204H58Q50 204 50 196Z",
            p.base,
            130,
        )
        + disc(70, 174, 11, "#fff3c9")
        + rect(128, 166, 36, 16, 5, p.deep)
        + rect(92, 168, 20, 10, 3, INK)
    )


@kind("charger")
def charger(p: Palette, look: int) -> str:
    return (
        ground(56, 202)
        + line("M150 168Q206 168 204 120T226 70", INK, 5)
        + mirrored(rect(98, 42, 9, 26, 2, METAL))
        + body("M70 82Q70 64 88 64H152Q170 64 170 82V178Q170 196 152 196H88Q70 196 70 178Z", p.base)
        + rect(106, 128, 28, 11, 5, INK)
        + rect(106, 148, 28, 11, 5, INK)
        + rect(106, 168, 28, 12, 2, INK)
        + path("M122 80l-12 20h10l-4 16l16 -24h-10z", p.accent)
    )


@kind("charging-pad")
def charging_pad(p: Palette, look: int) -> str:
    return (
        line("M196 170Q226 172 224 206", INK, 5)
        + oval(120, 178, 86, 26, p.deep)
        + oval(120, 170, 86, 26, p.base)
        + oval(120, 170, 70, 19, p.light)
        + turned(
            rect(84, 62, 72, 108, 11, INK)
            + rect(89, 67, 62, 98, 7, "#5f8fc0")
            + path("M89 130q30 -26 62 0v28q0 7 -7 7h-48q-7 0 -7 -7z", "#7fb3a0")
            + path("M123 84l-14 22h11l-5 18l18 -26h-11z", PAPER),
            8,
            120,
            120,
        )
    )


@kind("smart-watch")
def smart_watch(p: Palette, look: int) -> str:
    band = (
        path("M92 70L98 22H142L148 70Z", p.base)
        + path("M92 170L98 220H142L148 170Z", p.base)
        + "".join(oval(120, y, 4, 2.6, p.deep) for y in (190, 200, 210))
        + path("M98 22H142L143 34H97Z", p.dark)
    )
    dial = body(
        "M76 92Q76 64 104 64H136Q164 64 164 92V148Q164 176 136 176H104Q76 176 76 148Z", METAL
    ) + rect(84, 72, 72, 96, 20, SCREEN)
    ring = '<circle cx="120" cy="114" r="25" fill="none" stroke="#4a5564" stroke-width="6"/><path d="M120 89a25 25 0 1 1 -24 32" fill="none" stroke="#7fd0a6" stroke-width="6" stroke-linecap="round"/>'
    return (
        band
        + dial
        + rect(164, 104, 7, 22, 3, STEEL)
        + ring
        + line("M112 114l6 7l11 -14", "#ffffff", 4)
        + line("M98 154h8l5 -8l7 14l5 -6h18", "#e57a5c", 3)
    )


@kind("fitness-band")
def fitness_band(p: Palette, look: int) -> str:
    strap = "M98 84L104 22Q105 18 110 18H130Q135 18 136 22L142 84ZM98 156L104 218Q105 222 110 222H130Q135 222 136 218L142 156Z"
    holes = "".join(oval(120, y, 4, 2.6, p.deep) for y in (180, 192, 204))
    heart = path("M120 98q-11 -13 -17 0q0 9 17 21q17 -12 17 -21q-6 -13 -17 0z", "#e5607a")
    return (
        body(strap, p.base)
        + holes
        + rect(100, 30, 40, 8, 3, p.deep)
        + rect(92, 66, 56, 108, 24, p.dark)
        + rect(97, 71, 46, 98, 19, SCREEN)
        + heart
        + line("M106 136h28", "#7fd0a6", 5)
        + line("M106 148h18", "#f2b84b", 5)
    )


@kind("smart-plug")
def smart_plug(p: Palette, look: int) -> str:
    def one(x: int, y: int, name: str) -> str:
        return (
            body(
                f"M{x} {y + 20}q0 -20 20 -20h52q20 0 20 20v52q0 20 -20 20h-52q-20 0 -20 -20z",
                p.base,
                x + 54,
                name=name,
            )
            + disc(x + 46, y + 46, 30, "#d3dae0")
            + disc(x + 46, y + 46, 25, "#eef1f3")
            + rect(x + 35, y + 36, 6, 20, 3, INK)
            + rect(x + 51, y + 36, 6, 20, 3, INK)
            + disc(x + 80, y + 12, 4, "#5cb88a")
        )

    return (
        ground(78, 206)
        + one(98, 50, "a")
        + one(50, 104, "b")
        + line("M40 92q14 -18 34 -14M52 98q8 -10 18 -8", "#5c9fc0", 5)
    )


@kind("doorbell")
def doorbell(p: Palette, look: int) -> str:
    return (
        ground(36, 214)
        + body(
            "M80 50Q80 28 102 28H138Q160 28 160 50V188Q160 208 138 208H102Q80 208 80 188Z", p.base
        )
        + rect(88, 36, 64, 78, 22, SCREEN)
        + disc(120, 72, 22, "#46505e")
        + disc(120, 72, 13, "#3f6f98")
        + disc(114, 66, 4, "#ffffff")
        + disc(120, 162, 27, PAPER)
        + '<circle cx="120" cy="162" r="22" fill="none" stroke="#58a8d8" stroke-width="4"/>'
        + path("M110 168q0 -18 10 -18t10 18z", INK)
        + disc(120, 171, 3, INK)
    )


@kind("e-reader")
def e_reader(p: Palette, look: int) -> str:
    lines = "".join(
        line(f"M84 {y}H{156 if (y // 13) % 4 else 128}", "#8d8f8c", 3) for y in range(84, 170, 13)
    )
    return (
        ground(56, 212)
        + body("M66 42Q66 30 78 30H162Q174 30 174 42V196Q174 208 162 208H78Q66 208 66 196Z", p.base)
        + rect(76, 42, 88, 142, 3, "#f3f1ea")
        + line("M92 62H148", INK, 5)
        + lines
        + disc(120, 196, 4, p.light)
    )


@kind("camera")
def camera(p: Palette, look: int) -> str:
    photo = (
        rect(84, 150, 72, 62, 3, PAPER)
        + rect(91, 156, 58, 40, 2, "#8cc3de")
        + path("M91 196l18 -22l14 14l10 -10l16 18z", "#6fa06a")
    )
    return (
        ground(78, 216)
        + photo
        + body(
            "M40 86Q40 68 58 68H182Q200 68 200 86V150Q200 166 184 166H56Q40 166 40 150Z",
            p.base,
            140,
            0.08,
        )
        + rect(58, 54, 34, 18, 6, p.dark)
        + disc(116, 116, 38, PAPER)
        + disc(116, 116, 31, INK)
        + disc(116, 116, 19, "#3f6f98")
        + disc(109, 108, 6, "#ffffff")
        + rect(160, 78, 30, 19, 5, GLASS)
        + disc(176, 118, 8, p.accent)
        + line("M40 146H200", p.deep, 4)
    )
