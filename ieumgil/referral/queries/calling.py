"""Who is rung about an emergency, and whether anybody may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from ieumgil.agreements.queries import duty_phones
from ieumgil.agreements.rules import Urgency
from ieumgil.casefile import queries as casefile
from ieumgil.ground.post.rules import DutyPhone
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, ThreadId
from ieumgil.kernel.outcome import require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.rules import Side, State

UNANSWERED = frozenset(
    {State.ENQUIRED, State.REFERRED}
)  # the receiver has not said whether it takes the person


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Whom a call about a thread rings, in this order; `may_ring`: it is an emergency that nobody has answered yet."""

    peer: AgencyId
    may_ring: bool
    phones: tuple[DutyPhone, ...]


def on_duty(actor: Actor, thread: ThreadId) -> OnDuty:
    """Give the duty phones of the agency of a thread, then of the others asked for the same case, in the order of asking.

    Raises AbsentError, DeniedError(no-right).
    """
    require(actor.may(Permission.REFERRAL_READ))
    row = row_of(actor, thread)
    if row.side == Side.F:
        casefile.handle_of(actor, case_of(row))  # the team's alone, and gone with the case
    urgent = row.side == Side.F and row.urgency == Urgency.EMERGENCY and row.state in UNANSWERED
    return OnDuty(AgencyId(row.peer), urgent, tuple(_phones(row)))


def _phones(row: ThreadRow) -> Iterator[DutyPhone]:
    others = ThreadRow.objects.filter(agency_id=row.agency_id, side=Side.F).exclude(pk=row.pk)
    asked = others.filter(case=row.case_id, urgency=Urgency.EMERGENCY, state=State.ENQUIRED)
    order = asked.order_by("opened_at", "pk") if row.case_id else asked.none()
    for peer in (row.peer, *order.values_list("peer", flat=True)):
        agency = AgencyId(peer)
        yield from (DutyPhone(agency, number) for number in duty_phones(agency))
