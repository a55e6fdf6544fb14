"""Going off shift: pass one's work on to a colleague, who takes it; until then it is on both their lists."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from django.utils import timezone

from ieumgil.casefile.actions import join_team
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, KeyId, ThreadId, WorkerId
from ieumgil.kernel.outcome import AbsentError, DeniedError, Deny, require
from ieumgil.referral.gate import may_pass_on
from ieumgil.referral.models import PassedOn, ThreadRow
from ieumgil.referral.queries.passing import note_context, own_threads


def hand_over(
    actor: Actor,
    *,
    threads: Collection[ThreadId],
    to: str,
    note: str = "",
    now: datetime | None = None,
) -> int:
    """Pass threads of one's own on to a colleague, named by the handle that signs in; gives how many.

    The colleague joins the teams of their cases and is from now on whom to ask; the note is sealed under each thread's own
    key and goes with it. Twice is once. Raises AbsentError (no such thread of one's own, no such colleague), DeniedError
    (no-right, not-oneself, nothing-chosen), LockedAgencyError.
    """
    moment = now or timezone.now()
    with audit.attempt(actor, AuditAction.SHIFT_PASS_ON, now=now):
        colleague = actor_for(to)
        allowed = may_pass_on(actor, colleague)
        if allowed == Deny("absent"):
            raise AbsentError
        require(allowed)
        if not threads:
            raise DeniedError("nothing-chosen")
        rows = _own(actor, threads)
        for row in rows:
            _join(actor, row, to, moment)
            _pass(actor, row, colleague, note, moment)
        return len(rows)


def take_over(actor: Actor, *, threads: Collection[ThreadId], now: datetime | None = None) -> int:
    """Take what a colleague passed on to the actor: it leaves the colleague's list. Gives how many were taken.

    Raises AbsentError where nothing of it waits for the actor.
    """
    with audit.attempt(actor, AuditAction.SHIFT_TAKE, now=now):
        waiting = PassedOn.objects.filter(
            agency_id=actor.agency, taker=actor.worker, taken_at=None, thread__thread__in=list(threads)
        )
        taken = waiting.update(taken_at=now or timezone.now())
        if not taken:
            raise AbsentError
        return taken


def _own(actor: Actor, threads: Collection[ThreadId]) -> list[ThreadRow]:
    asked = set(threads)
    found = own_threads(actor).filter(thread__in=asked).values_list("pk", flat=True)
    rows = list(ThreadRow.objects.select_for_update().filter(pk__in=list(found)).order_by("pk"))
    if len(rows) != len(asked):
        raise AbsentError
    return rows


def _join(actor: Actor, row: ThreadRow, to: str, now: datetime) -> None:
    """Let the colleague into the team of the case, if the actor is of it; what was received alone needs no team."""
    if row.case is not None and row.case.team.filter(worker=actor.worker).exists():
        join_team(actor, CaseId(row.case.pk), to, now=now)


def _pass(actor: Actor, row: ThreadRow, colleague: Actor, note: str, now: datetime) -> None:
    waiting = PassedOn.objects.filter(thread=row, taken_at=None).first()
    passed = waiting or PassedOn(agency_id=actor.agency, thread=row)
    passed.giver_id, passed.taker_id, passed.passed_at = _worker(actor), _worker(colleague), now
    passed.save()
    if note:
        passed.note_key = row.key
        passed.note = vault.put(AgencyId(row.agency_id), KeyId(row.key), note_context(passed), note.encode())
        passed.save(update_fields=["note", "note_key"])
    row.worker_id = _worker(colleague)
    row.save(update_fields=["worker"])


def _worker(actor: Actor) -> WorkerId:
    return cast("WorkerId", actor.worker)  # the gate has refused the clock
