"""Nobody is left in limbo: what is overdue is told to the coordinator, without identity, language or need."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason, time_text
from ieumgil.ground.vault.queries import open_clocks
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, ThreadId
from ieumgil.kernel.outcome import DeniedError, StaleError
from ieumgil.referral.actions.keep import is_full, thread_key
from ieumgil.referral.actions.say import Click, lock_thread, said_before, speak
from ieumgil.referral.contents import fits
from ieumgil.referral.deadlines import level_of
from ieumgil.referral.guard import tried
from ieumgil.referral.models import Escalation, ThreadRow, Watched
from ieumgil.referral.queries.basis import coordinator_of
from ieumgil.referral.rules import Kind, Side, State

WATCHED_KEPT = timedelta(days=90)
MOST_WATCHED = 500  # of one sender: nobody fills the coordinator's list


def escalate_overdue(*, now: datetime, as_of: datetime | None = None) -> int:
    """Tell, by the clock, of every step overdue now (in a drill: as of another moment), once a step and level.

    The coordinator and the peer are told apart from each other: whoever cannot be told keeps nobody else from hearing. Gives
    of how many threads one of them was told. What the coordinator heard 90 days ago is forgotten here too.
    """
    moment = as_of or now
    told = 0
    for actor in open_clocks():
        told += sum(_escalate(actor, row, now, moment) for row in _overdue(actor.agency, moment))
        Watched.objects.filter(agency_id=actor.agency, received_at__lt=now - WATCHED_KEPT).delete()
    return told


def take_watch(actor: Actor, came: Received, now: datetime) -> None:
    """Keep, as coordinator, what a node says is overdue; a higher level takes the place of a lower one.

    Raises DeniedError (bad-form, too-many, and wrong-recipient for any other agency).
    """
    if not fits("watch", came.body):
        raise DeniedError(RefusalReason.BAD_FORM)
    if exchange.card_on_roll(actor.agency).agency_class is not AgencyClass.COORDINATION:
        raise DeniedError(RefusalReason.WRONG_RECIPIENT)
    told = _watched(actor, came, now)
    held = Watched.objects.filter(agency_id=actor.agency, reported_by=came.sender)
    if held.filter(watch_id=told.watch_id).exists():
        raise DeniedError(RefusalReason.BAD_FORM)
    # One for one: two threads may be due in the same second, and neither may hide the other.
    same = held.filter(owed_by=told.owed_by, due_at=told.due_at, level__lt=told.level)
    before = same.order_by("-level").first()
    if before is not None:
        before.delete()
    elif held.count() >= MOST_WATCHED:
        raise DeniedError(RefusalReason.TOO_MANY)
    told.save(force_insert=True)


def _watched(actor: Actor, came: Received, now: datetime) -> Watched:
    body = came.body
    try:
        due = datetime.fromisoformat(str(body["due"]))
    except ValueError:
        raise DeniedError(RefusalReason.BAD_FORM) from None
    return Watched(
        agency_id=actor.agency,
        watch_id=UUID(str(body["watch_id"])),
        reported_by=came.sender,
        owed_by=UUID(str(body["owed_by"])),
        state=str(body["state"]),
        urgency=str(body["urgency"]),
        level=int(str(body["level"])),
        due_at=due,
        received_at=now,
    )


def _overdue(agency: AgencyId, now: datetime) -> Iterable[ThreadRow]:
    rows = ThreadRow.objects.filter(agency_id=agency, due_at__lte=now).exclude(state=State.CLOSED)
    return list(rows.order_by("due_at"))


def _escalate(actor: Actor, row: ThreadRow, now: datetime, moment: datetime) -> int:
    level = level_of(row.due_at, moment) if row.due_at else 0
    verbs = (partial(_tell_coordinator, actor, row, level, now), partial(_tell_peer, actor, row, level, now))
    return max(tried(actor, str(row.thread), verb, now=now, peer=row.peer) for verb in verbs)


def _tell_coordinator(actor: Actor, row: ThreadRow, level: int, now: datetime) -> int:
    if Escalation.objects.filter(thread=row, step=row.moved_by, level=level).exists():
        return 0
    coordinator = coordinator_of(row)
    to = None if coordinator == actor.agency else coordinator
    if to is not None:
        exchange.seal_to(to, now)  # asked first: each attempt in vain would stand in the ledger
    with audit.attempt(actor, AuditAction.REFERRAL_ESCALATE) as entry:
        locked, key = _unmoved(actor, row), thread_key(row)
        entry.subject = key.handle if key else None
        told = Escalation.objects.create(
            agency_id=actor.agency, thread=locked, step=row.moved_by, level=level, told_at=now
        )
        if to is not None:
            send(actor, parcel=Parcel(to, "watch", _word_of(locked, told)), now=now)
    return 1


def _tell_peer(actor: Actor, row: ThreadRow, level: int, now: datetime) -> int:
    click = Click(tuple(row.heads), once=f"{row.moved_by}|{level}")
    before = said_before(actor, click.bound_to(actor, Kind.ESCALATE, str(row.thread)))
    if row.frozen or before is not None or is_full(row, Side(row.side), Kind.ESCALATE):
        return 0
    exchange.seal_to(AgencyId(row.peer), now)
    content: dict[str, Json] = {"step": row.moved_by, "level": level}
    speak(actor, ThreadId(row.thread), Kind.ESCALATE, content, click=click, now=now)
    return 1


def _unmoved(actor: Actor, row: ThreadRow) -> ThreadRow:
    locked = lock_thread(actor, ThreadId(row.thread))
    if locked.moved_by != row.moved_by:
        raise StaleError(None)
    return locked


def _word_of(row: ThreadRow, told: Escalation) -> dict[str, Json]:
    due = row.due_at or told.told_at
    return {
        "watch_id": str(told.watch_id),
        "owed_by": str(row.agency_id if row.owes == row.side else row.peer),
        "state": row.state,
        "urgency": row.urgency,
        "level": told.level,
        "due": time_text(due),
    }
