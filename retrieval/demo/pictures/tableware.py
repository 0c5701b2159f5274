"""Kitchen: what is eaten and drunk from."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    INK,
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
    steam,
    turned,
)


@kind("moka")
def moka(p: Palette, look: int) -> str:
    top = body("M82 62L70 46H150L158 62L146 124H94Z", p.base)
    bottom = body("M92 132H148L162 194Q162 202 154 202H86Q78 202 78 194Z", p.base, name="c")
    facets = line("M106 62L104 124M134 62L136 124M106 134L98 200M134 134L142 200", p.dark, 2.5)
    return (
        ground(52, 207)
        + line("M156 70H188Q194 70 193 80L186 128", INK, 11)
        + top
        + bottom
        + facets
        + rect(88, 122, 64, 12, 4, p.dark)
        + path("M74 46Q80 32 114 32T148 46Z", p.light)
        + disc(112, 28, 7, INK)
        + disc(106, 154, 5, "#d8b25a")
    )


@kind("pour-over")
def pour_over(p: Palette, look: int) -> str:
    cone = path("M78 42H162L128 108H112Z", GLASS) + path("M88 58H152L126 106H114Z", "#7a4a2a")
    jug = path("M108 112H132L172 184Q176 202 160 202H80Q64 202 68 184Z", GLASS) + path(
        "M84 160H156L170 186Q172 198 160 198H80Q68 198 70 186Z", "#8a5634"
    )
    collar = rect(100, 98, 40, 26, 6, WOOD) + disc(120, 111, 5, TIMBER)
    return (
        ground(58, 206)
        + steam((112, 40), (132, 36))
        + cone
        + jug
        + collar
        + line("M84 150L76 184", "#ffffff", 5)
    )


@kind("teapot")
def teapot(p: Palette, look: int) -> str:
    spout = path("M64 150Q34 140 30 96L46 92Q52 122 78 124Z", p.dark)
    handle = line("M168 108Q214 104 206 142T166 176", p.deep, 10)
    return (
        ground(66, 204)
        + steam((38, 84))
        + spout
        + handle
        + body("M58 142Q58 92 118 92T178 142Q178 198 118 198T58 142Z", p.base, 118)
        + path("M84 98Q90 82 118 82T152 98Q118 108 84 98Z", p.light)
        + disc(118, 76, 9, p.accent)
        + line("M74 132Q80 116 92 110", p.pale, 5)
        + line("M62 158Q118 172 174 158", p.dark, 4)
    )


@kind("mug")
def mug(p: Palette, look: int) -> str:
    return (
        ground(56, 204)
        + steam((98, 78), (120, 70), (142, 78))
        + line("M160 112Q204 106 200 142T156 174", p.dark, 13)
        + body("M66 92H166V160Q166 198 130 198H102Q66 198 66 160Z", p.base)
        + oval(116, 92, 50, 9, p.deep)
        + oval(116, 93, 42, 6, "#6b4530")
        + path("M66 150Q116 164 166 150V160Q166 198 130 198H102Q66 198 66 160Z", "#d9bd97")
        + line("M82 110V138", p.pale, 6)
    )


@kind("travel-mug")
def travel_mug(p: Palette, look: int) -> str:
    return (
        ground(44, 210)
        + path("M84 66H156L152 46Q151 40 144 40H96Q89 40 88 46Z", INK)
        + rect(106, 32, 28, 12, 5, p.accent)
        + body("M80 72H160L150 198Q149 206 141 206H99Q91 206 90 198Z", p.base)
        + rect(78, 64, 84, 12, 5, METAL)
        + path("M84 112H156L153 150H87Z", p.dark)
        + line("M94 86L96 190", p.pale, 5)
    )


@kind("bottle")
def bottle(p: Palette, look: int) -> str:
    loop = f'<circle cx="120" cy="36" r="13" fill="none" stroke="{INK}" stroke-width="7"/>'
    d = "M96 74Q96 70 100 70H140Q144 70 144 74V84Q162 92 162 112V192Q162 206 148 206H92Q78 206 78 192V112Q78 92 96 84Z"
    water = (
        path(
            "M80 130Q100 122 120 130T160 130V192Q160 204 148 204H92Q80 204 80 192Z",
            "#8cc3de",
            ' fill-opacity=".55"',
        )
        if look % 2
        else ""
    )
    art = (
        path("M100 160l20 -26l20 26z", p.accent) + line("M96 168H144", p.accent, 4)
        if look % 2 == 0
        else "".join(line(f"M148 {y}h10", p.deep, 3) for y in (124, 144, 164, 184))
    )
    return (
        ground(46, 210)
        + loop
        + rect(94, 46, 52, 22, 6, INK)
        + body(d, p.base)
        + water
        + art
        + line("M92 108V190", p.pale, 6)
    )


@kind("bowl")
def bowl(p: Palette, look: int) -> str:
    def one(y: int, fill: str, name: str) -> str:
        return (
            body(f"M52 {y}H188Q186 {y + 56} 142 {y + 60}H98Q54 {y + 56} 52 {y}Z", fill, name=name)
            + oval(120, y, 68, 9, p.deep)
            + oval(120, y + 1, 60, 6, p.pale)
        )

    return (
        ground(60, 206)
        + one(142, p.dark, "a")
        + one(120, p.base, "b")
        + one(98, p.light, "c")
        + one(76, p.base, "d")
    )


@kind("plate")
def plate(p: Palette, look: int) -> str:
    fork = line("M36 70V196M26 70V96Q26 106 36 106T46 96V70", STEEL, 5)
    knife_ = path("M204 66Q218 90 212 134H202V66Z", METAL) + rect(201, 132, 11, 66, 5, STEEL)
    return (
        oval(122, 140, 78, 74, "#1b2030", ' fill-opacity=".1"')
        + fork
        + disc(120, 132, 74, p.dark)
        + disc(120, 132, 71, p.base)
        + disc(120, 132, 52, PAPER)
        + f'<circle cx="120" cy="132" r="46" fill="none" stroke="{p.dark}" stroke-width="2" stroke-opacity=".4"/>'
        + knife_
    )


@kind("lunch-box")
def lunch_box(p: Palette, look: int) -> str:
    food = (
        path("M58 118H116V168H58Z", "#f7f3e8")
        + "".join(disc(x, y, 3, INK) for x, y in ((72, 132), (90, 146), (104, 130)))
        + rect(122, 118, 60, 22, 4, "#7fb069")
        + "".join(
            disc(x, 156, 10, c) for x, c in ((134, "#d8564b"), (154, "#f2b84b"), (172, "#d8564b"))
        )
    )
    return (
        ground(84, 196)
        + turned(rect(48, 62, 144, 34, 10, p.base) + line("M60 76H180", p.light, 4), -5, 120, 80)
        + body("M42 104H198V172Q198 188 182 188H58Q42 188 42 172Z", METAL, 150, 0.08)
        + rect(52, 112, 136, 62, 8, PAPER)
        + food
        + mirrored(rect(36, 126, 12, 32, 4, p.base))
    )
