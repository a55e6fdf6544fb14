"""Nobody is left in limbo: what is overdue is told to the coordinator, without identity, language or need."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason, time_text
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.queries import open_clocks
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions.say import lock_thread, say
from ieumgil.referral.contents import fits
from ieumgil.referral.deadlines import level_of
from ieumgil.referral.models import Escalation, MessageRow, ThreadRow, Watched
from ieumgil.referral.queries.basis import coordinator_of
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.rules import Kind, State

BATCH = 200


def escalate_overdue(*, now: datetime, as_of: datetime | None = None) -> int:
    """Tell, by the clock, of every step overdue now (in a drill: as of another moment), once a step and level.

    Gives how many were told.
    """
    moment = as_of or now
    told = 0
    for actor in open_clocks():
        overdue = _overdue(actor.agency, moment)
        told += sum(_escalate(actor, ThreadId(thread), now, moment) for thread in overdue)
    return told


def take_watch(actor: Actor, came: Received, now: datetime) -> None:
    """Keep, as coordinator, what a node says is overdue; raises DeniedError(wrong-recipient) for any other agency."""
    if not fits("watch", came.body):
        raise DeniedError(RefusalReason.BAD_FORM)
    if exchange.card_on_roll(actor.agency).agency_class is not AgencyClass.COORDINATION:
        raise DeniedError(RefusalReason.WRONG_RECIPIENT)
    body = came.body
    Watched.objects.create(
        agency_id=actor.agency,
        watch_id=UUID(str(body["watch_id"])),
        reported_by=came.sender,
        owed_by=UUID(str(body["owed_by"])),
        state=str(body["state"]),
        urgency=str(body["urgency"]),
        level=int(str(body["level"])),
        due_at=datetime.fromisoformat(str(body["due"])),
        received_at=now,
    )


def _overdue(agency: AgencyId, now: datetime) -> list[UUID]:
    rows = ThreadRow.objects.filter(agency_id=agency, due_at__lte=now).exclude(state=State.CLOSED)
    return list(rows.order_by("due_at").values_list("thread", flat=True)[:BATCH])


def _escalate(actor: Actor, thread: ThreadId, now: datetime, moment: datetime) -> int:
    with transaction.atomic():
        row = lock_thread(actor, thread)
        level = level_of(row.due_at, moment) if row.due_at else 0
        if not level or _told_already(row, level):
            return 0
    try:
        with audit.attempt(actor, AuditAction.REFERRAL_ESCALATE) as entry:
            row = lock_thread(actor, thread)
            entry.subject = vault.handle(actor.agency, KeyId(row.key))
            told = Escalation.objects.create(
                agency_id=actor.agency, thread=row, step=row.moved_by, level=level, told_at=now
            )
            _tell_coordinator(actor, row, told, now)
            if not row.frozen:
                _tell_peer(actor, row, level, now)
    except (
        DeniedError,
        IntegrityError,
    ):  # no coordinator to be reached, or another process told it at the same moment
        return 0
    return 1


def _tell_peer(actor: Actor, row: ThreadRow, level: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            say(actor, row, Kind.ESCALATE, {"step": row.moved_by, "level": level}, now=now)
    except DeniedError:  # a peer that has left the roll hears nothing; the coordinator has heard
        row.refresh_from_db()


def _told_already(row: ThreadRow, level: int) -> bool:
    if Escalation.objects.filter(thread=row, step=row.moved_by, level=level).exists():
        return True
    said = MessageRow.objects.filter(thread=row, kind=Kind.ESCALATE, standing=MessageRow.Standing.ADMITTED)
    contents = [content_of(message) or {} for message in said.select_related("thread")]
    return any(c.get("step") == row.moved_by and c.get("level") == level for c in contents)


def _tell_coordinator(actor: Actor, row: ThreadRow, told: Escalation, now: datetime) -> None:
    coordinator = coordinator_of(row)
    if coordinator is None or coordinator == actor.agency or row.due_at is None:
        return
    owed_by = row.agency_id if row.owes == row.side else row.peer
    body: dict[str, Json] = {
        "watch_id": str(told.watch_id),
        "owed_by": str(owed_by),
        "state": row.state,
        "urgency": row.urgency,
        "level": told.level,
        "due": time_text(row.due_at),
    }
    send(actor, parcel=Parcel(coordinator, "watch", body), now=now)
