"""Why something is sent and what can be sent: purposes, their kinds, and the fields of a packet."""

from dataclasses import dataclass
from enum import StrEnum

from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import CategoryCode, FieldPath, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome


class PurposeKind(StrEnum):
    """The walls between purposes: what is sent for one is never read for another (thread page, rule 3)."""

    PROTECTION = "protection"
    JUSTICE = "justice"
    MIGRATION = "migration"
    STATISTICS = "statistics"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One reason to send, the fields it needs, and the classes of agency that may receive (empty: any)."""

    code: PurposeCode
    kind: PurposeKind
    needs: frozenset[FieldPath]
    receivers: frozenset[AgencyClass] = frozenset()


@dataclass(frozen=True, slots=True)
class DataField:
    """One field of a packet; `named_only`: goes only if the consent names its category (health, status)."""

    path: FieldPath
    category: CategoryCode
    never_leaves: bool = False
    named_only: bool = False
    unless_for: frozenset[PurposeCode] = frozenset()

    def may_leave_for(self, purpose: PurposeCode) -> bool:
        """Say whether the field may leave at all for this purpose (thread page, rule 2)."""
        return not self.never_leaves or purpose in self.unless_for


def may_be_read_for(sent_for: Purpose, asked_for: Purpose) -> Outcome:
    """Say whether a packet sent for one purpose may be read for another: only for its own.

    Deny("kind-walled") across kinds (thread page, rule 3), Deny("other-purpose") within one kind.
    """
    if sent_for.kind is not asked_for.kind:
        return Deny("kind-walled")
    return Allow() if sent_for.code == asked_for.code else Deny("other-purpose")
