"""`/product/{id}`: a page of the product's record, for shops without pages of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from assistant.language import Language
from assistant.money import number_text, price_text
from assistant.naming import Naming
from retrieval.catalog import Catalog
from retrieval.product import Availability, Product, Review
from ui.security import STRICT_POLICY

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(["html"]),
    trim_blocks=True,
    lstrip_blocks=True,
)
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "reviews": "Reviews",
        "facts": "Details",
        "variants": "Also in",
        "in_stock": "In stock",
        "out_of_stock": "Out of stock",
        "preorder": "Pre-order",
        "backorder": "Delivered later",
        "rated": "{stars} out of 5 stars, {count} ratings",
        "back": "Back to the guide",
        "was": "was",
        "switch": "中文",
        "missing": "This product is not in the shop (any more).",
    },
    "zh": {
        "reviews": "顾客评价",
        "facts": "商品参数",
        "variants": "其他款式",
        "in_stock": "有货",
        "out_of_stock": "暂时缺货",
        "preorder": "预售",
        "backorder": "延期发货",
        "rated": "{stars} 星（满分 5 星），{count} 人评分",
        "back": "返回导购",
        "was": "原价",
        "switch": "English",
        "missing": "店里没有（或不再有）这件商品。",
    },
}


@dataclass(frozen=True, slots=True)
class _Variant:
    label: str
    id: str
    current: bool
    available: bool


def product_page_router(catalog: Catalog) -> APIRouter:
    """The page and its style sheet, over one catalogue."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/product.css")
    def style() -> FileResponse:
        """The page's style sheet."""
        return FileResponse(_HERE / "static" / "product.css", media_type="text/css")

    @router.get("/product/{product_id:path}", response_class=HTMLResponse)
    def page(
        product_id: str,
        lang: Language | None = None,
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        """The page in the language asked for, else in the browser's first."""
        language: Language = lang or ("zh" if accept_language.lower().startswith("zh") else "en")
        product = catalog.get([product_id]).get(product_id)
        if product is None:
            raise HTTPException(404, _WORDS[language]["missing"])
        html = _TEMPLATES.get_template("product.html").render(
            _context(product, catalog.variants(product), Naming(catalog.facets(), language))
        )
        return HTMLResponse(html, headers={"content-security-policy": STRICT_POLICY})

    return router


def _context(product: Product, variants: Sequence[Product], naming: Naming) -> dict[str, object]:
    language: Language = naming.language
    words = _WORDS[language]
    translation = product.translations.get(language)
    price, list_price = product.current_price, product.price
    rating = None
    if product.rating is not None:
        rating = {
            "stars": f"{product.rating:.1f}",
            "count": number_text(product.rating_count or 0, language),
            "share": round(product.rating * 20),
        }
    return {
        "language": language,
        "words": words,
        "id": product.id,
        "title": naming.title(product),
        "brand": product.brand,
        "path": translation.category if translation and translation.category else product.category,
        "description": (translation.description if translation else "") or product.description,
        "price": None if price is None else price_text(price, product.currency, language),
        "was": price_text(list_price, product.currency, language)
        if list_price is not None and list_price != price
        else None,
        "availability": words[product.availability.value],
        "available": product.availability is not Availability.OUT_OF_STOCK,
        "rating": rating,
        "rated": words["rated"].format(**rating) if rating else "",
        "image": next((url for url in product.image_urls if _is_web_address(url)), None),
        "facts": naming.attributes(product),
        "variants": _variants(product, variants, naming),
        "reviews": sorted(product.reviews, key=lambda review: _foreign(review, language)),
    }


def _variants(product: Product, variants: Sequence[Product], naming: Naming) -> list[_Variant]:
    """The others of the group, named by the attributes in which they differ."""
    names = [
        name
        for name in product.attributes
        if len({str(one.attributes.get(name)) for one in variants}) > 1
    ]
    if len(variants) < 2 or not names:
        return []
    return [
        _Variant(
            label=" · ".join(
                naming.value(one.attributes[name]) for name in names if name in one.attributes
            ),
            id=one.id,
            current=one.id == product.id,
            available=one.availability is not Availability.OUT_OF_STOCK,
        )
        for one in variants
    ]


def _foreign(review: Review, language: Language) -> bool:
    return (review.language or "en") != language


def _is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} or (
        not parts.scheme and not parts.netloc and url.startswith("/")
    )
