"""What colleagues passed on to each other, with the note that came along."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId, WorkerId
from ieumgil.kernel.outcome import AbsentError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import PassedOn, ThreadRow
from ieumgil.referral.queries.narrowing import place
from ieumgil.referral.rules import State

MOST = 200


@dataclass(frozen=True, slots=True)
class Passed:
    """That work was passed on: by whom, to whom, when, and what was said along with it (None where nobody opened it)."""

    by: str
    to: str
    taker: WorkerId
    at: datetime
    taken_at: datetime | None
    note: str | None = None

    @classmethod
    def of(cls, row: PassedOn, note: str | None = None) -> "Passed":
        """Make it of a row whose two workers are at hand."""
        return cls(
            row.giver.display_name,
            row.taker.display_name,
            WorkerId(row.taker_id),
            row.passed_at,
            row.taken_at,
            note,
        )


@dataclass(frozen=True, slots=True)
class Passable:
    """A thread that the actor may pass on, or is to take: what waits in it, without a word of what was said."""

    thread: ThreadId
    peer: UUID
    side: str
    state: str
    due_at: datetime | None
    ref: str
    passed: Passed | None
    is_ours: bool


def note_context(row: PassedOn) -> Context:
    """Give the place that the note of this row is sealed for."""
    return Context("referral.passedon", "note", str(row.pk), row.thread.thread)


def passings_of(actor: Actor, row: ThreadRow) -> tuple[Passed, ...]:
    """Give how a thread went from hand to hand, oldest first, its notes to those two alone whom each is from and for.

    Inside the attempt of a caller that found the row.
    """
    found = PassedOn.objects.filter(agency_id=actor.agency, thread=row).order_by("pk")
    rows = found.select_related("giver", "taker", "thread")
    return tuple(
        Passed.of(one, _note(one) if actor.worker in {one.giver_id, one.taker_id} else None) for one in rows
    )


def passed_to_me(actor: Actor) -> list[Passable]:
    """Give what waits for the actor to take it, oldest first, with its notes. Raises DeniedError, LockedAgencyError."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_READ))
        waiting = PassedOn.objects.filter(agency_id=actor.agency, taker=actor.worker, taken_at=None)
        found = waiting.select_related("giver", "taker", "thread").order_by("passed_at", "pk")
        return [_passable(one.thread, Passed.of(one, _note(one))) for one in found[:MOST]]


def passable(actor: Actor) -> list[Passable]:
    """Give the open threads that are the actor's to pass on, by due time. Raises DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_READ))
        rows = _first_of(actor)
        waiting = PassedOn.objects.filter(thread__in=rows, taken_at=None)
        passed = {one.thread_id: Passed.of(one) for one in waiting.select_related("giver", "taker")}
        return [_passable(row, passed.get(row.pk)) for row in rows]


def own_threads(actor: Actor) -> QuerySet[ThreadRow]:
    """Give, to be asked further, the open threads that are the actor's: of a case of theirs, or that they answer for.

    What was passed on to the actor is not before it is taken; what the actor passed on still is until then.
    """
    mine = _of_a_case(actor) | _answered_for(actor) | _passed_on_by(actor)
    return _to_pass_on(actor).filter(mine).distinct()


def _first_of(actor: Actor) -> list[ThreadRow]:
    """Give the first of them by due time; each reason by itself, for an OR over them would read every open thread."""
    own = _to_pass_on(actor).select_related("worker").order_by(F("due_at").asc(nulls_last=True), "thread")
    reasons = (_of_a_case(actor), _answered_for(actor), _passed_on_by(actor))
    found = {row.pk: row for reason in reasons for row in own.filter(reason)[:MOST]}
    return sorted(found.values(), key=place)[:MOST]


def _to_pass_on(actor: Actor) -> QuerySet[ThreadRow]:
    to_take = PassedOn.objects.filter(taker=actor.worker, taken_at=None).values("thread")
    return (
        ThreadRow.objects.filter(agency_id=actor.agency).exclude(state=State.CLOSED).exclude(pk__in=to_take)
    )


def _of_a_case(actor: Actor) -> Q:
    return Q(case__team__worker=actor.worker)


def _answered_for(actor: Actor) -> Q:
    return Q(worker=actor.worker)


def _passed_on_by(actor: Actor) -> Q:
    return Q(passings__giver=actor.worker, passings__taken_at=None)


def _passable(row: ThreadRow, passed: Passed | None) -> Passable:
    ref = str(row.thread)[:8].upper()
    ours = bool(row.owes) and row.owes == row.side
    return Passable(ThreadId(row.thread), row.peer, row.side, row.state, row.due_at, ref, passed, ours)


def _note(row: PassedOn) -> str | None:
    """Open a note; None where there was none, or its key went with what it was about."""
    if row.note is None or row.note_key is None:
        return None
    try:
        return vault.get(
            AgencyId(row.agency_id), KeyId(row.note_key), note_context(row), bytes(row.note)
        ).decode()
    except AbsentError:
        return None
