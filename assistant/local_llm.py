"""SmolLM2-135M-Instruct as a LangChain chat model, streamed on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant.local_weights import NAME, TUNED, champion_folder, shipped_folder
from retrieval.errors import MissingWeightsError, SettingsError

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class LocalChatModel(BaseChatModel):
    """A small causal language model of transformers, decoded greedily.

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

        from ranking.precision import matrix_dtype

        logging.disable_progress_bar()
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)  # nosec B615
            model = AutoModelForCausalLM.from_pretrained(  # nosec B615
                folder, dtype=matrix_dtype(), local_files_only=True, use_safetensors=True
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


def open_local(model: str, models: Path) -> LocalChatModel:
    """The local model a setting names: 'smollm2', or a folder of safetensors.

    Raises:
        MissingWeightsError: where its weights are not on this machine.
        SettingsError: where the setting names neither.
    """
    if model == "smollm2":
        folder = champion_folder(models) or shipped_folder(models)
        return LocalChatModel.load(folder, f"{NAME}-{folder.name}")
    if not Path(model).is_dir():
        raise SettingsError(f"llm_model: '{model}' is neither 'smollm2' nor a folder with a model")
    return LocalChatModel.load(Path(model), Path(model).name)
