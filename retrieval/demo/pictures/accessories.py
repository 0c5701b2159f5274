"""What goes with electronics: cases, sleeves, stands, cables and straps."""

from __future__ import annotations

from retrieval.demo.pictures.shapes import (
    GLASS,
    INK,
    METAL,
    PAPER,
    SCREEN,
    STEEL,
    TIMBER,
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


@kind("phone-case")
def phone_case(p: Palette, look: int) -> str:
    """The back of a phone in its case, with the cameras' window."""
    case = body(
        "M92 40H148Q166 40 166 58V184Q166 202 148 202H92Q74 202 74 184V58Q74 40 92 40Z", p.base
    )
    window = (
        rect(86, 52, 38, 38, 11, p.deep)
        + disc(97, 63, 6, GLASS)
        + disc(113, 63, 6, GLASS)
        + disc(97, 79, 6, GLASS)
        + disc(113, 79, 3, p.accent)
    )
    trims = (
        disc(120, 136, 20, "none", f' stroke="{p.accent}" stroke-width="5"'),
        rect(86, 158, 68, 34, 6, p.dark) + rect(94, 152, 52, 26, 4, p.accent),
        line("M80 166Q110 140 160 152M80 186Q110 160 160 172", p.pale, 5),
    )
    return ground(54, 210) + case + window + trims[look % 3]


@kind("laptop-sleeve")
def laptop_sleeve(p: Palette, look: int) -> str:
    """A sleeve from which the edge of a laptop looks out."""
    laptop = rect(56, 62, 128, 30, 8, METAL) + rect(62, 68, 116, 20, 4, SCREEN)
    sleeve = body("M44 84H196V182Q196 194 184 194H56Q44 194 44 182Z", p.base)
    flap = path("M44 84H196V104Q120 124 44 104Z", p.dark)
    seam = line("M54 116V184H186V116", p.light, 2, ' stroke-dasharray="4 5"')
    closing = disc(120, 114, 7, p.accent) if look % 2 == 0 else rect(104, 140, 32, 18, 4, p.accent)
    return ground(76, 204) + laptop + sleeve + flap + seam + closing


@kind("headphone-stand")
def headphone_stand(p: Palette, look: int) -> str:
    """A foot, a post and a hanger; the headphones on it are only hinted at."""
    foot = oval(120, 194, 52, 12, p.dark) + oval(120, 189, 52, 12, p.base)
    post = rect(113, 66, 14, 124, 6, p.base) + rect(121, 66, 6, 124, 3, p.dark)
    hanger = path("M88 74Q120 40 152 74Q150 82 142 82Q120 60 98 82Q90 82 88 74Z", p.deep)
    phones = (
        line("M72 136Q70 46 120 46T168 136", STEEL, 7)
        + rect(60, 122, 26, 46, 12, INK)
        + rect(154, 122, 26, 46, 12, INK)
    )
    port = rect(110, 184, 20, 6, 3, p.accent) if look % 2 else disc(120, 188, 4, p.accent)
    return ground(62, 208) + phones + foot + post + hanger + port


@kind("cable")
def cable(p: Palette, look: int) -> str:
    """A coiled cable with both plugs."""
    coils = "".join(
        oval(120, 112 + 4 * i, 58 - 9 * i, 50 - 9 * i, "none", f' stroke="{tone}" stroke-width="7"')
        for i, tone in enumerate((p.base, p.dark, p.base))
    )
    tie = rect(108, 58, 24, 16, 5, p.accent)
    plug = rect(0, 0, 18, 32, 5, p.deep) + rect(4, -14, 10, 16, 3, METAL)
    ends = line("M70 138Q62 176 76 186M170 138Q178 176 164 186", p.base, 7)
    plugs = (
        f'<g transform="translate(92 214) rotate(-110)">{plug}</g>'
        f'<g transform="translate(150 198) rotate(110)">{plug}</g>'
    )
    del look
    return ground(66, 214) + coils + tie + ends + plugs


@kind("laptop-stand")
def laptop_stand(p: Palette, look: int) -> str:
    """A stand from the side, a laptop open on it."""
    screen = turned(rect(150, 46, 9, 84, 4, METAL) + rect(150, 50, 4, 76, 2, SCREEN), 14, 154, 128)
    deck = turned(rect(62, 128, 104, 9, 4, METAL), -8, 154, 132)
    legs = line("M68 148L150 192M152 136L84 192", p.base, 12) + disc(112, 168, 8, p.accent)
    feet = rect(70, 188, 100, 10, 5, p.dark)
    wood = rect(70, 188, 100, 4, 2, TIMBER) if look % 2 else ""
    return ground(66, 206) + legs + feet + wood + deck + screen


@kind("watch-strap")
def watch_strap(p: Palette, look: int) -> str:
    """A strap in two parts, buckle up, without the watch."""
    upper = body("M102 34H138L144 104H96Z", p.base, name="u")
    lower = body("M96 128H144L138 206Q120 216 102 206Z", p.base)
    buckle = rect(96, 24, 48, 20, 6, "none", f' stroke="{STEEL}" stroke-width="6"')
    pins = rect(92, 100, 56, 8, 4, METAL) + rect(92, 124, 56, 8, 4, METAL)
    holes = "".join(disc(120, y, 3.4, PAPER) for y in (156, 170, 184))
    stitches = line("M106 52V96M134 52V96", p.light, 2, ' stroke-dasharray="4 4"')
    return ground(40, 216) + upper + lower + buckle + pins + holes + (stitches if look % 2 else "")
