"""Reads: how a call stands, whether a notice waits, which phones of the stand-in ring."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from ieumgil.ground.post import gate
from ieumgil.ground.post.models import Call, Notice, Ring
from ieumgil.ground.post.rules import CallState, DutyPhone
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import require

PAGE = 50
STAND_IN = "ieumgil.ground.post.actions.standin.StandIn"


@dataclass(frozen=True, slots=True)
class CallSeen:
    """How a call stands: who rings, who answered, who is rung if nobody does."""

    id: UUID
    subject: UUID
    state: CallState
    phones: tuple[DutyPhone, ...]
    ringing: DutyPhone | None  # None before the first ring and after the end
    tries: int
    since: datetime | None  # the last ring began
    started_at: datetime
    started_by: WorkerId
    answered_at: datetime | None
    answered_by: AgencyId | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PhoneRinging:
    """A phone of the stand-in that rings."""

    call: UUID
    number: str
    since: datetime


def calls(actor: Actor, *, subject: UUID | None = None) -> list[CallSeen]:
    """Give the calls of the actor's agency, or those about one thing, newest first. Raises DeniedError(no-right)."""
    require(gate.may_look(actor))
    rows = Call.objects.filter(agency_id=actor.agency).order_by("-started_at")
    if subject is not None:
        rows = rows.filter(subject=subject)
    return [_seen(row) for row in rows[:PAGE]]


def ringing_of(agency: AgencyId) -> dict[UUID, UUID]:
    """Give the calls of an agency that ring, each with what it is about."""
    rows = Call.objects.filter(agency_id=agency, state=CallState.RINGING)
    return dict(rows.values_list("pk", "subject"))


def waits_since(actor: Actor) -> datetime | None:
    """Say since when something waits that the actor has not looked at; None if nothing does."""
    if actor.worker is None:
        return None
    own = Notice.objects.filter(agency_id=actor.agency, worker_id=actor.worker, sent_at=None)
    return own.order_by("wanted_at").values_list("wanted_at", flat=True).first()


def rings_for_real() -> bool:
    """Say whether a gateway rings real phones; the stand-in's ring nowhere but on a practice page."""
    return bool(settings.IEUMGIL_DUTY_GATEWAY != STAND_IN)


def phones_ringing() -> list[PhoneRinging]:
    """Give the phones of the stand-in that ring now, longest first."""
    rows = Ring.objects.filter(answered_at=None, ended_at=None).order_by("rang_at")
    return [PhoneRinging(row.call, row.number, row.rang_at) for row in rows[:PAGE]]


def _seen(row: Call) -> CallSeen:
    rings = row.state == CallState.RINGING and row.last_ring_at is not None
    return CallSeen(
        id=row.pk,
        subject=row.subject,
        state=CallState(row.state),
        phones=row.phones,
        ringing=row.phones[row.index] if rings else None,
        tries=row.tries,
        since=row.last_ring_at,
        started_at=row.started_at,
        started_by=WorkerId(row.started_by_id),
        answered_at=row.answered_at,
        answered_by=AgencyId(row.answered_by) if row.answered_by else None,
        ended_at=row.ended_at,
    )
