"""Passwords: what is accepted, and argon2id hashes of it."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from retrieval.errors import ShopGuideError

SHORTEST = 12
LONGEST = 200
_DIFFERENT_CHARACTERS = 5

_hasher = PasswordHasher()
# A hash takes 64 MiB while it is computed: a flood of guesses must not take all memory.
_at_once = threading.BoundedSemaphore(2)


class WeakPasswordError(ShopGuideError):
    """A password that is too easy to guess; `key` names the reason among the page's texts."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def check_strength(password: str, *personal: str) -> None:
    """Accept a password of sufficient length that is not made of `personal` (name, e-mail).

    Length counts, classes of characters do not (NIST SP 800-63B, 3.1.1).

    Raises:
        WeakPasswordError: saying what is wrong.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError("password.short", f"a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPasswordError("password.long", f"a password has at most {LONGEST} characters")
    if len(set(password)) < _DIFFERENT_CHARACTERS:
        raise WeakPasswordError("password.simple", "the password repeats too few characters")
    plain = password.casefold()
    for whole in personal:
        for part in {whole.casefold(), *whole.casefold().replace("@", " ").split()}:
            if len(part) >= 4 and part in plain and len(plain) - len(part) < SHORTEST // 2:
                raise WeakPasswordError(
                    "password.personal", "the password is little more than the name or address"
                )


def hash_password(password: str) -> str:
    """An argon2id hash with its salt and parameters."""
    with _at_once:
        return _hasher.hash(password)


def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is the one hashed; takes as long where there is none."""
    with _at_once:
        try:
            return _hasher.verify(hashed or _hash_of_nothing(), password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash("no account has this password")
