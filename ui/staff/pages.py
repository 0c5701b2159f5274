"""The staff's pages: templates with everything that each of them needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import Request
from starlette.responses import HTMLResponse

from assistant.language import Language
from ui.i18n import LANGUAGES, preferred_language
from ui.markup import render
from ui.staff.accounts import StaffUser
from ui.staff.navigation import places_for

_LANGUAGE_COOKIE = "shopguide-staff-language"
_YEAR = 365 * 24 * 3600


@cache
def staff_words(language: Language) -> Mapping[str, str]:
    """The staff pages' texts in one language, by key."""
    folder = Path(__file__).parent / "words"
    found: dict[str, str] = {}
    for file in (folder / f"{language}.json", *sorted(folder.glob(f"*.{language}.json"))):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return found


def wants_html(request: Request) -> bool:
    """Whether a browser asks for a page, not a script for data."""
    return "text/html" in request.headers.get("accept", "")


def language_of(request: Request) -> Language:
    """The language chosen by `?lang=`, earlier, or in the browser's settings."""
    chosen = request.query_params.get("lang") or request.cookies.get(_LANGUAGE_COOKIE)
    return preferred_language(chosen or request.headers.get("accept-language", ""))


def staff_page(
    request: Request, template: str, *, status: int = 200, **values: object
) -> HTMLResponse:
    """A template rendered with `user`, `places`, `csrf`, `language`, `t` (texts), `shop`, `here`.

    `user` and `csrf` are None where nobody is signed in.
    """
    language = language_of(request)
    shop: str = request.app.state.staff.settings.shop_name
    user: StaffUser | None = getattr(request.state, "staff_user", None)
    common: dict[str, object] = {
        "user": user,
        "places": places_for(user.role) if user else [],
        "csrf": getattr(request.state, "csrf", None),
        "language": language,
        "t": staff_words(language),
        "shop": shop[:1].upper() + shop[1:],
        "here": request.url.path,
    }
    response = HTMLResponse(render(template, **{**common, **values}), status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            _LANGUAGE_COOKIE, language, max_age=_YEAR, path="/staff", httponly=True, samesite="lax"
        )
    return response
