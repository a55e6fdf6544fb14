"""Work lists: what, whose turn, until when; and one thread as a conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

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
from ieumgil.referral.models import Counted, DutyFollowed, MessageRow, PassedOn, ThreadRow, Watched
from ieumgil.referral.queries.moves import Moves, moves_in
from ieumgil.referral.queries.narrowing import WHAT_IS_OWED, Cursor, Wanted, threads_of
from ieumgil.referral.queries.passing import Passed, passings_of
from ieumgil.referral.queries.rows import case_of, header_of, row_of
from ieumgil.referral.queries.sealed import Keys, content_of
from ieumgil.referral.rules import Side, fold

PAGE = 50


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of a work list: nothing in it identifies a person.

    `ref` is what both sides can say on the telephone; `case_ref` and `opens` are for the team of a case, `worker` is whom to
    ask, `news` names what the peer said and nobody here has looked at, `passed` that it waits to be taken by a colleague.
    """

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
    before: str = ""
    news: str = ""
    opens: bool = True
    case_ref: str = ""
    worker: str = ""
    passed: Passed | None = None

    @property
    def ref(self) -> str:
        """The first signs of the thread's id, the same on both sides."""
        return str(self.thread)[:8].upper()

    @property
    def is_ours(self) -> bool:
        """Whether the next step is this side's."""
        return bool(self.owes) and self.owes == self.side


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Some lines of a work list; `after` gives the next ones, None on the last page."""

    items: tuple[WorkItem, ...]
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `said` is None once deleted, `fields` how many a packet brought, as long as it is there.

    `effect` is moved, crossed or frozen; for what the fold leaves out, its standing: waiting, refused, or admitted where
    a settlement signed it away; `reason` says why it was refused.
    """

    message_id: str
    author: str
    kind: str
    sent_at: str
    due: str | None
    effect: str
    said: dict[str, Json] | None
    packet: bool = False
    fields: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread with its messages in the order in which the rule took them, what may be done now, who passed it on."""

    item: WorkItem
    turns: tuple[Turn, ...]
    moves: Moves
    passings: tuple[Passed, ...]


def work_list(actor: Actor, *, after: Cursor | None = None) -> list[WorkItem]:
    """Give what the actor's agency owes (a next step, delivery, or settling a fork), by due time, a page of 50 at a time.

    A thread that is not closed on both sides stands on at least one side's list (thread page, rule 4). `after`: the due
    time and thread of the last line before. Raises DeniedError(no-right).
    """
    return list(work_page(actor, after=after).items)


def work_page(actor: Actor, *, wanted: Wanted = WHAT_IS_OWED, after: Cursor | None = None) -> WorkPage:
    """Give the same, narrowed to what is wanted, and where the next page begins. Raises DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_READ))
        rows: list[Any] = threads_of(actor, wanted, after=after, most=PAGE + 1)
        page, more = rows[:PAGE], len(rows) > PAGE
        waiting = {
            item.subject for item in exchange.undelivered(actor, subjects=[row.thread for row in page])
        }
        passed = {row.pk: one for row, one in _waiting_to_be_taken(page)}
        items = (
            _line(row, undelivered=row.thread in waiting, mine=row.mine, passed=passed.get(row.pk))
            for row in page
        )
        return WorkPage(tuple(items), (page[-1].due_at, page[-1].thread) if more else None)


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
        moves = moves_in(actor, row, on_the_case=True)
        return Conversation(_one(actor, row), tuple(_turns(row)), moves, passings_of(actor, row))


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


def _waiting_to_be_taken(rows: Sequence[ThreadRow]) -> Iterator[tuple[ThreadRow, Passed]]:
    waiting = PassedOn.objects.filter(thread__in=rows, taken_at=None).select_related(
        "giver", "taker", "thread"
    )
    return ((one.thread, Passed.of(one)) for one in waiting)


def _one(actor: Actor, row: ThreadRow) -> WorkItem:
    return _line(row, undelivered=bool(exchange.undelivered(actor, subjects=[row.thread])))


def _line(
    row: ThreadRow, *, undelivered: bool, mine: bool | None = None, passed: Passed | None = None
) -> WorkItem:
    """Give the line of a row; `mine` is None where nobody asked for the case, its team and its worker."""
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
        row.before,
        row.news or "",
        mine is not False or row.side == Side.R,
        row.case.ref if mine and row.case else "",
        row.worker.display_name if mine is not None and row.worker else "",
        passed,
    )


def _turns(row: ThreadRow) -> list[Turn]:
    rows: dict[str, MessageRow] = {message.message_id: message for message in row.messages.order_by("pk")}
    headers = {ident: header_of(m) for ident, m in rows.items()}
    admitted = [ident for ident, m in rows.items() if m.standing == MessageRow.Standing.ADMITTED]
    thread = fold([headers[ident].message() for ident in admitted], frozenset(row.void))
    taken = dict.fromkeys(thread.order, "moved")
    taken |= dict.fromkeys(thread.crossed, "crossed") | dict.fromkeys(thread.frozen, "frozen")
    left_out = {ident: m.standing for ident, m in rows.items() if ident not in taken}
    keys = Keys()
    return [_turn(rows[ident], headers[ident], effect, keys) for ident, effect in (taken | left_out).items()]


def _turn(row: MessageRow, header: Header, effect: str, keys: Keys) -> Turn:
    said = content_of(row, keys)
    packet = said.pop("packet", None) if said else None
    fields = (
        len(packet["fields"]) if isinstance(packet, dict) and isinstance(packet["fields"], dict) else None
    )
    return Turn(
        row.message_id,
        row.author,
        row.kind,
        header.sent_at,
        header.due,
        effect,
        said,
        row.packet,
        fields,
        row.reason,
    )


def to_review(actor: Actor) -> list[DutyFollowed]:
    """Give what was sent under a legal duty and still wants a second worker, by due time. Raises DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_APPROVE))
        open_ones = DutyFollowed.objects.filter(agency_id=actor.agency, reviewed_at=None)
        return list(open_ones.select_related("thread", "decided_by").order_by("review_due")[:PAGE])
