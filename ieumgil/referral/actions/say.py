"""Say something in a thread: every verb of the referral goes through here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.utils import timezone

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.send import send
from ieumgil.ground.exchange.keys import to_text
from ieumgil.ground.exchange.rules import RefusalReason, time_text
from ieumgil.ground.vault.actions import OpenKey
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, MessageId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError, require
from ieumgil.referral.actions.counts import COUNTED, count_answer
from ieumgil.referral.actions.fold import messages_of, moved, step_due
from ieumgil.referral.actions.keep import is_full, keep_message, parcel_of, thread_key
from ieumgil.referral.actions.keeping import keep_about
from ieumgil.referral.gate import SayingFacts, may_say
from ieumgil.referral.headers import BasisRef, Header, content_hash
from ieumgil.referral.models import Sent, ThreadRow
from ieumgil.referral.queries.rows import case_of, position_of, row_of
from ieumgil.referral.rules import Kind, Side, State, Verdict, admit, next_state


@dataclass(frozen=True, slots=True)
class Click:
    """What the worker had before them: the thread's heads then, a key that makes a double click one, words to keep."""

    heads: tuple[str, ...] | None = None
    once: str | None = None
    words: str = ""

    def bound_to(self, actor: Actor, kind: Kind, about: str) -> "Click":
        """Give the click as it counts: the same key is another click of another worker, about another thread, of another kind."""
        if self.once is None:
            return self
        said = "|".join((str(actor.worker), kind.value, about, self.once))
        return replace(self, once=sha256(said.encode()).hexdigest())


NO_CLICK = Click()
SAID_WITHOUT_A_CASE = frozenset({Kind.RECALL, Kind.CLOSE})  # once it was erased: they hold codes only
Content = dict[str, Json] | Callable[[ThreadRow, datetime], dict[str, Json]]
"""What is said, or how it is found once the thread is locked and the gate has said yes."""


def speak(
    actor: Actor,
    thread: ThreadId,
    kind: Kind,
    content: Content,
    *,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Say something in an existing thread, in one transaction with its ledger entry and its sealed bundle.

    The same `click.once` again gives the same message. Raises AbsentError, DeniedError (frozen, no-right, not-your-side,
    not-now), LockedAgencyError, and StaleError where the thread moved on: the words are kept as a draft then.
    """
    moment, click = now or timezone.now(), click.bound_to(actor, kind, str(thread))
    try:
        with audit.attempt(actor, AuditAction(f"referral.{kind.value}")) as entry:
            row = lock_thread(actor, thread)
            key = thread_key(row)
            entry.subject, entry.purpose = key.handle if key else None, row.purpose or None
            done = said_before(actor, click)
            if done is not None:
                return done
            told_blindly = key is None and kind in SAID_WITHOUT_A_CASE
            require(may_say(actor, kind, _facts(actor, row, without_case=told_blindly)))
            if click.heads is not None and click.heads != tuple(row.heads):
                raise StaleError(None)
            if (
                actor.worker is not None
            ):  # whoever answers has looked; the first to speak is the one to ask about it
                row.news, row.worker_id = None, row.worker_id or actor.worker
            said = content(row, moment) if callable(content) else content
            if kind in COUNTED:
                count_answer(row, kind, str(said.get("reason", "")), moment)
            return say(actor, row, kind, said, click=click, key=key, now=moment)
    except StaleError as stale:
        if not click.words:
            raise
        kept = keep_about(actor, thread, text=click.words, why=stale.code, subject=str(thread))
        raise StaleError(str(kept)) from stale


def say(
    actor: Actor,
    row: ThreadRow,
    kind: Kind,
    content: dict[str, Json],
    *,
    click: Click = NO_CLICK,
    key: OpenKey | None = None,
    now: datetime,
) -> MessageId:
    """Sign, keep and seal one message in a locked thread; inside the caller's attempt, after its gate said yes.

    `key`: the thread's, if it is open already. Raises StaleError if it is not legal in the thread's state.
    """
    after = next_state(position_of(row), Side(row.side), kind)
    if after is None:
        raise StaleError(None)
    if is_full(row, Side(row.side), kind):
        raise DeniedError(RefusalReason.TOO_MANY)  # the peer would refuse it, and then wait for it in vain
    salt = secrets.token_hex(16)
    header = _header(row, kind, salt, content, after=after, now=now)
    if row.void and admit(messages_of(row), header.message()) is not Verdict.ADMITTED:
        raise StaleError(None)  # admission knows no settlement: the peer would refuse it
    envelope: dict[str, Json] = {"salt": salt, "content": content}
    keys = keyring(actor.agency)
    signature = to_text(keys.sign.sign(header.signed_bytes()))
    message = keep_message(row, header, signature, envelope, verdict=Verdict.ADMITTED, key=key, now=now)
    moved(row, header, message)
    if click.once:
        Sent.objects.create(
            agency_id=actor.agency, key=click.once, message_id=message.message_id, thread=row.thread
        )
    send(actor, parcel=parcel_of(row, message, header.body(), envelope), now=now, keys=keys)
    return MessageId(message.message_id)


def lock_thread(actor: Actor, thread: ThreadId) -> ThreadRow:
    """Give the agency's own copy of a thread, locked until the transaction ends; raises AbsentError."""
    return row_of(actor, thread, lock=True)


def said_before(actor: Actor, click: Click) -> MessageId | None:
    """Give the message that this very click already sent, if it did."""
    if click.once is None:
        return None
    sent = Sent.objects.filter(agency_id=actor.agency, key=click.once).first()
    return MessageId(sent.message_id) if sent else None


def new_thread(
    actor: Actor,
    *,
    case: CaseId,
    to: AgencyId,
    urgency: str,
    basis: BasisRef,
    purpose: str,
    now: datetime,
    onward_of: UUID | None = None,
) -> ThreadRow:
    """Open the agency's own copy of a thread about a case; what is said lies under the case's key and goes with it."""
    return ThreadRow.objects.create(
        agency_id=actor.agency,
        thread=uuid4(),
        side=Side.F,
        peer=to,
        case_id=case,
        key=casefile.key_of(actor, case),
        urgency=urgency,
        basis=basis.body(),
        purpose=purpose,
        state="START",
        owes=Side.F,
        opened_at=now,
        onward_of=onward_of,
        worker_id=actor.worker,
    )


def _header(
    row: ThreadRow, kind: Kind, salt: str, content: dict[str, Json], *, after: State, now: datetime
) -> Header:
    due = step_due(row, kind, after, now)
    return Header(
        thread=ThreadId(row.thread),
        sender=row.agency_id,
        receiver=row.peer,
        side=Side(row.side),
        seq=row.own_seq + 1,
        prev=row.own_last or None,
        seen=tuple(row.heads),
        kind=kind,
        sent_at=time_text(now),
        due=time_text(due) if due else None,
        urgency=row.urgency,
        basis=BasisRef(**row.basis),
        content_hash=content_hash(salt, content),
        packet=content.get("packet") is not None,
        onward_of=row.onward_of,
    )


def _facts(actor: Actor, row: ThreadRow, *, without_case: bool) -> SayingFacts:
    side, on_the_case = Side(row.side), True
    if side is Side.F and actor.worker is not None and not without_case:
        try:
            casefile.case(actor, case_of(row))
        except (AbsentError, DeniedError):
            on_the_case = False
    return SayingFacts(side, row.frozen, on_the_case)
