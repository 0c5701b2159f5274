"""`shopguide explain`: why a product stands where it does for a query."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from retrieval.errors import ShopGuideError
from ui.cli.output import print_fields, print_json
from ui.settings import load_settings


def explain(
    query: Annotated[str, typer.Argument(help="what is looked for")],
    product_id: Annotated[str, typer.Argument(help="the product that is to be explained")],
    model: Annotated[str, typer.Option(help="a registered version, or the champion")] = "champion",
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON on stdout, nothing else")
    ] = False,
) -> None:
    """Say which words and which numbers moved a product's click probability.

    Each word of the product is left out, and each kind of number set to that of the middle
    candidate; told is by how much the click logit falls. What is positive spoke for it.
    """
    from ranking.candidates import hit_candidates
    from ranking.evaluate import open_model
    from ranking.explain import explain as explained
    from ranking.registry import Registry
    from retrieval.filters import Filters
    from retrieval.shop import open_shop

    settings = load_settings()
    with open_shop(settings) as shop:
        served = open_model(Registry(settings.models_dir), model, settings.rerank_threads)
        hits = list(shop.search.search(query, limit=settings.rerank_candidates))
        places = [place for place, hit in enumerate(hits) if hit.product.id == product_id]
        if not places:
            alone = shop.search.search(query, Filters(product_ids=(product_id,)), 1)
            if not alone:
                raise ShopGuideError(f"there is no product {product_id!r} to be found")
            places, hits = [len(hits)], [*hits, *alone]
        found = explained(served, query, hit_candidates(query, hits), places[0])
    if as_json:
        print_json({"product_id": product_id, **dataclasses.asdict(found)})
        return
    moved = sorted(found.numbers.items(), key=lambda one: -abs(one[1]))
    print_fields(
        found.title,
        {
            "model": found.model,
            "click probability": found.click_probability,
            "among candidates": found.candidates,
            "numbers": [{"number": name, "moved": by} for name, by in moved if abs(by) >= 1e-4],
            "words": [
                {"word": one.word, "in": one.field, "moved": one.logit}
                for one in found.words
                if abs(one.logit) >= 1e-4
            ],
        },
    )
