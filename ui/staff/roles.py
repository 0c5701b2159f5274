"""What the members of the staff may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A lead may do what an agent may, an admin everything; the ML role sees data and models."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    ML = "ml"

    def includes(self, other: Role) -> bool:
        """Whether a member of this role may do what is open to `other`."""
        return other is self or other in _INCLUDED.get(self, ())


_INCLUDED = {
    Role.LEAD: (Role.AGENT,),
    Role.ADMIN: (Role.AGENT, Role.LEAD, Role.ML),
}
