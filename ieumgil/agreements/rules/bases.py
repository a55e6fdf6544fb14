"""What lets two agencies share at all: the joining basis, agreements and laws."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ieumgil.agreements.rules.calendars import TimeLimits
from ieumgil.agreements.rules.purposes import DataField, Purpose, PurposeKind
from ieumgil.kernel.ids import AgencyId, CategoryCode, FieldPath, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome


class BasisKind(StrEnum):
    """Where a basis comes from."""

    JOINING = "joining"
    AGREEMENT = "agreement"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Basis:
    """A version of what is agreed; None is all: parties, purposes of the kind, categories the purpose needs.

    `coordinator` and `calendar`: None is the roll's. `onward`: purposes a receiver may refer onward for.
    """

    id: str
    version: int
    kind: BasisKind
    purpose_kind: PurposeKind
    purposes: frozenset[PurposeCode] | None
    parties: frozenset[AgencyId] | None
    categories: frozenset[CategoryCode] | None
    may_skip_enquiry: bool
    time_limits: TimeLimits
    coordinator: AgencyId | None = None
    calendar: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    suspended_at: datetime | None = None
    onward: frozenset[PurposeCode] = frozenset()
    retention_days: int | None = None

    def allows(self, category: CategoryCode) -> bool:
        """Say whether the basis lets this category be sent."""
        return self.categories is None or category in self.categories

    def binds(self, agency: AgencyId) -> bool:
        """Say whether the agency is a party."""
        return self.parties is None or agency in self.parties

    def in_force(self, now: datetime) -> bool:
        """Say whether the basis has begun, has not ended and is not suspended."""
        return isinstance(_in_force(self, now), Allow)


def stands(basis: Basis, purpose: Purpose, now: datetime) -> Outcome:
    """Say whether the basis is in force now and serves the purpose, whoever the parties are.

    Deny: "kind-walled", "not-in-basis", "basis-not-yet", "basis-ended", "basis-suspended".
    """
    if purpose.kind is not basis.purpose_kind:
        return Deny("kind-walled")
    if basis.purposes is not None and purpose.code not in basis.purposes:
        return Deny("not-in-basis")
    return _in_force(basis, now)


def covers(basis: Basis, sender: AgencyId, receiver: AgencyId, purpose: Purpose, now: datetime) -> Outcome:
    """Say whether the basis covers this purpose between these two agencies now.

    Deny: "same-agency", "not-a-party", or what `stands` gives.
    """
    if sender == receiver:
        return Deny("same-agency")
    if not (basis.binds(sender) and basis.binds(receiver)):
        return Deny("not-a-party")
    return stands(basis, purpose, now)


def may_skip_enquiry(basis: Basis, *, danger_to_life: bool) -> Outcome:
    """Say whether a person may be referred without an enquiry first; in danger to life always."""
    return Allow() if danger_to_life or basis.may_skip_enquiry else Deny("enquiry-first")


def may_be_loaded(
    basis: Basis, purposes: Mapping[PurposeCode, Purpose], fields: Mapping[FieldPath, DataField]
) -> Outcome:
    """Say whether an agreement may be taken in: it widens no kind and opens nothing that never leaves.

    Thread page, rules 2 and 3. Deny: "purpose-unknown", "kinds-mixed", "widens-kind", "category-unknown",
    "never-leaves", "ends-before-it-begins".
    """
    if not _purposes_named(basis) <= purposes.keys():
        return Deny("purpose-unknown")
    walls = _purposes_hold_to_the_kind(basis, purposes)
    if isinstance(walls, Deny):
        return walls
    if basis.valid_from and basis.valid_until and basis.valid_until <= basis.valid_from:
        return Deny("ends-before-it-begins")
    return _categories_may_leave(basis, fields)


def _in_force(basis: Basis, now: datetime) -> Outcome:
    if basis.suspended_at is not None:  # whatever the clock says: a suspension counts at once
        return Deny("basis-suspended")
    if basis.valid_from is not None and now < basis.valid_from:
        return Deny("basis-not-yet")
    if basis.valid_until is not None and now >= basis.valid_until:
        return Deny("basis-ended")
    return Allow()


def _purposes_named(basis: Basis) -> frozenset[PurposeCode]:
    return (basis.purposes or frozenset()) | basis.onward


def _purposes_hold_to_the_kind(basis: Basis, purposes: Mapping[PurposeCode, Purpose]) -> Outcome:
    if any(purposes[code].kind is not basis.purpose_kind for code in basis.purposes or ()):
        return Deny("kinds-mixed")
    if any(purposes[code].kind is not basis.purpose_kind for code in basis.onward):
        return Deny("widens-kind")
    return Allow()


def _categories_may_leave(basis: Basis, fields: Mapping[FieldPath, DataField]) -> Outcome:
    for category in basis.categories or ():
        members = [field for field in fields.values() if field.category == category]
        if not members:
            return Deny("category-unknown")
        if not any(field.may_leave_for(code) for field in members for code in basis.purposes or ()):
            return Deny("never-leaves")
    return Allow()
