"""The facts about who acts, as gates see them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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


class Acting(Protocol):
    """Who acts at a terminal, as its commands are given it."""

    @property
    def actor(self) -> Actor:
        """The worker who signed in; looked up anew each time."""
