"""`shopguide setup` and `shopguide serve`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.output import messages, progress_bar
from ui.settings import Settings, load_settings


def setup(
    catalog: Annotated[
        Path | None, typer.Option(help="a shop's own catalogue instead of the demo shop")
    ] = None,
    field_map: Annotated[
        Path | None, typer.Option("--map", help="TOML field map of that catalogue")
    ] = None,
    then_serve: Annotated[bool, typer.Option("--serve", help="and serve it")] = False,
) -> None:
    """Make the data directory ready to serve: the demo shop, or a catalogue of one's own.

    A directory that already holds products is left as it is, unless --catalog names a file:
    that file is then the whole catalogue.
    """
    settings = load_settings()
    # Every later start comes by here, and need not open the whole shop twice.
    if catalog is not None or not _has_products(settings):
        _fill(settings, catalog, field_map)
    if then_serve:
        _serve(load_settings())  # the shop may have got its name just now


def _has_products(settings: Settings) -> bool:
    from retrieval.catalog import Catalog
    from retrieval.database import open_database

    engine = open_database(settings.resolved_database_url)
    try:
        return Catalog(engine).count() > 0
    finally:
        engine.dispose()


def _fill(settings: Settings, catalog: Path | None, field_map: Path | None) -> None:
    from retrieval.shop import exchange_shop, load_demo_shop, open_shop

    with open_shop(settings) as shop, progress_bar() as advance:
        if catalog is not None:
            report = exchange_shop(shop, catalog, field_map=field_map, progress=advance)
            messages.print(
                f"{catalog}: {report.read} rows read, {report.rejected} rejected, "
                f"{shop.catalog.count()} products in {settings.data_dir}"
            )
            if report.rejects_file:
                messages.print(f"rejected rows and their reasons: {report.rejects_file}")
        else:
            messages.print(f"building the demo shop in {settings.data_dir} …")
            load_demo_shop(shop, progress=advance)


def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Serve the web chat at /, the staff console at /staff, and the HTTP API under /v1."""
    given = {"host": host, "port": port}
    _serve(load_settings(**{name: value for name, value in given.items() if value is not None}))


def _serve(settings: Settings) -> None:
    # Modules and indexes are loaded to stay: looking for garbage among them takes a tenth of a
    # start. The server looks again once it has started.
    gc.disable()
    try:
        from ui.server import serve as run

        run(settings)
    finally:
        gc.enable()
