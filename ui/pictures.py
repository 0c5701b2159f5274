"""`/images/{file}`: pictures from one folder, by default those of the demo shop."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from ui.problems import problem
from ui.security import PICTURE_POLICY, policy_text

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
}


def pictures_router(folder: Path) -> APIRouter:
    """Serve the picture files of one folder, and nothing outside it."""
    router = APIRouter()
    headers = {
        "Content-Security-Policy": policy_text(PICTURE_POLICY),
        "Cache-Control": "public, max-age=86400",
    }

    @router.api_route("/images/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    def picture(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        file = folder / name
        media_type = _MEDIA_TYPES.get(file.suffix)
        if media_type is None or not _PLAIN_NAME.fullmatch(name) or not file.is_file():
            return problem(404, "There is no such picture.")
        return FileResponse(file, media_type=media_type, headers=headers)

    return router
