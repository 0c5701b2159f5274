"""What all clothes with sleeves share."""

from __future__ import annotations

from retrieval.demo.pictures.shapes import Palette, mirrored, path

# Body and long sleeves, the neck open.
TORSO = (
    "M82 66Q100 58 120 58T158 66L178 78Q186 84 189 98L203 176Q204 183 197 185"
    "L180 188Q174 188 173 182L163 126L164 192Q164 198 158 198H82Q76 198 76 192L77 126"
    "L67 182Q66 188 60 188L43 185Q36 183 37 176L51 98Q54 84 62 78Z"
)


def cuffs(p: Palette) -> str:
    """The ends of both sleeves of `TORSO`."""
    return mirrored(path("M39 170L66 175L64 184Q64 188 60 188L43 185Q36 183 37 178Z", p.deep))
