"""Work lists: what, whose turn, until when; and one thread as a conversation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.headers import Header
from ieumgil.referral.models import Counted, DutyFollowed, MessageRow, ThreadRow, Watched
from ieumgil.referral.queries.rows import case_of, header_of, row_of
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.rules import Side, fold

PAGE = 50


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of a work list: nothing in it identifies a person."""

    thread: ThreadId
    peer: AgencyId
    side: str
    state: str
    owes: str
    due_at: datetime | None
    urgency: str
    frozen: bool
    undelivered: bool
    heads: tuple[str, ...]
    case: UUID | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `said` is None once deleted, and for a packet.

    `effect` is moved, crossed or frozen; for what the fold leaves out, its standing: waiting, refused, or admitted where
    a settlement signed it away.
    """

    message_id: str
    author: str
    kind: str
    sent_at: str
    due: str | None
    effect: str
    said: dict[str, Json] | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread with its messages in the order in which the rule took them."""

    item: WorkItem
    turns: tuple[Turn, ...]


def work_list(actor: Actor, *, after: tuple[datetime, UUID] | None = None) -> list[WorkItem]:
    """Give what the actor's agency owes (a next step, delivery, or settling a fork), by due time, a page of 50 at a time.

    A thread that is not closed on both sides stands on at least one side's list (thread page, rule 4). `after`: the due
    time and thread of the last line before. Raises DeniedError(no-right).
    """
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_READ))
        rows = _owed(actor).order_by("due_at", "thread")
        if after is not None:
            rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], thread__gt=after[1]))
        page = list(rows[:PAGE])
        sent = exchange.undelivered(actor, subjects=[row.thread for row in page])
        waiting = {item.subject for item in sent}
        return [_item(row, undelivered=row.thread in waiting) for row in page]


def conversation(actor: Actor, thread: ThreadId) -> Conversation:
    """Give a thread of the actor's agency as a conversation, packets aside; the referrer's to the team of the case alone.

    Raises AbsentError, DeniedError, LockedAgencyError.
    """
    with audit.attempt(actor, AuditAction.REFERRAL_READ) as entry:
        row = row_of(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        require(actor.may(Permission.REFERRAL_READ))
        if row.side == Side.F:
            casefile.case(actor, case_of(row))
        return Conversation(_one(actor, row), tuple(_turns(row)))


def look(actor: Actor, thread: ThreadId) -> WorkItem:
    """Give one line about a thread, without anything that was said in it. Raises AbsentError, DeniedError."""
    require(actor.may(Permission.REFERRAL_READ))
    return _one(actor, row_of(actor, thread))


def watched(actor: Actor, *, after: tuple[datetime, int] | None = None) -> list[Watched]:
    """Give the coordinator what is overdue, longest first, a page of 50 at a time: no identity, language or need.

    `after`: the due time and row of the last line before. Raises DeniedError(no-right).
    """
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.COORDINATE))
        rows = Watched.objects.filter(agency_id=actor.agency).order_by("due_at", "pk")
        if after is not None:
            rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], pk__gt=after[1]))
        return list(rows[:PAGE])


def counted(actor: Actor) -> list[Counted]:
    """Give the coordinator what agencies told in numbers, newest month first. Raises DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.COUNTS_READ):
        require(actor.may(Permission.COORDINATE))
        return list(Counted.objects.filter(agency_id=actor.agency).order_by("-month", "told_by")[:PAGE])


def _owed(actor: Actor) -> QuerySet[ThreadRow]:
    waiting = exchange.waiting_about(actor.agency).filter(subject=OuterRef("thread"))
    own = ThreadRow.objects.filter(agency_id=actor.agency).annotate(waits=Exists(waiting))
    return own.filter(Q(owes=F("side")) | Q(frozen=True) | Q(waits=True))


def _one(actor: Actor, row: ThreadRow) -> WorkItem:
    return _item(row, undelivered=bool(exchange.undelivered(actor, subjects=[row.thread])))


def _item(row: ThreadRow, *, undelivered: bool) -> WorkItem:
    return WorkItem(
        ThreadId(row.thread),
        AgencyId(row.peer),
        row.side,
        row.state,
        row.owes,
        row.due_at,
        row.urgency,
        row.frozen,
        undelivered,
        tuple(row.heads),
        row.case_id,
        row.purpose,
    )


def _turns(row: ThreadRow) -> list[Turn]:
    kept = MessageRow.objects.filter(thread=row).select_related("thread").order_by("pk")
    rows = {message.message_id: message for message in kept}
    headers = {ident: header_of(m) for ident, m in rows.items()}
    admitted = [ident for ident, m in rows.items() if m.standing == MessageRow.Standing.ADMITTED]
    thread = fold([headers[ident].message() for ident in admitted], frozenset(row.void))
    taken = dict.fromkeys(thread.order, "moved")
    taken |= dict.fromkeys(thread.crossed, "crossed") | dict.fromkeys(thread.frozen, "frozen")
    left_out = {ident: m.standing for ident, m in rows.items() if ident not in taken}
    return [_turn(rows[ident], headers[ident], effect) for ident, effect in (taken | left_out).items()]


def _turn(row: MessageRow, header: Header, effect: str) -> Turn:
    said = None if row.packet else content_of(row)
    return Turn(row.message_id, row.author, row.kind, header.sent_at, header.due, effect, said)


def to_review(actor: Actor) -> list[DutyFollowed]:
    """Give what was sent under a legal duty and still wants a second worker, by due time. Raises DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_APPROVE))
        open_ones = DutyFollowed.objects.filter(agency_id=actor.agency, reviewed_at=None)
        return list(open_ones.select_related("thread").order_by("review_due")[:PAGE])
