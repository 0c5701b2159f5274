"""Fills data directories with the shops that the dialogues beside this file are about.

`python tests/assistant/dialogue_shops.py FOLDER [SHOP…]` makes FOLDER/demo, FOLDER/luma and so
on, to be given to `shopguide` as SHOPGUIDE_DATA_DIR. The real shops are read from ../shared/data
beside the project, and left out where that is not there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrieval.documents import store_documents
from retrieval.errors import ShopGuideError
from retrieval.settings import RetrievalSettings
from retrieval.shop import Shop, fill_shop, load_demo_shop, open_shop

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DIALOGUES = Path(__file__).parent / "dialogues"
SHOPS = ("demo", "luma", "boutique", "yanxuan")


def build(name: str, folder: Path) -> None:
    """Fill one shop; one that is filled already is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_shop(RetrievalSettings(data_dir=folder)) as shop:
        if shop.catalog.count():
            return
        _BUILDERS[name](shop, folder)


def is_here(name: str) -> bool:
    """Whether what the shop is built from is on this machine."""
    folder = {"demo": None, "yanxuan": "yanxuan-zh"}.get(name, name)
    return folder is None or (DATA / folder).is_dir()


def _demo(shop: Shop, _folder: Path) -> None:
    load_demo_shop(shop, progress=_silently)


def _luma(shop: Shop, _folder: Path) -> None:
    files = [DATA / "luma" / "configurablesampledata-products.csv"]
    files += sorted((DATA / "luma").glob("catalogsampledata-simpleproduct-products_*.csv"))
    fill_shop(shop, files, format="magento", progress=_silently)


def _boutique(shop: Shop, _folder: Path) -> None:
    source = DATA / "boutique"
    fill_shop(shop, [source / "products.csv"], field_map=source / "fields.toml", progress=_silently)


def _yanxuan(shop: Shop, folder: Path) -> None:
    """With its reviews, and its four questions and answers as a document."""
    source = DATA / "yanxuan-zh"
    reviews: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(source / "reviews.jsonl"):
        reviews.setdefault(row["product_id"], []).append({"text": row["review"]})
    native = folder / "yanxuan.jsonl"
    with native.open("w", encoding="utf-8") as out:
        for row in _rows(source / "products.jsonl"):
            product = {
                "id": row["id"],
                "title": row["title"],
                "description": "\n".join(filter(None, [row["description"], row["detail_text"]])),
                "category": row["category"],
                "brand": row["brand"] or None,
                "price": row["list_price"],
                "sale_price": row["price"],
                "currency": row["currency"],
                "availability": "in_stock" if row["in_stock"] else "out_of_stock",
                "attributes": row["attributes"],
                "image_urls": row["image_urls"][:1],
                "language": "zh",
                "reviews": reviews.get(row["id"], []),
            }
            out.write(json.dumps(product, ensure_ascii=False) + "\n")
    fill_shop(shop, [native], format="jsonl", progress=_silently)
    questions = [
        f"## {row['question']}\n{row['answer']}\n" for row in _rows(source / "shop_faq.jsonl")
    ]
    page = folder / "faq.zh.md"
    page.write_text("# 常见问题\n\n" + "\n".join(questions), encoding="utf-8")
    store_documents(shop.engine, [page])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _silently(step: str, done: int, total: int | None) -> None:
    pass


_BUILDERS = {"demo": _demo, "luma": _luma, "boutique": _boutique, "yanxuan": _yanxuan}


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    for wanted in sys.argv[2:] or SHOPS:
        if not is_here(wanted):
            print(f"{wanted}: its data is not in {DATA}")
            continue
        try:
            build(wanted, Path(sys.argv[1]) / wanted)
        except ShopGuideError as error:
            raise SystemExit(f"{wanted}: {error}") from error
        print(f"{wanted}: {Path(sys.argv[1]) / wanted}")
