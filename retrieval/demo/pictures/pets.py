"""Pets."""

# A drawing is said by its kind, and the data of a path has no place to break.
# ruff: noqa: D103, E501

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
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
    oval,
    path,
    rect,
    turned,
)

_PAW = ((-15, -4, 6), (-5, -14, 6.5), (7, -14, 6.5), (16, -4, 6))


def _paw(x: float, y: float, color: str) -> str:
    return oval(x, y + 6, 12, 10, color) + "".join(
        disc(x + dx, y + dy, r, color) for dx, dy, r in _PAW
    )


def _bone(x: float, y: float, w: float, color: str) -> str:
    return rect(x, y, w, 14, 5, color) + "".join(
        disc(x + dx, y + dy, 10, color) for dx in (0, w) for dy in (1, 13)
    )


@kind("dog-bed")
def dog_bed(p: Palette, look: int) -> str:
    dog = (
        path("M74 136Q80 104 118 106Q164 104 172 140Z", "#b98a5e")
        + disc(92, 120, 21, "#c79a6d")
        + path("M76 108Q66 116 70 136Q80 136 84 116Z", "#96693f")
        + disc(85, 120, 3, INK)
        + oval(76, 128, 6, 4.5, INK)
    )
    return (
        ground(90, 202)
        + body("M34 132Q34 106 62 106H178Q206 106 206 132V170H34Z", p.dark)
        + oval(120, 144, 72, 24, p.pale)
        + dog
        + body(
            "M30 152Q30 140 46 144Q120 166 194 144Q210 140 210 152V170Q210 194 184 194H56Q30 194 30 170Z",
            p.base,
        )
        + _paw(120, 174, p.accent)
    )


@kind("cat-tree")
def cat_tree(p: Palette, look: int) -> str:
    rope = "".join(
        line(f"M{x} {y}l14 -5", TIMBER, 2)
        for x, a, b in ((67, 126, 196), (149, 82, 196))
        for y in range(a, b, 9)
    )
    cat = (
        path("M136 66Q134 40 150 38L154 28L162 37H170L178 28L182 40Q190 66 176 68Z", "#4c4a52")
        + disc(156, 48, 2.4, "#f2c14e")
        + disc(172, 48, 2.4, "#f2c14e")
        + line("M178 66Q204 68 200 44", "#4c4a52", 7)
    )
    return (
        ground(84, 212)
        + rect(66, 116, 16, 84, 0, "#d9bd92")
        + rect(148, 76, 16, 124, 0, "#d9bd92")
        + rope
        + cat
        + rect(116, 64, 84, 15, 7, p.base)
        + rect(36, 106, 74, 15, 7, p.base)
        + body("M98 152Q98 142 108 142H178Q188 142 188 152V200H98Z", p.dark, 150)
        + path("M122 200V176Q122 162 138 162T154 176V200Z", p.deep)
        + rect(36, 196, 168, 13, 5, p.base)
        + line("M52 121V142", INK, 2)
        + disc(52, 150, 9, p.accent)
    )


@kind("cat-toy")
def cat_toy(p: Palette, look: int) -> str:
    if look % 2:
        return (
            ground(70, 196)
            + line("M60 160Q20 150 36 110T76 116", p.deep, 6)
            + body("M52 150Q66 96 130 100T204 168Q204 182 188 182H76Q46 182 52 150Z", p.base, 140)
            + disc(142, 96, 20, p.dark)
            + disc(142, 96, 11, p.pale)
            + disc(180, 142, 5, INK)
            + disc(206, 166, 6, "#e8929b")
            + line("M190 170L222 160M190 174L222 178", INK, 2)
            + "".join(line(f"M{x} 124l8 40", p.light, 4) for x in (88, 106))
        )
    feathers = "".join(
        turned(oval(176, 176, 8, 26, c), a, 176, 154)
        for a, c in (
            (-34, p.base),
            (0, p.accent if p.accent != "#f6efe2" else "#f2b84b"),
            (34, p.light),
        )
    )
    return (
        ground(80, 212)
        + turned(rect(36, 116, 116, 11, 5, WOOD) + rect(36, 114, 34, 15, 6, p.dark), -38, 60, 120)
        + line("M128 50Q196 40 176 140", INK, 2.5)
        + feathers
        + disc(176, 148, 11, "#e3b04b")
        + line("M170 150h12", INK, 2)
    )


@kind("leash")
def leash(p: Palette, look: int) -> str:
    return (
        ground(66, 204)
        + line(
            "M92 74Q46 74 46 118T100 158Q160 158 160 120T112 92Q92 98 100 124T180 178", p.base, 12
        )
        + line("M92 74Q46 74 46 118T100 158", p.light, 3, ' stroke-dasharray="6 7"')
        + f'<circle cx="110" cy="62" r="26" fill="none" stroke="{p.dark}" stroke-width="12"/>'
        + turned(
            rect(174, 166, 16, 14, 3, STEEL)
            + f'<ellipse cx="196" cy="173" rx="13" ry="8" fill="none" stroke="{STEEL}" stroke-width="5"/>',
            28,
            182,
            174,
        )
        + rect(86, 82, 18, 14, 4, p.accent)
    )


