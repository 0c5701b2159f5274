"""What a measurement under load stands on: a copy of the shop, on servers of its own."""

from __future__ import annotations

from visiting import RealSite

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.embeddings import open_embedder
from retrieval.vectors import open_vectors
from ui.load.measuring import copy_of_shop


def test_a_shop_is_copied_onto_servers_of_its_own(
    real_site: RealSite, postgres_server: str
) -> None:
    settings = real_site.settings
    ours = {
        product.id for product in Catalog(open_database(settings.resolved_database_url)).products()
    }
    with copy_of_shop(settings, stores=True) as there:
        assert there.data_dir != settings.data_dir
        engine = open_database(there.resolved_database_url)
        assert engine.dialect.name == "postgresql"
        assert {product.id for product in Catalog(engine).products()} == ours
        engine.dispose()
        assert there.chroma_url
        with open_vectors(there, open_embedder(there)) as store:
            assert store.hashes().keys() == ours
