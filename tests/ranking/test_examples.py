import gzip
import json
from pathlib import Path

import pytest

from ranking.examples import (
    ExampleError,
    fingerprint,
    group_by_query,
    read_examples,
    split_by_query,
)


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_clicked_is_the_label_or_the_top_grade_of_the_file(tmp_path: Path) -> None:
    clicks = write(
        tmp_path / "clicks.jsonl",
        {"query": "lamp", "title": "Desk lamp", "label": 1},
        {"query": "lamp", "title": "Lamp shade", "label": 0, "features": {"rating": 4.5}},
    )
    grades = write(
        tmp_path / "grades.jsonl",
        {"query": "lamp", "title": "Desk lamp", "grade": 4, "description": None},
        {"query": "lamp", "title": "Lamp shade", "grade": 1},
        {"query": "lamp", "title": "Lamp oil", "grade": 2.5},
    )
    examples = read_examples([clicks, grades])
    assert [one.clicked for one in examples] == [True, False, True, False, False]
    assert [one.gain for one in examples] == [1, 0, 3, 0, 1.5]
    assert examples[1].numbers == {"rating": 4.5}


def test_compressed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"query":"a","title":"b","label":1}\n\n'))
    assert len(read_examples([path])) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ('{"query":"a","label":1}', "field title"),
        ('{"query":"","title":"b","label":1}', "field query"),
        ('{"query":"a","title":"b"}', "field label"),
        ('{"query":"a","title":"b","label":2}', "field label"),
        ('{"query":"a","title":"b","label":1,"features":{"x":"y"}}', "field features.x"),
    ],
)
def test_a_bad_line_is_named_with_file_line_and_field(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"query":"a","title":"b","label":1}\n' + line + "\n", "utf-8")
    with pytest.raises(ExampleError) as caught:
        read_examples([path])
    assert str(path) in str(caught.value)
    assert "line 2" in str(caught.value)
    assert told in str(caught.value)


def test_a_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"gone\.jsonl"):
        read_examples([tmp_path / "gone.jsonl"])
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(ExampleError, match="holds no examples"):
        read_examples([tmp_path / "empty.jsonl"])


def test_no_query_is_on_two_sides_of_a_split(examples_file: Path) -> None:
    examples = read_examples([examples_file])
    split = split_by_query(examples, seed=3)
    sides = [{one.query for one in part} for part in (split.train, split.validation, split.test)]
    assert all(sides)
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert sum(map(len, (split.train, split.validation, split.test))) == len(examples)
    assert split_by_query(examples, seed=3) == split
    assert split_by_query(examples, seed=4) != split


def test_the_fingerprint_changes_with_the_examples(examples_file: Path) -> None:
    examples = read_examples([examples_file])
    assert fingerprint(examples) == fingerprint(list(examples))
    assert fingerprint(examples) != fingerprint(examples[:-1])


def test_of_too_many_queries_a_fixed_sample_is_kept_whole(tmp_path: Path) -> None:
    lines = [
        {"query": f"q{number}", "title": f"t{place}", "grade": 1 + (number + place) % 3}
        for number in range(50)
        for place in range(3)
    ]
    first = write(tmp_path / "first.jsonl", *lines[:75])
    second = write(tmp_path / "second.jsonl", *lines[75:])
    drawn = read_examples([first, second], most_queries=10)
    queries = {one.query for one in drawn}
    assert len(queries) == 10
    assert len(drawn) == 30
    assert drawn == read_examples([first, second], most_queries=10)
    assert {one.query for one in read_examples([second, first], most_queries=10)} == queries
    assert {one.query for one in read_examples([first, second], most_queries=5)} < queries
    assert len(read_examples([first, second], most_queries=1000)) == 150


def test_the_same_query_in_two_shops_is_two_lists(tmp_path: Path) -> None:
    file = write(
        tmp_path / "shops.jsonl",
        {"query": "lamp", "title": "a", "label": 1, "shop": "north", "segment": "business"},
        {"query": "lamp", "title": "b", "label": 0, "shop": "south", "history": ["a", "c"]},
        {"query": "lamp", "title": "c", "label": 0, "shop": "north", "rating": 4},
    )
    examples = read_examples([file])
    groups = group_by_query(examples)
    assert [[one.title for one in members] for _, members in groups] == [["a", "c"], ["b"]]
    assert examples[0].segment == "business"
    assert examples[1].history == ("a", "c")
    assert [one.rating for one in examples] == [None, None, 4]
