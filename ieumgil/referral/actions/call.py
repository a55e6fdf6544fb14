"""The emergency call: the duty phone of the agency that was asked rings, then those of the next ones asked for the same case."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from ieumgil.agreements.queries import duty_phones
from ieumgil.agreements.rules import Urgency
from ieumgil.casefile import queries as casefile
from ieumgil.ground.accounts.queries import hosted
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.post import queries as post
from ieumgil.ground.post.actions import calls
from ieumgil.ground.post.rules import DutyPhone
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.rules import Side, State

NOT_YET = (State.ENQUIRED, State.REFERRED)  # R has not said whether it takes the person


def call_about(actor: Actor, *, thread: ThreadId, now: datetime | None = None) -> UUID:
    """Ring whoever is on duty at the agency of an emergency thread, then at the others asked for the same case.

    The others in the order in which the worker asked them. It stops when somebody presses 1, when one of them answers on the
    screen, or when the worker stops it (`ground.post`). Gives the call. Raises AbsentError, DeniedError (no-right,
    not-an-emergency, no-duty-phone).
    """
    with audit.attempt(actor, AuditAction.CALL_START, now=now) as entry:
        row, numbers = _asked(actor, thread, entry)
        return calls.start_call(actor, subject=row.thread, key=KeyId(row.key), numbers=numbers, now=now)


def stop_about(actor: Actor, *, thread: ThreadId, now: datetime | None = None) -> None:
    """Stop the call that rings about a thread. Raises AbsentError, DeniedError (no-right, call-over)."""
    row = row_of(actor, thread)
    for call, about in post.ringing_of(actor.agency).items():
        if about == row.thread:
            return calls.stop_call(actor, call=call, now=now)
    raise DeniedError("call-over")


def stop_answered(*, now: datetime) -> int:
    """Stop, by the clock, every call about a thread whose agency has answered on the screen; gives how many."""
    stopped = 0
    for agency in (AgencyId(row.pk) for row in hosted()):
        for call, thread in post.ringing_of(agency).items():
            row = ThreadRow.objects.filter(agency_id=agency, thread=thread).first()
            if row is not None and row.state not in NOT_YET:
                calls.no_more_needed(agency, call=call, now=now)
                stopped += 1
    return stopped


def _asked(actor: Actor, thread: ThreadId, entry: audit.Entry) -> tuple[ThreadRow, list[DutyPhone]]:
    row = row_of(actor, thread)
    entry.subject = vault.handle(actor.agency, KeyId(row.key))
    casefile.case(actor, case_of(row))
    if not _is_urgent(row):
        raise DeniedError("not-an-emergency")
    return row, list(_phones(row))


def _is_urgent(row: ThreadRow) -> bool:
    return row.side == Side.F and row.urgency == Urgency.EMERGENCY and row.state in NOT_YET


def _phones(row: ThreadRow) -> Iterator[DutyPhone]:
    others = ThreadRow.objects.filter(agency_id=row.agency_id, case=row.case_id, side=Side.F)
    asked = others.filter(urgency=Urgency.EMERGENCY, state=State.ENQUIRED).exclude(pk=row.pk)
    for peer in (row.peer, *asked.order_by("opened_at", "pk").values_list("peer", flat=True)):
        agency = AgencyId(peer)
        yield from (DutyPhone(agency, number) for number in duty_phones(agency))