@kind("collar")
def collar(p: Palette, look: int) -> str:
    holes = "".join(disc(x, 96 + (x - 120) ** 2 // 260, 2.6, PAPER) for x in (160, 172, 184))
    return (
        ground(70, 200)
        + f'<ellipse cx="120" cy="112" rx="78" ry="40" fill="none" stroke="{p.deep}" stroke-width="20"/>'
        + path("M42 108Q42 158 120 158T198 108V122Q198 176 120 176T42 122Z", p.base)
        + line("M50 132Q70 164 120 164T190 132", p.accent, 3, ' stroke-dasharray="7 7"')
        + holes
        + rect(60, 138, 26, 30, 5, METAL)
        + rect(66, 146, 14, 14, 2, p.dark)
        + f'<circle cx="130" cy="178" r="6" fill="none" stroke="{STEEL}" stroke-width="3"/>'
        + disc(130, 196, 14, "#e3b04b")
        + _paw(130, 195, "#b98428")
        .replace('r="6"', 'r="2.6"')
        .replace('r="6.5"', 'r="2.8"')
        .replace('rx="12" ry="10"', 'rx="5" ry="4"')
    )


@kind("pet-bowl")
def pet_bowl(p: Palette, look: int) -> str:
    food = "".join(
        disc(x, y, 9, c)
        for x, y, c in (
            (84, 118, "#a8713f"),
            (102, 110, "#8d5a2f"),
            (122, 114, "#a8713f"),
            (140, 110, "#8d5a2f"),
            (156, 118, "#a8713f"),
        )
    )
    return (
        ground(88, 200)
        + oval(120, 122, 68, 15, p.deep)
        + food
        + body("M50 120Q120 144 190 120L208 182Q210 194 198 194H42Q30 194 32 182Z", p.base, 130)
        + _bone(92, 158, 56, PAPER)
    )


@kind("fountain")
def fountain(p: Palette, look: int) -> str:
    return (
        ground(66, 208)
        + line("M120 80V52Q120 42 132 42", METAL, 8)
        + "".join(
            line(f"M{120 + s * 10} 58Q{120 + s * 44} 60 {120 + s * 46} 104", "#7fc1e0", 5)
            for s in (-1, 1)
        )
        + oval(120, 110, 68, 17, "#bfe3f0")
        + body("M50 110Q120 138 190 110L180 190Q179 202 166 202H74Q61 202 60 190Z", p.base)
        + oval(120, 84, 26, 9, p.light)
        + _paw(120, 166, p.accent)
    )


@kind("carrier")
def carrier(p: Palette, look: int) -> str:
    mesh = "".join(line(f"M{x} 104V170", p.deep, 2) for x in range(68, 150, 9)) + "".join(
        line(f"M62 {y}H150", p.deep, 2) for y in range(108, 170, 9)
    )
    cat = (
        path("M82 172Q78 132 92 128L96 114L106 126H118L128 114L132 128Q144 136 140 172Z", "#4c4a52")
        + disc(102, 140, 3, "#f2c14e")
        + disc(122, 140, 3, "#f2c14e")
        + path("M109 148h6l-3 4z", "#e8929b")
    )
    return (
        ground(88, 204)
        + line("M84 84Q84 44 120 44T156 84", p.deep, 9)
        + body(
            "M34 108Q34 82 60 82H180Q206 82 206 108V180Q206 196 190 196H50Q34 196 34 180Z",
            p.base,
            160,
            0.08,
        )
        + rect(60, 100, 92, 76, 10, p.pale)
        + cat
        + mesh
        + rect(164, 112, 30, 44, 6, p.dark)
        + line("M168 124H190", p.accent, 3)
    )


@kind("chew-toy")
def chew_toy(p: Palette, look: int) -> str:
    knobs = "".join(disc(x, y, 25, p.base) for x in (66, 174) for y in (104, 140))
    dents = "".join(disc(x, 122, 5, p.dark) for x in (94, 112, 130, 148))
    bone = (
        rect(70, 104, 100, 36, 12, p.base) + knobs + dents + line("M60 94q6 -8 16 -8", p.light, 5)
    )
    return ground(80, 188) + turned(bone, -16)


@kind("rope-toy")
def rope_toy(p: Palette, look: int) -> str:
    rope = "M66 150Q96 110 128 136T186 100"
    ends = ((50, 162, -16, 6), (56, 170, -10, 14), (200, 86, 15, -7), (194, 80, 8, -15))
    threads = "".join(line(f"M{x} {y}l{dx} {dy}", p.base, 4) for x, y, dx, dy in ends)
    twist = line(rope, p.base, 20) + line(rope, p.light, 4, ' stroke-dasharray="4 12"')
    return ground(78, 190) + twist + threads + disc(64, 152, 21, p.dark) + disc(188, 98, 21, p.dark)


@kind("pet-brush")
def pet_brush(p: Palette, look: int) -> str:
    pins = "".join(line(f"M{x} 92V110", STEEL, 3) for x in range(72, 172, 9))
    return (
        ground(60, 206)
        + pins
        + body("M60 72Q60 52 80 52H160Q180 52 180 72V92H60Z", p.base)
        + body("M106 92H134L140 190Q140 206 120 206T100 190Z", p.dark, name="c")
        + rect(60, 84, 120, 10, 3, p.deep)
        + disc(120, 188, 6, PAPER)
        + disc(120, 72, 9, p.accent)
    )


@kind("dog-coat")
def dog_coat(p: Palette, look: int) -> str:
    dog = (
        path(
            "M52 90Q44 66 66 62Q74 48 92 60L104 98H176Q196 100 198 128V190H180V152H110V190H92V140Q66 128 62 108Z",
            "#c79a6d",
        )
        + path("M78 60Q96 56 98 86Q88 92 80 80Z", "#96693f")
        + disc(68, 74, 3, INK)
        + oval(50, 84, 6, 5, INK)
        + line("M196 112Q216 104 214 82", "#c79a6d", 9)
    )
    return (
        ground(84, 198)
        + dog
        + body("M96 92Q140 88 178 96Q194 102 194 130Q150 162 98 146Q90 118 96 92Z", p.base, 150)
        + line("M98 128Q150 142 194 118", p.accent, 5)
        + path("M90 84L108 86L104 108L92 104Z", p.dark)
    )
