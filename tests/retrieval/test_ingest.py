"""Ingest: what goes in, what is rejected, and that nothing breaks it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from retrieval.catalog import Catalog
from retrieval.database import held_lock, open_database
from retrieval.errors import CatalogError, ShopGuideError
from retrieval.ingest import IngestReport, NothingReadError, Progress, ingest
from retrieval.product import Product

Ingest = Callable[..., IngestReport]


@pytest.fixture
def shop(tmp_path: Path) -> Catalog:
    return Catalog(open_database(f"sqlite:///{tmp_path / 'shop.db'}"))


@pytest.fixture
def run(shop: Catalog, tmp_path: Path) -> Ingest:
    """Ingest into `shop` with an index that does nothing."""

    def run(*files: Path, **options: object) -> IngestReport:
        settings: dict[str, object] = {
            "catalog": shop,
            "index": no_index,
            "rejects_dir": tmp_path / "rejects",
        }
        return ingest(files, **{**settings, **options})  # type: ignore[arg-type]

    return run


def no_index(progress: Progress) -> None:
    progress("indexing", 0, 0)


def write(path: Path, products: Sequence[dict[str, object] | str]) -> Path:
    lines = [p if isinstance(p, str) else json.dumps(p) for p in products]
    path.write_text("\n".join(lines) + "\n")
    return path


def hat(id: object, **changes: object) -> dict[str, object]:
    return {"id": str(id), "title": f"Hat {id}", "price": "9.50", "currency": "EUR", **changes}


def without_time(report: IngestReport) -> tuple[int, ...]:
    return (
        *(report.read, report.added, report.updated, report.unchanged),
        *(report.retired, report.rejected),
    )


def test_a_second_run_finds_everything_unchanged(run: Ingest, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [hat(n) for n in range(3)])
    assert without_time(run(file)) == (3, 3, 0, 0, 0, 0)
    report = run(file)
    assert without_time(report) == (3, 0, 0, 3, 0, 0)
    assert report.rejects_file is None
    assert not (tmp_path / "rejects").exists()


def test_only_changed_products_are_updated(run: Ingest, tmp_path: Path) -> None:
    run(write(tmp_path / "a.jsonl", [hat(n) for n in range(3)]))
    report = run(write(tmp_path / "b.jsonl", [hat(0), hat(1, price="8.00"), hat(9)]))
    assert without_time(report) == (3, 1, 1, 1, 0, 0)


def test_bad_rows_are_named_and_the_good_kept(run: Ingest, shop: Catalog, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [hat(0), '{"id": ', hat(2, price="NaN"), hat(3)])
    report = run(file)
    assert without_time(report) == (4, 2, 0, 0, 0, 2)
    assert report.rejects_file is not None
    rejects = [json.loads(line) for line in Path(report.rejects_file).read_text().splitlines()]
    assert [(r["file"], r["line"]) for r in rejects] == [(str(file), 2), (str(file), 3)]
    assert rejects[0]["raw"] == '{"id":'
    assert rejects[1]["reason"] == "price: NaN is not a finite amount"
    assert shop.count() == 2


def test_the_first_of_two_rows_with_one_id_is_taken(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    one = write(tmp_path / "a.jsonl", [hat(1), hat(1, title="Other")])
    two = write(tmp_path / "b.jsonl", [hat(1, title="Third"), hat(2)])
    for counts in ((4, 2, 0, 0, 0, 2), (4, 0, 0, 2, 0, 2)):
        report = run(one, two)
        assert without_time(report) == counts
    assert report.rejects_file is not None
    assert f"id: '1' stands in {one}, line 1 already" in Path(report.rejects_file).read_text()
    assert shop.get(["1"])["1"].title == "Hat 1"


def test_sync_retires_what_the_files_no_longer_have(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    run(write(tmp_path / "a.jsonl", [hat(n) for n in range(4)]))
    report = run(
        write(tmp_path / "b.jsonl", [hat(0)]), write(tmp_path / "c.jsonl", [hat(1)]), sync=True
    )
    assert without_time(report) == (2, 0, 0, 2, 2, 0)
    assert shop.count() == 2


def test_sync_leaves_a_product_whose_row_is_there_but_wrong(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    run(write(tmp_path / "a.jsonl", [hat(0), hat(1), hat(2)]))
    run(write(tmp_path / "a.jsonl", [hat(0), hat(1, price="?")]), sync=True)
    assert set(shop.get(["0", "1", "2"])) == {"0", "1"}


def test_sync_never_empties_the_shop(run: Ingest, shop: Catalog, tmp_path: Path) -> None:
    run(write(tmp_path / "a.jsonl", [hat(n) for n in range(3)]))
    for content in ('{"id": "1"}\n', "id,title\n", ""):
        (tmp_path / "b.csv").write_text(content)
        with pytest.raises(CatalogError):
            run(tmp_path / "b.csv", sync=True)
        assert shop.count() == 3


def test_sync_retires_nothing_when_a_file_breaks_off(
    run: Ingest, shop: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(write(tmp_path / "a.jsonl", [hat(n) for n in range(3)]))
    feed = tmp_path / "b.xml"
    feed.write_text("<rss><channel><item><id>7</id><title>Hat</title></item><item><id>8</i")
    report = run(feed, sync=True)
    assert without_time(report) == (2, 1, 0, 0, 0, 1)
    assert shop.count() == 4
    assert "nothing was retired" in caplog.text


def test_nothing_read_is_an_error_that_tells_where_to_look(run: Ingest, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", ['{"id": "1"}', "{}"])
    with pytest.raises(NothingReadError, match="none of 2 rows is a product") as caught:
        run(file)
    report = caught.value.report
    assert without_time(report) == (2, 0, 0, 0, 0, 2)
    assert report.rejects_file is not None
    assert report.rejects_file in str(caught.value)
    assert len(Path(report.rejects_file).read_text().splitlines()) == 2


def test_a_file_that_cannot_be_read_leaves_the_lock_free(run: Ingest, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.csv"):
        run(tmp_path / "none.csv")
    run(write(tmp_path / "a.jsonl", [hat(1)]))


def test_of_several_files_one_that_cannot_be_read_is_named(
    run: Ingest, shop: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(write(tmp_path / "old.jsonl", [hat(0)]))
    (tmp_path / "empty.csv").write_text("")
    report = run(tmp_path / "empty.csv", write(tmp_path / "b.jsonl", [hat(1)]), sync=True)
    assert without_time(report) == (2, 1, 0, 0, 0, 1)
    assert "empty.csv: is empty" in Path(report.rejects_file or "").read_text()
    assert "empty.csv not read to the end: nothing was retired" in caplog.text
    assert shop.count() == 2


def test_a_missing_file_is_told_before_anything_is_read(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(CatalogError, match=r"none\.csv: no such file"):
        run(write(tmp_path / "a.jsonl", [hat(1)]), tmp_path / "none.csv")
    assert shop.count() == 0


def test_a_second_ingest_at_the_same_time_is_sent_away(catalog: Catalog, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [hat(1)])
    with (
        held_lock(open_database(catalog.engine.url.render_as_string(False)), "ingest", ""),
        pytest.raises(ShopGuideError, match="another ingest is running on this shop"),
    ):
        ingest([file], catalog=catalog, index=no_index, rejects_dir=tmp_path)
    assert catalog.count() == 0
    report = ingest([file], catalog=catalog, index=no_index, rejects_dir=tmp_path)
    assert report.added == 1


def test_the_index_is_refreshed_once_after_everything_is_stored(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    seen: list[int] = []
    file = write(tmp_path / "a.jsonl", [hat(n) for n in range(1200)])
    run(file, index=lambda progress: seen.append(shop.count()))
    run(file, index=lambda progress: seen.append(shop.count()))
    assert seen == [1200, 1200]


def test_progress_is_told_while_reading(run: Ingest, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    file = write(tmp_path / "a.jsonl", [hat(n) for n in range(1200)])
    run(file, progress=lambda *step: told.append(step))
    assert told == [("reading", 500, None), ("reading", 1000, None), ("reading", 1200, None),
                    ("indexing", 0, 0)]  # fmt: skip


def test_only_the_newest_rejects_files_are_kept(run: Ingest, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [hat(1), "{"])
    reports = [run(file) for _ in range(25)]
    left = sorted(path.name for path in (tmp_path / "rejects").iterdir())
    assert len(left) == 20
    assert Path(reports[-1].rejects_file or "").name == left[-1]


def test_a_field_map_by_its_file(run: Ingest, shop: Catalog, tmp_path: Path) -> None:
    (tmp_path / "fields.toml").write_text('[fields]\nid = "n"\ntitle = "n"\n')
    (tmp_path / "a.csv").write_text("n\nHat\n")
    run(tmp_path / "a.csv", field_map=tmp_path / "fields.toml")
    assert shop.get(["Hat"])["Hat"].title == "Hat"


KILLS = 4
INGEST = """
import sys
from pathlib import Path
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.ingest import ingest

