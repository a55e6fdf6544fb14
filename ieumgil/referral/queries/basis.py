"""The basis of a thread: found before it begins, and looked up again for what it allows and until when."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.conf import settings

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import (
    Basis,
    BasisKind,
    Calendar,
    LimitUnit,
    Purpose,
    TimeLimit,
    TimeLimits,
    covers,
)
from ieumgil.ground.exchange import queries as exchange
from ieumgil.kernel.ids import AgencyId, PurposeCode
from ieumgil.kernel.outcome import AbsentError, Allow, DeniedError
from ieumgil.referral.headers import BasisRef
from ieumgil.referral.models import ThreadRow

_UNITS = {
    "hours": (1, LimitUnit.HOURS),
    "days": (24, LimitUnit.HOURS),
    "working-days": (1, LimitUnit.WORKING_DAYS),
}


def basis_for(sender: AgencyId, receiver: AgencyId, purpose: PurposeCode, now: datetime) -> Basis:
    """Give the basis that covers the purpose between these two: an agreement or law before the joining basis.

    Raises DeniedError (no-basis; kind-walled where what is sent for this purpose may not go to a body of its class; and what
    the roll says of the receiver).
    """
    known = agreements.purposes().get(purpose)
    if known is not None:
        if exchange.card_on_roll(receiver).agency_class not in known.receivers:
            raise DeniedError("kind-walled")
        basis = first_covering(agreements.bases_between(sender, receiver, now), sender, receiver, known, now)
        if basis is not None:
            return basis
    raise DeniedError("no-basis")


def first_covering(
    bases: Iterable[Basis], sender: AgencyId, receiver: AgencyId, purpose: Purpose | None, now: datetime
) -> Basis | None:
    """Give the first of these bases that covers the purpose between these two; None if none does."""
    if purpose is None:
        return None
    return next((b for b in bases if isinstance(covers(b, sender, receiver, purpose, now), Allow)), None)


def basis_ref(basis: Basis) -> BasisRef:
    """Give the form in which a header names a basis."""
    return BasisRef(basis.kind.value, basis.id, basis.version)


def basis_of(row: ThreadRow) -> Basis:
    """Give the basis that a thread rests on; raises AbsentError."""
    return agreements.basis_named(AgencyId(row.agency_id), str(row.basis["id"]), int(row.basis["version"]))


def limits_of(row: ThreadRow) -> tuple[TimeLimits, Calendar]:
    """Give the time limits and the calendar of a thread's basis; the joining basis has those of the roll."""
    return limits_in(basis_of(row))


def limits_in(basis: Basis) -> tuple[TimeLimits, Calendar]:
    """Give the time limits and the calendar of a basis; the joining basis has those of the roll."""
    joining = basis.kind is BasisKind.JOINING
    limits = _roll_limits(basis.time_limits) if joining else basis.time_limits
    return limits, agreements.calendar(basis.calendar or settings.IEUMGIL_COUNTRY)


def coordinator_of(row: ThreadRow) -> AgencyId | None:
    """Give who watches over a thread: the coordinator that its basis names, or else the roll's; None without either."""
    named = None
    with suppress(AbsentError):  # unknown here: the roll's still watches
        named = basis_of(row).coordinator
    if named is not None:
        return named
    with suppress(AbsentError):
        return exchange.roll().coordinator
    return None


def _roll_limits(otherwise: TimeLimits) -> TimeLimits:
    try:
        of_roll = exchange.roll().time_limits
    except AbsentError:
        return otherwise
    made = {}
    for urgency, limit in of_roll.items():
        times, unit = _UNITS[limit.unit]
        made[urgency] = TimeLimit(limit.amount * times, unit)
    return TimeLimits(**made)
