"""Late interaction and feedback: a query compared with products word by word, then again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.feedback import refine
from retrieval.fusion import LATE_WEIGHT, rescore
from retrieval.late import TOKEN_DIMENSIONS, Tokens, late_scores, pack_tokens
from retrieval.token_store import TokenStore


def unit_tokens(*axes: int) -> Tokens:
    """Token vectors along axes of the space."""
    return pack_tokens(np.eye(TOKEN_DIMENSIONS, dtype=np.float32)[list(axes)])


def test_each_query_token_counts_by_its_closest_document_token() -> None:
    query = unit_tokens(0, 1)
    both, one, none = unit_tokens(5, 1, 0), unit_tokens(0, 7), unit_tokens(8)
    assert late_scores(query, [both, one, none]).mean.tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_the_word_that_is_met_worst_is_told() -> None:
    cls, sep, red, tent = 0, 1, 2, 3
    query = unit_tokens(cls, red, tent, sep)
    scores = late_scores(query, [unit_tokens(cls, red, tent, sep), unit_tokens(cls, tent, sep)])
    assert scores.least.tolist() == pytest.approx([1.0, 0.0])


def test_no_document_has_no_score() -> None:
    assert late_scores(unit_tokens(0), []).mean.shape == (0,)


def test_eight_bits_keep_the_similarities() -> None:
    dice = np.random.default_rng(0)
    vectors = dice.normal(size=(20, TOKEN_DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query, document = vectors[:5], vectors[5:]
    exact = (query @ document.T).max(axis=1).mean()
    scores = late_scores(pack_tokens(query), [pack_tokens(document)])
    assert scores.mean[0] == pytest.approx(exact, abs=0.01)


def test_token_vectors_are_given_back_by_hash(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.db")
    store.add(["a", "b"], [unit_tokens(0, 1), unit_tokens(2)])
    assert store.missing(["a", "b", "c"]) == {"c"}
    found = store.get(["b", "a", "c"])
    assert sorted(found) == ["a", "b"]
    assert np.array_equal(found["a"], unit_tokens(0, 1))
    store.keep_only(["b"])
    assert store.missing(["a", "b"]) == {"a"}
    store.close()
    assert TokenStore(tmp_path / "tokens.db").missing(["b"]) == set()


def test_a_damaged_token_file_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens.db"
    file.write_bytes(b"no database at all" * 300)
    assert TokenStore(file).missing(["a"]) == {"a"}
    assert "is damaged" in caplog.text


def test_rescoring_orders_the_best_and_leaves_the_rest_behind_them() -> None:
    scores = np.array([3.0, 2.9, 2.0, 1.0], np.float32)
    order, falling = rescore(scores, np.array([0.1, 0.9], np.float32))
    assert order.tolist() == [1, 0, 2, 3]
    assert falling[0] == pytest.approx(2.9 + LATE_WEIGHT * 0.9)
    assert np.all(np.diff(falling) <= 0)
    assert falling[2] - falling[3] == pytest.approx(1.0)  # distances behind are kept


def test_feedback_moves_the_query_towards_what_was_found() -> None:
    query = np.array([1.0, 0.0], np.float32)
    moved = refine(query, np.array([[0.0, 1.0], [0.0, 1.0]], np.float32))
    assert moved[1] > 0 and np.linalg.norm(moved) == pytest.approx(1.0)
    assert np.array_equal(refine(query, np.zeros((0, 2), np.float32)), query)
