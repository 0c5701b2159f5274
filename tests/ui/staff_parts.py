"""A staff console without the chat beside it, and members who are signed in to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import FastAPI
from httpx import Response
from sqlalchemy import Engine
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from ui.problems import answer_with_problems
from ui.security import Gatekeeper
from ui.settings import Settings
from ui.staff.accounts import Accounts
from ui.staff.guard import StaffConsole
from ui.staff.mounting import mount_staff
from ui.staff.roles import Role

PASSWORD = "seven quiet harbours"
HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass
class Desk:
    """A console and its application."""

    app: FastAPI
    console: StaffConsole

    @property
    def accounts(self) -> Accounts:
        return self.console.accounts

    def visitor(self, address: str = "https://shop.example") -> TestClient:
        """Somebody with a browser, not signed in."""
        return TestClient(self.app, base_url=address, headers=HTML, follow_redirects=False)

    def member(self, role: Role, email: str | None = None) -> TestClient:
        """A signed-in member of this role."""
        email = email or f"{role.value}@shop.example"
        if not any(user.email == email for user in self.accounts.all()):
            self.accounts.add(email, role.value.title(), role, password=PASSWORD)
        visitor = self.visitor()
        answer = sign_in(visitor, email)
        assert answer.status_code == 303, answer.text
        return visitor


def make_desk(engine: Engine, **settings: object) -> Desk:
    app = FastAPI(middleware=[Middleware(Gatekeeper)])
    answer_with_problems(app)
    url = engine.url.render_as_string(hide_password=False)
    mount_staff(app, Settings(database_url=url, shop_name="Larkfell", **settings), engine)
    return Desk(app, app.state.staff)


def csrf_of(page: Response) -> str:
    """The CSRF token in the first form of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(
    visitor: TestClient, email: str, password: str = PASSWORD, next: str = "/staff"
) -> Response:
    token = csrf_of(visitor.get("/staff/sign-in"))
    form = {"email": email, "password": password, "csrf": token, "next": next}
    return visitor.post("/staff/sign-in", data=form)
