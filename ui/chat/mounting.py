"""Gradio mounted at `/`, closed in every way its defaults are open."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.chat.document import ChatDocument
from ui.desk import TurnDesk
from ui.settings import Settings


def mount_chat(
    app: FastAPI, settings: Settings, guide: Guide, catalog: Catalog, desk: TurnDesk
) -> None:
    """Build the chat page and mount it; call after every other route is in place."""
    # Gradio reads these when it is imported. Its cache is empty and its own: files in it can
    # be read by everybody.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    cache = tempfile.TemporaryDirectory(prefix="shopguide-gradio-")
    app.state.gradio_cache = cache  # removed with the app
    os.environ["GRADIO_TEMP_DIR"] = cache.name
    with _no_interface_files():
        import gradio as gr
    from gradio.themes import Base

    from ui.chat.page import build_chat, shop_title

    gr.mount_gradio_app(
        app,
        build_chat(settings, guide, catalog, desk),
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        theme=Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        allowed_paths=[],
        blocked_paths=[str(Path(settings.data_dir).resolve())],
        max_file_size="1mb",
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        pwa=False,
        footer_links=[],
    )
    app.add_middleware(ChatDocument, title=shop_title(settings.shop_name))


@contextmanager
def _no_interface_files() -> Generator[None]:
    """Keep Gradio from writing an interface file (.pyi) of each of its components.

    It would at every import, which takes as long as all the rest of it. It leaves out a component
    whose source it does not find.
    """
    found = inspect.getfile

    def getfile(thing: object) -> str:
        if getattr(thing, "__module__", "").startswith("gradio."):
            raise OSError("no interface file is wanted")
        return found(thing)  # type: ignore[arg-type]

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = found
