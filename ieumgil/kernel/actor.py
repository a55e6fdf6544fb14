"""The facts about who acts, as gates see them."""

from dataclasses import dataclass
from enum import StrEnum

from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission


class AgencyClass(StrEnum):
    """Whether a body protects or enforces; the two should not share a node (referral thread page, word *node*)."""

    PROTECTION = "protection"
    ENFORCEMENT = "enforcement"
    COORDINATION = "coordination"


@dataclass(frozen=True, slots=True)
class Actor:
    """A worker (or, with no worker, the node's clock) acting for one agency."""

    agency: AgencyId
    worker: WorkerId | None
    permissions: frozenset[Permission]
    role: str = "clock"

    def may(self, permission: Permission) -> Outcome:
        """Allow if the actor's roles hold the permission, Deny("no-right") otherwise."""
        return Allow() if permission in self.permissions else Deny("no-right")
