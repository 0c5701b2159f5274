"""Guessing passwords is slowed: by account, by address, and by both together."""

from __future__ import annotations

from limits import RateLimitItemPerMinute

from ui.limiting import Limiter

_PAIR = RateLimitItemPerMinute(5, 5, "pair")
_ACCOUNT = RateLimitItemPerMinute(20, 15, "account")
_ADDRESS = RateLimitItemPerMinute(30, 5, "address")


class Throttle:
    """Counts attempts in this process; a restart forgets them.

    Five attempts in five minutes for one account from one address, twenty in a quarter of an
    hour for one account from everywhere, thirty in five minutes from one address for all.
    """

    def __init__(self) -> None:
        self._limiter = Limiter()

    def wait(self, account: str, address: str) -> int:
        """Count an attempt; returns the seconds to wait, 0 where it may be made now."""
        account = account.strip().casefold()[:320]
        keys = ((_ADDRESS, address), (_ACCOUNT, account), (_PAIR, f"{account} {address}"))
        for item, key in keys:
            count = self._limiter.hit(item, key)
            if not count.allowed:
                return count.seconds
        return 0

    def forgive(self, account: str, address: str) -> None:
        """The attempt was right: those before it were slips."""
        account = account.strip().casefold()[:320]
        self._limiter.forget(_PAIR, f"{account} {address}")
        self._limiter.forget(_ACCOUNT, account)
