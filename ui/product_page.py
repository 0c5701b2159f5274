"""`/product/{id}`: a page of its own for a product whose shop has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import HTMLResponse

from assistant.language import Language
from assistant.money import number_text, price_text
from assistant.naming import Naming
from assistant.supervision import supervised_catalog
from retrieval.catalog import Catalog
from retrieval.facets import Facets
from retrieval.product import Availability, Product, Review
from ui.i18n import preferred_language, words
from ui.markup import product_address, render, safe_link
from ui.settings import Settings


@dataclass(frozen=True, slots=True)
class VariantLink:
    """One value that a variant has: "blue"."""

    label: str
    href: str
    current: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class VariantGroup:
    """One attribute in which the variants differ, and its values."""

    name: str
    links: tuple[VariantLink, ...]


@dataclass(frozen=True, slots=True)
class ReviewText:
    """A review as the page shows it."""

    title: str
    text: str
    stars: float | None
    rating_spoken: str
    language: str | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything the template shows of a product, in one language."""

    title: str
    brand: str
    category: tuple[str, ...]
    images: tuple[str, ...]
    price: str | None
    list_price: str | None
    saving: str
    stars: float | None
    rating: str
    rating_spoken: str
    count: str
    availability: str
    availability_kind: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    variants: tuple[VariantGroup, ...]
    reviews: tuple[ReviewText, ...]


def product_router(settings: Settings, catalog: Catalog) -> APIRouter:
    """The route, bound to the catalogue."""
    router = APIRouter()
    shop = settings.shop_name[:1].upper() + settings.shop_name[1:]

    @router.get("/product/{product_id:path}", include_in_schema=False)
    def product_page(  # pyright: ignore[reportUnusedFunction]
        product_id: str,
        lang: Annotated[str | None, Query(max_length=10)] = None,
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        language = preferred_language(lang or accept_language)
        common = {"language": language, "t": words(language), "shop": shop}
        shown = supervised_catalog(catalog)
        product = shown.get([product_id]).get(product_id)
        if product is None:
            return HTMLResponse(render("missing.html", **common), status_code=404)
        page = describe(product, shown.variants(product), catalog.facets(), language, lang)
        return HTMLResponse(
            render("product.html", page=page, **common), headers={"Vary": "Accept-Language"}
        )

    return router


def describe(
    product: Product,
    variants: Sequence[Product],
    facets: Facets,
    language: Language,
    asked: str | None = None,
) -> ProductPage:
    """The page of a product; `asked` is the language to keep in links to its variants."""
    t = words(language)
    naming = Naming(facets, language)
    translation = product.translations.get(language)
    rated = product.rating is not None and product.rating_count != 0
    count = product.rating_count or 0
    now, before = product.current_price, product.price
    on_sale = now is not None and before is not None and now < before
    soon = product.availability in (Availability.PREORDER, Availability.BACKORDER)
    description = (translation.description if translation else "") or product.description
    category = (translation.category if translation else ()) or tuple(
        naming.word(level) for level in product.category
    )
    rating = number_text(round(product.rating or 0, 1), language) if rated else ""
    counted = t["card.ratings.one" if count == 1 else "card.ratings.many"]
    return ProductPage(
        title=naming.title(product),
        brand=product.brand or "",
        category=category,
        images=tuple(link for url in product.image_urls if (link := safe_link(url))),
        price=None if now is None else price_text(now, product.currency, language),
        list_price=price_text(before, product.currency, language) if before and on_sale else None,
        saving=t["product.save"].format(amount=price_text(before - now, product.currency, language))
        if on_sale and before is not None and now is not None
        else "",
        stars=product.rating if rated else None,
        rating=rating,
        rating_spoken=t["card.rating"].format(rating=rating),
        count=counted.format(count=number_text(count, language)) if count else "",
        availability=t[f"card.{product.availability.value}"],
        availability_kind="soon" if soon else product.availability.value,
        paragraphs=tuple(part.strip() for part in description.split("\n") if part.strip()),
        facts=_facts(product, naming, t["product.brand"], t["product.number"]),
        variants=_variants(product, variants, naming, asked),
        reviews=_reviews(product.reviews, language),
    )


def _facts(
    product: Product, naming: Naming, brand: str, number: str
) -> tuple[tuple[str, str], ...]:
    facts = [(_capital(name), value) for name, value in naming.attributes(product)]
    if product.brand:
        facts.insert(0, (brand, product.brand))
    return (*facts, (number, product.id))


def _variants(
    product: Product, variants: Sequence[Product], naming: Naming, asked: str | None
) -> tuple[VariantGroup, ...]:
    """One row of links for each attribute in which the variants differ.

    A link goes to the variant that shares the most with this product otherwise: another colour
    in the same size.
    """
    names = list(dict.fromkeys(name for each in variants for name in each.attributes))
    telling = [name for name in names if len({each.attributes.get(name) for each in variants}) > 1]
    # A weight that follows from the size is nothing to choose by.
    telling = [name for name in telling if _is_word(product, name)] or telling[:1]
    keep = "" if asked is None else f"?lang={naming.language}"
    groups: list[VariantGroup] = []
    for name in telling:
        values = dict.fromkeys(
            each.attributes[name] for each in variants if name in each.attributes
        )
        links: list[VariantLink] = []
        for value in values:
            with_value = [each for each in variants if each.attributes.get(name) == value]
            best = max(with_value, key=lambda each: _shared(product, each, telling))
            links.append(
                VariantLink(
                    label=naming.value(value),
                    href=product_address(best.id) + keep,
                    current=value == product.attributes.get(name),
                    gone=best.availability is Availability.OUT_OF_STOCK,
                )
            )
        label = naming.attribute_name(name)
        groups.append(VariantGroup(_capital(label), tuple(links)))
    return tuple(groups)


def _shared(product: Product, other: Product, names: Sequence[str]) -> tuple[int, bool]:
    same = sum(product.attributes.get(name) == other.attributes.get(name) for name in names)
    return same, other.availability is not Availability.OUT_OF_STOCK


def _is_word(product: Product, name: str) -> bool:
    return isinstance(product.attributes.get(name), str)


def _reviews(reviews: Sequence[Review], language: Language) -> tuple[ReviewText, ...]:
    """Those in the reader's language first; each keeps its own words."""
    t = words(language)
    ordered = sorted(reviews, key=lambda review: (review.language or language) != language)
    return tuple(
        ReviewText(
            title=review.title,
            text=review.text,
            stars=review.rating,
            rating_spoken=""
            if review.rating is None
            else t["card.rating"].format(rating=number_text(review.rating, language)),
            language=review.language,
        )
        for review in ordered
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
