"""`/widget.js`, what it asks for when it is opened, and `/demo-shop`, a page that has it."""

from __future__ import annotations

import gzip
import hashlib
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from assistant.money import price_text
from assistant.naming import Naming
from retrieval.catalog import Catalog
from ui.api.access import ApiHere, Talker
from ui.api.documenting import refusals
from ui.i18n import preferred_language, words
from ui.markup import product_address, render, safe_link
from ui.settings import Settings
from ui.widget.bundle import widget_script

SHOWN = 12
LOOKED_AT = 600


class Example(BaseModel):
    """A wish to begin with, in each language."""

    text: dict[str, str]
    image: str | None


class WidgetShop(BaseModel):
    """What a chat shows before the first message."""

    shop: str
    examples: list[Example]
    pictures: Annotated[bool, Field(description="whether pictures may be sent")] = False


class Shelf(BaseModel):
    """A product on the demo shop's page."""

    title: str
    kind: str
    href: str
    image: str
    price: str | None


def widget_router(settings: Settings, catalog: Catalog) -> APIRouter:
    """The routes, bound to the shop."""
    router = APIRouter()
    shop = settings.shop_name[:1].upper() + settings.shop_name[1:]
    script = widget_script(shop, settings.max_message_chars, settings.customer_segments).encode()
    packed = gzip.compress(script, 9, mtime=0)
    tag = f'"{hashlib.sha256(script).hexdigest()[:20]}"'
    common = {
        "ETag": tag,
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding",
    }

    @router.api_route("/widget.js", methods=["GET", "HEAD"], include_in_schema=False)
    async def widget(  # pyright: ignore[reportUnusedFunction]
        if_none_match: Annotated[str, Header()] = "",
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        if tag in if_none_match:
            return Response(status_code=304, headers=common)
        if "gzip" in accept_encoding:
            headers = {**common, "Content-Encoding": "gzip"}
            return Response(packed, media_type="text/javascript", headers=headers)
        return Response(script, media_type="text/javascript", headers=common)

    @router.get(
        "/v1/widget",
        tags=["conversations"],
        responses=refusals(401, 403, 429),
        openapi_extra={"x-open": True},
    )
    def opened(  # pyright: ignore[reportUnusedFunction]
        api: ApiHere, _caller: Talker
    ) -> WidgetShop:
        """The shop's name, and wishes to begin with, each of which the shop can fulfil."""
        wishes = api.storefronts.now().wishes
        examples = [Example.model_validate(wish.to_json()) for wish in wishes]
        return WidgetShop(shop=shop, examples=examples, pictures=settings.reads_pictures)

    @router.get("/demo-shop", include_in_schema=False)
    def demo_shop(  # pyright: ignore[reportUnusedFunction]
        lang: Annotated[str | None, Query(max_length=10)] = None,
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        language = preferred_language(lang or accept_language)
        naming = Naming(catalog.facets(), language)
        shelves: dict[str, Shelf] = {}
        for product in islice(catalog.products(), LOOKED_AT):
            image = next((link for url in product.image_urls if (link := safe_link(url))), None)
            kind = naming.word(product.category[-1]) if product.category else ""
            if image is None or product.variant_group in shelves:
                continue
            price = product.current_price
            shelves[product.variant_group] = Shelf(
                title=naming.title(product),
                kind=kind,
                href=product_address(product.id),
                image=image,
                price=None if price is None else price_text(price, product.currency, language),
            )
        page = render(
            "demo_shop.html",
            language=language,
            t=words(language),
            shop=shop,
            shelves=_varied(list(shelves.values())),
        )
        return HTMLResponse(page, headers={"Vary": "Accept-Language"})

    return router


def _varied(shelves: list[Shelf]) -> list[Shelf]:
    """A page of products, of as many kinds as there are."""
    kinds: set[str] = set()
    firsts: list[Shelf] = []
    others: list[Shelf] = []
    for shelf in shelves:
        (others if shelf.kind in kinds else firsts).append(shelf)
        kinds.add(shelf.kind)
    return (firsts + others)[:SHOWN]
