"""Builds the demo shop from its content files: `python -m retrieval.demo.build`.

Writes `catalog.jsonl.gz` and `images/*.svg` beside this file. The bytes depend on the content
alone, so that a rebuild without a change of content changes nothing.
"""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

from retrieval.demo import demo_catalog_path, demo_images_dir
from retrieval.demo.families import Variant, expand, glossary, picture_name, read_families
from retrieval.demo.pictures import draw
from retrieval.errors import ShopGuideError
from retrieval.product import Product

_NEUTRAL = "#9aa3ad"


def build(catalog: Path, images: Path) -> list[Variant]:
    """Write the catalogue and the pictures; pictures that nothing shows any more are removed.

    Raises:
        ShopGuideError: where a content file is wrong, naming the family and the field.
    """
    variants = [variant for family in read_families() for variant in expand(family)]
    ids = [variant.product.id for variant in variants]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise ShopGuideError(f"ids used twice: {', '.join(doubled)}")
    lines = "".join(
        json.dumps(as_row(variant.product), ensure_ascii=False) + "\n" for variant in variants
    )
    catalog.write_bytes(gzip.compress(lines.encode(), compresslevel=9, mtime=0))
    pictures = _pictures(variants)
    images.mkdir(exist_ok=True)
    for old in images.glob("*.svg"):
        if old.name not in pictures:
            old.unlink()
    for name, svg in pictures.items():
        (images / name).write_text(svg, "utf-8")
    return variants


def as_row(product: Product) -> dict[str, object]:
    """A product as one JSON object of the native format: money as text, empty parts left out."""
    row = product.model_dump(mode="python", exclude_defaults=True, exclude_none=True)
    row["availability"] = product.availability.value
    for name in ("price", "sale_price"):
        if isinstance(row.get(name), Decimal):
            row[name] = f"{row[name]:.2f}"
    return row


def _pictures(variants: list[Variant]) -> dict[str, str]:
    """One drawing a family and colour; families of one kind take turns in their look."""
    looks: dict[str, int] = {}
    seen: dict[str, int] = {}
    pictures: dict[str, str] = {}
    for variant in variants:
        family = variant.family
        if family.key not in looks:
            turn = seen.get(family.kind, 0)
            seen[family.kind] = turn + 1
            looks[family.key] = turn if family.look is None else family.look
        name = picture_name(family, variant.shade)
        if name not in pictures:
            shade = glossary().shades.get(variant.shade)
            color = shade.hex if shade else _NEUTRAL
            pictures[name] = draw(family.kind, color, looks[family.key], variant.product.title)
    return pictures


def main() -> None:
    """Build in place and say what was built."""
    variants = build(demo_catalog_path(), demo_images_dir())
    families = {variant.family.key: variant.family for variant in variants}
    chinese = sum(family.zh is not None for family in families.values())
    departments = {variant.product.category[0] for variant in variants}
    size = demo_catalog_path().stat().st_size
    print(
        f"{len(families)} products ({chinese} with Chinese text) in {len(departments)} "
        f"departments, {len(variants)} variants, {size / 1024:.0f} KiB"
    )


if __name__ == "__main__":
    main()
