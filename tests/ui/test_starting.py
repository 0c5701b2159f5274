"""What `shopguide bench start` reports."""

from __future__ import annotations

from ui.load.starting import Start, StartReport, summed_up


def test_starts_are_reported_by_their_medians_and_in_units_of_an_import() -> None:
    starts = [Start(6.0, 0.2, 5), Start(9.0, 0.4, 4), Start(5.0, 0.1, 5)]
    assert summed_up(starts, [3.5, 3.0, 2.5]) == StartReport(
        starts=3,
        page_seconds=6.0,
        reply_seconds=0.2,
        products=4,
        import_seconds=3.0,
        imports=2.0,
    )
