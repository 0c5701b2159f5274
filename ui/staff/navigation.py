"""The console's places, as its bar on top lists them for each role."""

from __future__ import annotations

from dataclasses import dataclass

from ui.staff.roles import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the console; `key` names its title among the texts."""

    href: str
    key: str
    roles: tuple[Role, ...]


PLACES: tuple[Place, ...] = (
    Place("/staff", "nav.inbox", (Role.AGENT, Role.ML)),
    Place("/staff/queue", "nav.queue", (Role.AGENT,)),
    Place("/staff/figures", "nav.figures", (Role.LEAD, Role.ML)),
    Place("/staff/answers", "nav.answers", (Role.LEAD,)),
    Place("/staff/controls", "nav.controls", (Role.LEAD,)),
    Place("/staff/privacy", "nav.privacy", (Role.LEAD,)),
    Place("/staff/audit", "nav.audit", (Role.LEAD,)),
    Place("/staff/people", "nav.people", (Role.ADMIN,)),
)


def places_for(role: Role) -> list[Place]:
    """What is open to a role, in order."""
    return [place for place in PLACES if any(role.includes(each) for each in place.roles)]
