"""`/v1/search`, `/v1/products/{id}` and `/v1/catalog`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError

from ranking.rerank import RankedHit
from retrieval.catalog import UpsertCounts
from retrieval.errors import ShopGuideError
from retrieval.filter_expressions import FilterExpressionError, parse_filter_expressions
from retrieval.product import Product
from ui.api.access import Api, ApiHere, Cataloguer, Searcher
from ui.api.bodies import (
    CatalogReport,
    Change,
    Changes,
    Found,
    Products,
    Reject,
    Results,
    Retired,
)
from ui.api.documenting import refusals
from ui.api.errors import RefusedError
from ui.markup import product_address

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/v1")

PATIENCE_SECONDS = 8.0
"""So long a change waits until it is found; programs that call webhooks give up after ten."""


@router.get("/search", tags=["products"], responses=refusals(401, 403, 422, 429, 503))
async def search(
    api: ApiHere,
    _caller: Searcher,
    q: Annotated[str, Query(min_length=1, max_length=1000, examples=["waterproof jacket"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    filter: Annotated[
        list[Annotated[str, Field(pattern=r"^[^<>=!]+([<>!]=|[=<>]).+$", max_length=500)]] | None,
        Query(max_length=20, description="a hard condition, such as `price<=100`; repeatable"),
    ] = None,
) -> Results:
    """Search as the guide does: by words and meaning, then by the click model."""
    try:
        filters = parse_filter_expressions(filter or [])
    except FilterExpressionError as error:
        raise RefusedError(422, str(error)) from None
    ranked = await api.desk.run(lambda: api.guide.search(q, filters, limit))
    return results_of(api, ranked)


@router.get(
    "/products/{product_id:path}",
    tags=["products"],
    responses=refusals(401, 403, 404, 422, 429, 503),
)
def product(api: ApiHere, _caller: Searcher, product_id: str) -> Product:
    """The record of a product, with its reviews."""
    found = api.catalog.get([product_id]).get(product_id)
    if found is None:
        raise RefusedError(404, "The shop has no such product.")
    return found


@router.post("/catalog/upsert", tags=["catalogue"], responses=refusals(401, 403, 422, 429, 503))
def upsert(api: ApiHere, _caller: Cataloguer, body: Products) -> CatalogReport:
    """Store whole products by id; a wrong one is rejected by name, the others are kept."""
    started = time.perf_counter()
    good: list[Product] = []
    rejected: list[Reject] = []
    for index, record in enumerate(body.products):
        try:
            good.append(Product.model_validate(record))
        except ValidationError as error:
            rejected.append(Reject(index=index, id=_id_of(record), reason=_reason(error)))
    return _report(api, started, api.catalog.upsert(good), rejected)


@router.post("/catalog/changes", tags=["catalogue"], responses=refusals(401, 403, 422, 429, 503))
def change(api: ApiHere, _caller: Cataloguer, body: Changes) -> CatalogReport:
    """Change prices and stock of products that are there; what is not named stays."""
    started = time.perf_counter()
    known = api.catalog.get([each.id for each in body.changes])
    rejected: list[Reject] = []
    for index, each in enumerate(body.changes):
        if each.id not in known:
            rejected.append(
                Reject(index=index, id=each.id, reason="id: the shop has no such product")
            )
            continue
        known[each.id] = known[each.id].model_copy(update=_new(each))
    return _report(api, started, api.catalog.upsert(known.values()), rejected)


@router.post("/catalog/retire", tags=["catalogue"], responses=refusals(401, 403, 422, 429, 503))
def retire(api: ApiHere, _caller: Cataloguer, body: Retired) -> CatalogReport:
    """Take products out of the shop; ids that it does not have are passed over."""
    started = time.perf_counter()
    retired = api.catalog.retire(body.ids)
    return _report(api, started, UpsertCounts(), [], retired)


def results_of(api: Api, ranked: Sequence[RankedHit]) -> Results:
    """Search hits as they are told."""
    results: list[Found] = []
    for rank, each in enumerate(ranked, start=1):
        hit, product = each.hit, each.hit.product
        results.append(
            Found(
                rank=rank,
                product_id=product.id,
                title=product.title,
                price=product.current_price,
                currency=product.currency,
                availability=product.availability,
                url=_address(api, product),
                image_url=product.image_urls[0] if product.image_urls else None,
                score=hit.score,
                click_probability=each.click_probability,
                sources={"lexical": hit.lexical_rank, "dense": hit.dense_rank},
            )
        )
    return Results(results=results)


def _report(
    api: Api, started: float, counts: UpsertCounts, rejected: list[Reject], retired: int = 0
) -> CatalogReport:
    """Let the search take the change up, so that the next customer finds it."""
    revision = api.catalog.revision()
    work = threading.Thread(target=_take_up, args=[api], name="take-up", daemon=True)
    work.start()
    work.join(PATIENCE_SECONDS)
    return CatalogReport(
        added=counts.added,
        updated=counts.updated,
        unchanged=counts.unchanged,
        retired=retired,
        rejected=rejected,
        revision=revision,
        searchable=api.guide.revision() >= revision,
        seconds=round(time.perf_counter() - started, 3),
    )


def _take_up(api: Api) -> None:
    try:
        api.guide.take_up_catalog()
    except ShopGuideError as error:
        logger.warning("a change of the catalogue is stored but not searched yet: %s", error)


def _new(change: Change) -> dict[str, Any]:
    return {
        name: getattr(change, name)
        for name in change.model_fields_set - {"id"}
        if not (name == "availability" and change.availability is None)
    }


def _id_of(record: dict[str, Any]) -> str | None:
    return record["id"][:500] if isinstance(record.get("id"), str) else None


def _reason(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults
    )


def _address(api: Api, product: Product) -> str:
    return product.url or api.settings.public_address + product_address(product.id)
