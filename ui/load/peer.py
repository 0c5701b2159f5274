"""The plain way to build such a chat: FastAPI, LangChain's Chroma, a CrossEncoder.

Run by `bench load` as `python -m ui.load.peer FOLDER PORT`; `fill` makes the folder. Its store
has the same vectors and texts, its cross-encoder the same base model, as their documentation
uses them. It understands nothing, remembers nothing, logs nothing and proves nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from retrieval.embeddings import Vectors
from retrieval.errors import ShopGuideError

COLLECTION = "peer"
CANDIDATES, SHOWN = 50, 5
_BATCH = 2000


class Message(BaseModel):
    """What a customer writes."""

    message: str


def fill(folder: Path, texts: Sequence[str], vectors: Vectors) -> None:
    """Store texts (n) and their vectors (n, d) as the peer finds them.

    Raises:
        ShopGuideError: where the peer is not installed (extra `dev`).
    """
    try:
        import langchain_chroma  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise ShopGuideError("the peer is not installed: pip install 'shopguide[dev]'") from error
    collection = _client(folder).create_collection(COLLECTION, embedding_function=None)
    for start in range(0, len(texts), _BATCH):
        part = slice(start, start + _BATCH)
        ids = [str(number) for number in range(start, start + len(texts[part]))]
        collection.add(ids=ids, embeddings=vectors[part], documents=list(texts[part]))


def main(folder: Path, port: int) -> None:
    """Serve until stopped."""
    import uvicorn
    from fastapi import FastAPI
    from langchain_chroma import Chroma
    from sentence_transformers import CrossEncoder

    from ranking.model import base_folder
    from retrieval.bench import SentenceTransformerEmbeddings

    store = Chroma(
        client=_client(folder),
        collection_name=COLLECTION,
        embedding_function=SentenceTransformerEmbeddings(),
    )
    ranker = CrossEncoder(
        str(base_folder("minilm")), num_labels=1, device="cpu", local_files_only=True
    )
    app = FastAPI()

    @app.post("/chat")
    def chat(asked: Message) -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        found = [each.page_content for each in store.similarity_search(asked.message, k=CANDIDATES)]
        scores = ranker.predict([(asked.message, text) for text in found], show_progress_bar=False)
        best = sorted(zip(scores, found, strict=True), key=lambda pair: -float(pair[0]))[:SHOWN]
        return {
            "text": f"Here are {len(best)} products for “{asked.message}”.",
            "products": [text for _, text in best],
        }

    uvicorn.run(app, port=port, log_config=None, access_log=False)


def _client(folder: Path):
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