url, file, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
catalog = Catalog(open_database(url))

def index(progress):
    # Stands for the search index: derived from the catalogue, by difference, in steps.
    derived = folder / "index"
    derived.mkdir(exist_ok=True)
    wanted = {product.id: product.title for product in catalog.products()}
    for left_over in {path.name for path in derived.iterdir()} - set(wanted):
        (derived / left_over).unlink()
    for id, title in wanted.items():
        entry = derived / id
        if not entry.exists() or entry.read_text() != title:
            entry.write_text(title)

print("started", flush=True)
ingest([file], catalog=catalog, index=index, sync=True, rejects_dir=folder / "rejects")
"""


def test_killed_at_any_moment_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    """kill -9 at random moments of reading, storing and indexing, then one whole run."""
    old = write(tmp_path / "old.jsonl", [hat(n) for n in range(800)])
    new = write(
        tmp_path / "new.jsonl",
        [hat(n, title=f"New hat {n}", reviews=[{"text": "Warm"}]) for n in range(300, 2000)]
        + ["{broken"],
    )

    def start(folder: Path, file: Path) -> subprocess.Popen[str]:
        folder.mkdir(exist_ok=True)
        url = f"sqlite:///{folder / 'shop.db'}"
        return subprocess.Popen(
            [sys.executable, "-c", INGEST, url, str(file), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def state(folder: Path) -> object:
        catalog = Catalog(open_database(f"sqlite:///{folder / 'shop.db'}"))
        products = sorted(catalog.products(), key=lambda product: product.id)
        index = {path.name: path.read_text() for path in (folder / "index").iterdir()}
        rejects = [path for path in (folder / "rejects").iterdir() if path.suffix == ".partial"]
        return products, index, catalog.facets(), rejects

    whole = tmp_path / "whole"
    assert start(whole, old).wait() == 0
    process = start(whole, new)
    assert process.stdout is not None
    process.stdout.readline()
    started = time.monotonic()
    assert process.wait() == 0
    lasts = time.monotonic() - started

    broken = tmp_path / "broken"
    assert start(broken, old).wait() == 0
    moments = random.Random(7)
    kills = 0
    for _ in range(KILLS):
        process = start(broken, new)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0, lasts))
        process.kill()
        kills += process.wait() == -9
    assert kills > 0
    assert start(broken, new).wait() == 0
    assert state(broken) == state(whole)


def real(run: Ingest, shop: Catalog, *files: Path, field_map: Path | None = None):
    """(report, reasons by line, products by id) of a real catalogue."""
    report = run(*files, field_map=field_map)
    reasons: dict[int, str] = {}
    if report.rejects_file:
        lines = Path(report.rejects_file).read_text().splitlines()
        reasons = {entry["line"]: entry["reason"] for entry in map(json.loads, lines)}
    return report, reasons, {product.id: product for product in shop.products()}


def test_real_boutique(run: Ingest, shop: Catalog, shared_data: Path) -> None:
    folder = shared_data / "boutique"
    report, reasons, products = real(
        run, shop, folder / "products.csv", field_map=folder / "fields.toml"
    )
    assert without_time(report) == (218, 217, 0, 0, 0, 1)
    assert reasons[52].startswith("id: 'Kaleidoscope Crossbody Bag' stands in")
    assert products["Isis Bracelet"].category == ("jewelry", "bracelet")


def test_real_amazon(run: Ingest, shop: Catalog, shared_data: Path) -> None:
    folder = shared_data / "amazon1000"
    report, reasons, products = real(
        run, shop, folder / "products.csv", field_map=folder / "fields.toml"
    )
    assert without_time(report) == (1000, 994, 0, 0, 0, 6)
    assert sorted(reasons) == [138, 227, 288, 292, 318, 838]
    assert reasons[227] == "price: 'Total price:' has no amount"
    assert "more than one amount" in reasons[138]
    ranges = [product for product in products.values() if product.price_upper is not None]
    assert len(ranges) == 15
    assert all(p.price is not None and p.price < (p.price_upper or 0) for p in ranges)


def test_real_luma(run: Ingest, shop: Catalog, shared_data: Path) -> None:
    folder = shared_data / "luma"
    files = [
        folder / "configurablesampledata-products.csv",
        *sorted(folder.glob("*simpleproduct-products*.csv")),
        folder / "downloadablesampledata-products_training_video_download.csv",
    ]
    report, _, products = real(run, shop, *files)
    assert without_time(report) == (2044, 2044, 0, 0, 0, 0)
    assert len({product.variant_group for product in products.values()}) == 197
    variant = products["MH01-XL-Orange"]
    assert variant.group_id == "MH01"
    assert variant.attributes["size"] == "XL"
    assert variant.attributes["material"] == "Wool"
    assert variant.category == ("Men", "Tops", "Hoodies & Sweatshirts")
    assert variant.description.splitlines()[1:] == [
        "Two-tone gray heather hoodie.", "Drawstring-adjustable hood.", "Machine wash/dry.",
    ]  # fmt: skip
    assert products["24-MB01"].category == ("Gear", "Bags")


@pytest.mark.parametrize(
    "name", ["catalogsampledata-links-upsell", "reviewsampledata-products_reviews"]
)
def test_real_files_that_hold_no_products(run: Ingest, shared_data: Path, name: str) -> None:
    with pytest.raises(CatalogError, match="no column 'id'; the columns are sku"):
        run(shared_data / "luma" / f"{name}.csv")


def test_real_icecat(run: Ingest, shop: Catalog, shared_data: Path, tmp_path: Path) -> None:
    import gzip
    import itertools

    folder = shared_data / "icecat"
    with gzip.open(folder / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        sample = tmp_path / "sample.jsonl"
        sample.write_text("".join(itertools.islice(lines, 0, None, 10)), encoding="utf-8")
    report, _, products = real(run, shop, sample, field_map=folder / "fields.toml")
    assert without_time(report) == (1941, 1941, 0, 0, 0, 0)
    toner = products["3920564"]
    assert str(toner.price) == "49.95"
    assert toner.brand == "Xerox"
    assert toner.attributes["black_toner_page_yield"] == 23000
    assert len(shop.facets().attributes) > 1000


YANXUAN = """
[fields]
id = "id"
title = "title"
description = ["description", "detail_text"]
category = "category"
brand = "brand"
price = "list_price"
sale_price = "price"
currency = "currency"
availability = "in_stock"
attributes = "attributes"
image_urls = "image_urls"
language = "language"
"""
NEWBEE = """
[fields]
id = "id"
title = "title"
description = "description"
category = "category"
price = "list_price"
sale_price = "price"
currency = "currency"
availability = "on_sale"
image_urls = "image"
language = "language"
"""


def test_real_chinese_catalogues(
    run: Ingest, shop: Catalog, shared_data: Path, tmp_path: Path
) -> None:
    for name, field_map, count in (("yanxuan-zh", YANXUAN, 239), ("newbee-zh", NEWBEE, 575)):
        (tmp_path / "fields.toml").write_text(field_map)
        report, _, products = real(
            run, shop, shared_data / name / "products.jsonl", field_map=tmp_path / "fields.toml"
        )
        assert without_time(report) == (count, count, 0, 0, 0, 0)
    quilt = products["1006013"]
    assert quilt.attributes["面料"] == "100%棉"
    assert (str(quilt.price), str(quilt.sale_price)) == ("719.00", "699.00")


def test_products_come_back_from_sql_as_the_source_gave_them(
    run: Ingest, shop: Catalog, tmp_path: Path
) -> None:
    given = [hat(n, reviews=[{"text": "Warm", "rating": 4}] * (n % 3)) for n in range(40)]
    run(write(tmp_path / "a.jsonl", given))
    expected = {product["id"]: Product.model_validate(product) for product in given}
    assert shop.get(expected) == expected
