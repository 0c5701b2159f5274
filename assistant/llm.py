"""The language model behind the writer: local or an endpoint, opened without anyone waiting."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from assistant.settings import AssistantSettings
from retrieval.errors import SettingsError, ShopGuideError

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import BaseMessage

log = logging.getLogger(__name__)

ENDPOINT_CONCURRENCY = 8
ENDPOINT_RETRIES = 1
MAX_OUTPUT_TOKENS = 160
Form = TypeVar("Form", bound=BaseModel)
CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Finished:
    """The end of a stream, and what ended it."""

    error: Exception | None = None


class LanguageModel:
    """A chat model that may not be ready yet, with room for so many streams at once.

    Where there is no room, or the model is slow, hangs or fails, `stream` just ends: there is
    always a composer to go on.
    """

    def __init__(self, model: BaseChatModel | None, name: str | None, concurrency: int) -> None:
        self.name = name
        self.is_small = False
        self._model = model
        self._room = threading.BoundedSemaphore(concurrency)
        self._settings: AssistantSettings | None = None
        self._loading: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = threading.Event()
        self._running: set[threading.Thread] = set()

    @classmethod
    def open(cls, settings: AssistantSettings) -> LanguageModel:
        """The model of the settings; a local one is loaded by `load`, or when it is waited for.

        Raises:
            SettingsError: for an endpoint without its URL or key, or pictures without an endpoint.
        """
        if settings.reads_pictures and settings.writer != "endpoint":
            raise SettingsError("reads_pictures: needs writer = 'endpoint' and a model that sees")
        if settings.writer == "composer":
            return cls(None, None, 1)
        if settings.writer == "endpoint":
            return cls(_endpoint(settings), settings.llm_model, ENDPOINT_CONCURRENCY)
        # Two generations at once on one CPU would each be half as fast.
        opened = cls(None, settings.llm_model, 1)
        opened.is_small = True
        opened._settings = settings
        return opened

    def load(self) -> None:
        """Begin to load a local model in the background, if that has not begun."""
        with self._starting:
            if self._settings is None or self._loading is not None or self._closed.is_set():
                return
            self._loading = threading.Thread(
                target=self._load, args=(self._settings,), name="load-llm", daemon=True
            )
            self._loading.start()

    @property
    def is_tuned(self) -> bool:
        """Whether the model was fine-tuned for the writer's task."""
        return bool(getattr(self._model, "is_tuned", False))

    @property
    def ready(self) -> bool:
        """Whether there is a model to ask."""
        return self._model is not None

    def wait(self, seconds: float) -> bool:
        """Wait until the model is loaded, at most so long; whether it is."""
        self.load()
        if self._loading is not None:
            self._loading.join(seconds)
        return self.ready

    def close(self) -> None:
        """Stop what runs; an interpreter that ends under a computing thread dies noisily."""
        self._closed.set()
        for thread in (self._loading, *self._running):
            if thread is not None:
                thread.join(CLOSE_SECONDS)

    def stream(self, messages: Sequence[BaseMessage], deadline: float) -> Iterator[str]:
        """Pieces of text as they come, until done or `deadline` (`time.monotonic()`).

        The model runs in a thread of its own, because a hanging endpoint cannot be interrupted;
        that thread keeps its room until it ends.
        """
        model = self._model
        if model is None or self._closed.is_set() or not self._room.acquire(blocking=False):
            return
        pieces: queue.SimpleQueue[str | _Finished] = queue.SimpleQueue()
        stop = threading.Event()

        def run() -> None:
            error: Exception | None = None
            try:
                stream = model.stream(list(messages), max_tokens=MAX_OUTPUT_TOKENS)
                for chunk in stream:
                    if stop.is_set() or self._closed.is_set() or time.monotonic() > deadline:
                        break
                    pieces.put(chunk.text)
            except Exception as problem:  # whatever a provider throws, the composer goes on
                error = problem
            finally:
                self._room.release()
                self._running.discard(threading.current_thread())
                pieces.put(_Finished(error))

        self._start(run)
        try:
            while (remaining := deadline - time.monotonic()) > 0:
                try:
                    piece = pieces.get(timeout=remaining)
                except queue.Empty:
                    return
                if isinstance(piece, _Finished):
                    _complain(piece.error)
                    return
                yield piece
        finally:
            stop.set()

    def fill(
        self, form: type[Form], messages: Sequence[BaseMessage], deadline: float
    ) -> Form | None:
        """A form as the model fills it; None where it fails, is late, or answers something else.

        Small local models are not asked: what they fill in is no better than chance.
        """
        model = self._model
        if model is None or self.is_small or self._closed.is_set():
            return None
        if not self._room.acquire(blocking=False):
            return None
        answers: queue.SimpleQueue[object] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put(model.with_structured_output(form).invoke(list(messages)))
            except Exception as problem:  # whatever a provider throws, the rules go on
                answers.put(_Finished(problem))
            finally:
                self._room.release()
                self._running.discard(threading.current_thread())

        self._start(run)
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if isinstance(answer, _Finished):
            _complain(answer.error)
        return answer if isinstance(answer, form) else None

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name="llm", daemon=True)
        self._running.add(thread)
        thread.start()

    def _load(self, settings: AssistantSettings) -> None:
        try:
            from assistant.local_llm import open_local

            model = open_local(settings.llm_model, settings.models_dir)
            model.invoke("Hello.")  # the first pass is far slower than all others
            self.name = model.name_
            self._model = model
        except ShopGuideError as error:
            log.error("no local language model, the composer writes alone: %s", error)
        except Exception:
            log.exception("the local language model could not be loaded; the composer writes alone")


def _complain(error: Exception | None) -> None:
    if error is not None:
        # Only the type: a provider's message may repeat what was sent to it.
        log.warning("the language model failed: %s", type(error).__name__)


def _endpoint(settings: AssistantSettings) -> BaseChatModel:
    from langchain_openai import ChatOpenAI

    if settings.llm_base_url is None:
        raise SettingsError("llm_base_url: writer = 'endpoint' needs the URL of the endpoint")
    if settings.llm_model == "smollm2":
        raise SettingsError("llm_model: writer = 'endpoint' needs the name of its model")
    if settings.llm_api_key is None:
        raise SettingsError(
            "llm_api_key: writer = 'endpoint' needs a key (any word where the endpoint asks none)"
        )
    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        temperature=0.3,
        timeout=settings.llm_deadline_seconds,
        max_retries=ENDPOINT_RETRIES,
        use_responses_api=False,
        stream_usage=False,
    )
