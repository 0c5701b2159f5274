"""Flat pictures of the demo shop's products, drawn by kind, colour and look."""

from __future__ import annotations

from xml.sax.saxutils import escape

from retrieval.demo.pictures import (
    accessories,
    audio,
    bags,
    camp,
    care,
    devices,
    footwear,
    furniture,
    garden,
    garments,
    kitchen,
    lamps,
    outerwear,
    pets,
    sports,
    stationery,
    tableware,
    textiles,
    toys,
)
from retrieval.demo.pictures.shapes import KINDS, Palette, luminance, mix
from retrieval.errors import ShopGuideError

# Importing a module registers what it draws.
MODULES = (
    accessories,
    audio,
    bags,
    camp,
    care,
    devices,
    footwear,
    furniture,
    garden,
    garments,
    kitchen,
    lamps,
    outerwear,
    pets,
    sports,
    stationery,
    tableware,
    textiles,
    toys,
)

_WARM = "#f7f3ec"
_COOL = "#dfe6ea"


def draw(kind: str, color: str, look: int, title: str) -> str:
    """One product as an SVG document.

    Args:
        kind: A name of `KINDS`, such as "rain-jacket".
        color: The product's colour, `#rrggbb`.
        look: Tells products of one kind apart: details and the accent colour follow it.
        title: What a screen reader says.

    Raises:
        ShopGuideError: where no such kind is drawn.
    """
    drawing = KINDS.get(kind)
    if drawing is None:
        raise ShopGuideError(f"no picture is drawn for the kind {kind!r}")
    # A light product needs a darker room to stand out from.
    light = luminance(color) > 0.78
    room = _COOL if light else mix(_WARM, color, 0.1)
    halo = "#ccd7de" if light else mix(_WARM, color, 0.24)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" role="img">'
        f"<title>{escape(title)}</title>"
        f'<rect width="240" height="240" fill="{room}"/>'
        f'<circle cx="120" cy="118" r="94" fill="{halo}"/>'
        f"{drawing(Palette.of(color, look), look)}</svg>\n"
    )
