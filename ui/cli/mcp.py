"""`shopguide mcp`: the guide's tools over stdin and stdout."""

from __future__ import annotations

from contextlib import closing

from ui.settings import load_settings


def mcp() -> None:
    """Offer the guide's tools to a program that speaks the Model Context Protocol on stdio."""
    from assistant.turn import Guide
    from retrieval.catalog import Catalog
    from retrieval.database import open_database
    from ui.api.access import Api
    from ui.mcp.tools import mcp_server

    settings = load_settings()
    engine = open_database(settings.resolved_database_url)
    with closing(Guide.open(settings)) as guide:
        api = Api(settings, engine, guide, Catalog(engine))
        mcp_server(api).run("stdio")
        api.desk.close()
