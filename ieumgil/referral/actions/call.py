"""The emergency call: the duty phone of the agency that was asked rings, then those of the next ones asked for the same case."""

from datetime import datetime
from uuid import UUID

from ieumgil.casefile import queries as casefile
from ieumgil.ground.accounts.queries import hosted
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.post import queries as post
from ieumgil.ground.post.actions import calls
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.calling import UNANSWERED, on_duty
from ieumgil.referral.queries.rows import case_of, row_of


def call_about(actor: Actor, *, thread: ThreadId, now: datetime | None = None) -> UUID:
    """Ring whoever is on duty at the agency of an emergency thread, then at the others asked for the same case.

    The others in the order in which the worker asked them. It stops when somebody presses 1, when the agency of the thread
    answers on the screen, or when a worker stops it. Gives the call. Raises AbsentError, DeniedError (no-right,
    not-an-emergency, no-duty-phone).
    """
    with audit.attempt(actor, AuditAction.CALL_START, now=now) as entry:
        row = row_of(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        casefile.case(actor, case_of(row))
        duty = on_duty(actor, thread)
        if not duty.may_ring:
            raise DeniedError("not-an-emergency")
        return calls.start_call(actor, subject=row.thread, key=KeyId(row.key), numbers=duty.phones, now=now)


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
            if row is not None and row.state not in UNANSWERED:
                calls.no_more_needed(agency, call=call, now=now)
                stopped += 1
    return stopped
