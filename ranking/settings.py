"""Settings of the click model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from retrieval.settings import RetrievalSettings


class RankingSettings(RetrievalSettings):
    """How candidates are reranked."""

    rerank_candidates: Annotated[
        int, Field(ge=1, le=500, description="how many retrieved products are reranked")
    ] = 50
    rerank_candidates_busy: Annotated[
        int, Field(ge=1, le=500, description="how many while customers wait for their turn")
    ] = 25
    rerank_threads: Annotated[int, Field(ge=1, description="threads of ONNX Runtime")] = 2
    training_tracker: Annotated[
        str, Field(description="where learning curves go: tensorboard, mlflow, wandb, …, none")
    ] = "tensorboard"

    @property
    def models_dir(self) -> Path:
        """The registry's folder."""
        return self.data_dir / "models"
