"""Keep a thread's row true to the fold: in one step when it only grew at its end, from all its messages otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ieumgil.agreements.rules import LimitUnit, Urgency
from ieumgil.ground import rows
from ieumgil.ground.accounts.queries import clock, ledger_handle
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.queries import roll
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.referral.deadlines import FORMALITIES, SIGN_OF_LIFE, due_in
from ieumgil.referral.headers import Header
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.basis import limits_of
from ieumgil.referral.queries.rows import header_of, position_of
from ieumgil.referral.rules import (
    BESIDE,
    OWES,
    Kind,
    Message,
    Position,
    Side,
    State,
    Thread,
    fold,
    next_place,
)
from ieumgil.referral.rules import append as append_to

ROLL_SPREADS = timedelta(days=1)
OTHER_HOLIDAYS = timedelta(days=7)
_ALL = (
    "state",
    "owes",
    "before",
    "missed",
    "packet_lives",
    "frozen",
    "heads",
    "own_seq",
    "own_last",
    "moved_by",
    "due_at",
    "void",
    "news",
    "worker_id",
)


def moved(row: ThreadRow, header: Header, message: MessageRow) -> None:
    """Put a message which has seen everything there is at the end: no fold is needed for that."""
    after = append_to(position_of(row), header.message())
    _set_position(row, after)
    row.heads = [message.message_id]
    if header.side == row.side:
        row.own_seq, row.own_last = header.seq, message.message_id
    if header.kind not in BESIDE:
        row.moved_by, row.due_at = message.message_id, message.due_at
    rows.change(ThreadRow, {"id": row.pk}, **{name: getattr(row, name) for name in _ALL})


def refold(row: ThreadRow, now: datetime, known: Sequence[Message] | None = None) -> Thread:
    """Fold the thread anew from all its messages (`known`: these, if they are read already).

    A fork raises an alarm and freezes it.
    """
    messages = messages_of(row) if known is None else known
    thread = fold(messages, frozenset(row.void))
    _set_position(row, thread.position)
    row.heads, row.frozen = list(thread.heads), bool(thread.twins)
    seq, prev, _ = next_place(messages, Side(row.side), thread)
    row.own_seq, row.own_last = seq - 1, prev or ""
    row.moved_by = thread.moved_by or ""
    row.due_at = _due_of(row, MessageRow.objects.filter(thread=row, message_id=row.moved_by).first())
    row.save(update_fields=[*_ALL])
    _destroy_left_out(row, thread, now)
    if thread.twins:
        raise_alarm(
            AgencyId(row.agency_id), code="thread-forked", peer=row.peer, subject=str(row.thread), now=now
        )
    return thread


def _due_of(row: ThreadRow, message: MessageRow | None) -> datetime | None:
    """Give when the step is due: as its sender signed it; a reopened thread, for which nobody signed, from its close on."""
    if message is None or row.state != State.REOPENED:
        return message.due_at if message else None
    return step_due(row, Kind.CLOSE, State.REOPENED, header_of(message).said_at)


def _destroy_left_out(row: ThreadRow, thread: Thread, now: datetime) -> None:
    """Destroy received packets that were signed away: the settlement's signature is this side's word for it."""
    if not row.void or row.side != Side.R:
        return
    gone = MessageRow.objects.filter(thread=row, packet=True, content__isnull=False).exclude(
        message_id__in=thread.order
    )
    for message in gone.filter(standing=MessageRow.Standing.ADMITTED).select_related("thread"):
        forget(clock(AgencyId(row.agency_id)), message, "settled", now)


def forget(actor: Actor, message: MessageRow, reason: str, now: datetime) -> None:
    """Destroy the key of what a message said, and what it sealed; inside the caller's attempt."""
    agency = AgencyId(message.agency_id)
    if message.content_key is not None and message.content_key != message.thread.key:
        vault.destroy(ledger_handle(actor), agency, KeyId(message.content_key), reason, now=now)
    message.content = None
    message.save(update_fields=["content"])


def messages_of(row: ThreadRow) -> list[Message]:
    """Give the admitted messages of a thread, as far as the rule is concerned."""
    rows = MessageRow.objects.filter(thread=row, standing=MessageRow.Standing.ADMITTED).order_by("pk")
    return [as_message(message) for message in rows]


def as_message(row: MessageRow) -> Message:
    """Read a kept message as far as the rule is concerned."""
    return header_of(row).message()


def step_due(row: ThreadRow, kind: Kind, after: State, now: datetime) -> datetime | None:
    """Give when the step that follows this message is due, by the basis of the thread; None for what moves nothing."""
    if kind in BESIDE:
        return None
    limits, calendar = limits_of(row)
    return due_in(after, Urgency(row.urgency), limits, calendar, now)


def latest_due(row: ThreadRow, kind: Kind, after: State, said_at: datetime) -> datetime | None:
    """Give until when at the latest a peer may say that the step after its message is due; None where nobody owes one.

    It may go by the roll before the one that has only just been signed, and by a calendar with other holidays than ours.
    After a settlement the peer may see another state than admission does. Raises AbsentError for an unknown basis.
    """
    dues = [_latest(row, kind, state, said_at) for state in (State if row.void else (after,))]
    return max((due for due in dues if due is not None), default=None)


def _latest(row: ThreadRow, kind: Kind, after: State, said_at: datetime) -> datetime | None:
    due = step_due(row, kind, after, said_at)
    if due is None:
        return None
    limits, _ = limits_of(row)
    urgency = Urgency.ORDINARY if after in FORMALITIES else Urgency(row.urgency)
    if after is not State.IN_CARE and limits.of(urgency).unit is LimitUnit.WORKING_DAYS:
        due += OTHER_HOLIDAYS
    if row.basis["kind"] == "joining" and said_at < roll().issued_at + ROLL_SPREADS:
        due = max(due, said_at + SIGN_OF_LIFE)
    return due


def _set_position(row: ThreadRow, at: Position) -> None:
    row.state, row.owes = at.state, OWES[at.state] or ""
    row.before, row.missed, row.packet_lives = at.before or "", at.missed, at.packet_lives
