"""What a fine-tuned model has to beat: columns of a few numbers for each query's candidates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.features import FEATURES
from ranking.groups import Group
from ranking.words import query_stems, stems

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

# By a group's key: one row for each candidate.
Columns = Mapping[tuple[str, str], NDArray[np.float64]]


def cosine(groups: Sequence[Group]) -> Columns:
    """The untrained encoder's cosine of query and product text."""
    at = list(FEATURES).index("cosine")
    return {one.key: one.features[:, at : at + 1].astype(np.float64) for one in groups}


def nine_numbers(groups: Sequence[Group], embedder: Embedder) -> Columns:
    """Cosine with title and text, shares of query words, all words, last word, lengths."""
    titles = list(dict.fromkeys(one.title for group in groups for one in group.candidates))
    row = {title: place for place, title in enumerate(titles)}
    vectors = embedder.embed_array(titles)
    queries = embedder.embed_array([one.query for one in groups])
    columns: dict[tuple[str, str], NDArray[np.float64]] = {}
    for group, query, text in zip(groups, queries, cosine(groups).values(), strict=True):
        title = vectors[[row[one.title] for one in group.candidates]] @ query
        words = [_word_numbers(group.query, one) for one in group.candidates]
        columns[group.key] = np.column_stack([title, text, np.array(words)])
    return columns


def _word_numbers(query: str, candidate: Candidate) -> list[float]:
    wanted, title = query_stems(query), stems(candidate.title)
    details = stems(candidate.details)
    words = frozenset(wanted)
    return [
        len(words & frozenset(title)) / max(1, len(words)),
        len(words & frozenset(details)) / max(1, len(words)),
        float(words <= frozenset(title)),
        float(wanted[-1:] == title[-1:]),
        math.log1p(len(wanted)),
        math.log1p(len(title)),
        math.log1p(len(details)),
    ]


def shipped(groups: Sequence[Group]) -> Columns:
    """Logits of the model that comes with the project, taught by simulated customers alone.

    Raises:
        MissingWeightsError: where the shipped files are missing or damaged.
    """
    from safetensors.torch import load_file

    from ranking.fusion import read_fusion
    from ranking.model import PairEncoder, base_folder, load_tower, load_trained, merged
    from ranking.optimisation import text_logits
    from ranking.serving import FUSION
    from ranking.shipped import SHIPPED, TRAINED, read_shipped

    manifest = read_shipped()
    tower = load_tower(manifest.base, manifest.method)
    load_trained(tower, load_file(SHIPPED / TRAINED))
    encode = PairEncoder(base_folder(manifest.base) / "tokenizer.json")
    pairs = [(one.query, product.text) for one in groups for product in one.candidates]
    text = text_logits(merged(tower), encode, pairs)
    fusion = read_fusion(SHIPPED / FUSION)
    ends = np.cumsum([len(one.clicked) for one in groups])[:-1]
    return {
        one.key: fusion.logits(one.features, logits)[:, None]
        for one, logits in zip(groups, np.split(text, ends), strict=True)
    }
