"""The accounts of the staff: who there is, in which role, and how they prove who they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.ids import new_id
from assistant.moments import aware
from retrieval.database import migrate, reading, writing
from retrieval.errors import ShopGuideError
from ui.staff import sessions, tickets
from ui.staff.passwords import check_strength, hash_password, is_outdated, matches
from ui.staff.roles import Role
from ui.staff.tables import users

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_staff"

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}")


class AccountError(ShopGuideError):
    """An account that cannot be made or changed so; `key` names the reason for a page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class StaffUser:
    """A member of the staff."""

    id: str
    name: str
    email: str
    role: Role
    disabled: bool = False
    has_password: bool = False
    signed_in_at: datetime | None = None

    def may(self, *roles: Role) -> bool:
        """Whether something open to these roles is open to this member."""
        return any(self.role.includes(role) for role in roles)


class Accounts:
    """Reads and writes accounts; safe to use from several threads and processes at once."""

    def __init__(self, engine: Engine) -> None:
        """Bring the staff's tables up to date.

        Raises:
            ShopGuideError: where the database cannot be opened or written.
        """
        self.engine = engine
        migrate(engine, MIGRATIONS, VERSION_TABLE)

    def any(self) -> bool:
        """Whether there is an account yet."""
        with reading(self.engine) as connection:
            return connection.execute(select(users.c.id).limit(1)).one_or_none() is not None

    def all(self) -> list[StaffUser]:
        """Everybody, by name."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(users).order_by(users.c.name, users.c.email))
            return [user_of(row) for row in rows]

    def get(self, user_id: str) -> StaffUser | None:
        """The member of this id."""
        with reading(self.engine) as connection:
            row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
            return None if row is None else user_of(row)

    def find(self, email: str) -> StaffUser:
        """The member of this e-mail address.

        Raises:
            AccountError: there is none.
        """
        with reading(self.engine) as connection:
            query = select(users).where(users.c.email == _plain(email))
            row = connection.execute(query).one_or_none()
        if row is None:
            raise AccountError("account.unknown", f"there is no account for {email}")
        return user_of(row)

    def add(
        self, email: str, name: str, role: Role, *, password: str | None = None, first: bool = False
    ) -> StaffUser:
        """Make an account; `first` demands that there is none yet.

        Raises:
            AccountError: the address or the name is unusable, or taken, or not the first.
            WeakPasswordError: the password is too easy to guess.
        """
        email, name = _plain(email), " ".join(name.split()) or email.partition("@")[0]
        if not (_EMAIL.fullmatch(email) and email.isprintable()):
            raise AccountError("account.email", f"'{email}' is not an e-mail address")
        if len(name) > 200 or not name.isprintable():
            raise AccountError("account.name", "a name has at most 200 printable characters")
        if password is not None:
            check_strength(password, email, name)
        user = StaffUser(new_id(), name, email, role, has_password=password is not None)
        hashed = None if password is None else hash_password(password)
        try:
            with writing(self.engine) as connection:
                if first and connection.execute(select(users.c.id).limit(1)).one_or_none():
                    raise AccountError("setup.done", "there is an account already")
                connection.execute(
                    insert(users).values(
                        id=user.id,
                        email=email,
                        name=name,
                        role=role.value,
                        password_hash=hashed,
                        created_at=datetime.now(UTC),
                    )
                )
        except IntegrityError as error:
            raise AccountError("account.taken", f"{email} has an account already") from error
        return user

    def change(self, user: StaffUser, *, role: Role, disabled: bool) -> StaffUser:
        """Give a member another role, or shut or open the account; ends all of its sessions.

        Raises:
            AccountError: nobody who may manage accounts would be left.
        """
        moment = datetime.now(UTC) if disabled else None
        with writing(self.engine) as connection:
            if role is not Role.ADMIN or disabled:
                _keep_an_admin(connection, user)
            connection.execute(
                update(users)
                .where(users.c.id == user.id)
                .values(role=role.value, disabled_at=moment)
            )
            sessions.end_all(connection, user.id)
            if disabled:
                tickets.withdraw(connection, user.id)
        return StaffUser(user.id, user.name, user.email, role, disabled, user.has_password)

    def set_password(self, user: StaffUser, password: str) -> None:
        """Set a password; ends all sessions of the account and all its open links.

        Raises:
            WeakPasswordError: it is too easy to guess.
        """
        check_strength(password, user.email, user.name)
        hashed = hash_password(password)
        with writing(self.engine) as connection:
            connection.execute(
                update(users).where(users.c.id == user.id).values(password_hash=hashed)
            )
            sessions.end_all(connection, user.id)
            tickets.withdraw(connection, user.id)

    def remove_password(self, user: StaffUser) -> None:
        """Let the password no longer open the account; ends all of its sessions."""
        with writing(self.engine) as connection:
            connection.execute(
                update(users).where(users.c.id == user.id).values(password_hash=None)
            )
            sessions.end_all(connection, user.id)
            tickets.withdraw(connection, user.id)

    def with_password(self, email: str, password: str) -> StaffUser | None:
        """The open account that this address and password belong to.

        Takes as long for an address that has none, so that nobody learns which have.
        """
        with reading(self.engine) as connection:
            query = select(users).where(users.c.email == _plain(email))
            row = connection.execute(query).one_or_none()
        right = matches(password[:1000], None if row is None else row.password_hash)
        if row is None or not right or row.disabled_at is not None:
            return None
        if is_outdated(row.password_hash):
            with writing(self.engine) as connection:
                connection.execute(
                    update(users)
                    .where(users.c.id == row.id)
                    .values(password_hash=hash_password(password))
                )
        return user_of(row)

    def with_subject(self, subject: str, email: str) -> StaffUser | None:
        """The open account of a person known to an identity provider.

        `subject` ("issuer subject") decides once it is known; before, the verified e-mail
        address does, and the subject is kept with the account.
        """
        with writing(self.engine) as connection:
            row = connection.execute(select(users).where(users.c.subject == subject)).one_or_none()
            if row is None:
                row = connection.execute(
                    select(users)
                    .where(users.c.email == _plain(email))
                    .where(users.c.subject.is_(None))
                ).one_or_none()
                if row is not None:
                    connection.execute(
                        update(users).where(users.c.id == row.id).values(subject=subject)
                    )
        return None if row is None or row.disabled_at is not None else user_of(row)


def user_of(row: Row[Any]) -> StaffUser:
    """A row of `staff_users`."""
    seen = row.signed_in_at
    return StaffUser(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        disabled=row.disabled_at is not None,
        has_password=row.password_hash is not None,
        signed_in_at=None if seen is None else aware(seen),
    )


def _plain(email: str) -> str:
    return email.strip().casefold()[:320]


def _keep_an_admin(connection: Connection, user: StaffUser) -> None:
    others = connection.execute(
        select(func.count())
        .select_from(users)
        .where(users.c.role == Role.ADMIN.value)
        .where(users.c.disabled_at.is_(None))
        .where(users.c.id != user.id)
    ).scalar_one()
    if not others:
        raise AccountError("account.last_admin", f"{user.email} is the only admin")
