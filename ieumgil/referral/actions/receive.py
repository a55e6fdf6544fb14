"""Take a message that came: check it, judge it in its own past, keep it sealed anew, and fold."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import Purpose, covers
from ieumgil.ground import rows
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.actions.keep import refuse_after_all
from ieumgil.ground.exchange.actions.receipt import signed_for
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import SKEW, RefusalReason
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import KeyKind
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, FieldPath, PurposeCode
from ieumgil.kernel.outcome import AbsentError, DeniedError, Deny
from ieumgil.referral.actions.extend import only_extends
from ieumgil.referral.actions.fold import forget, latest_due, messages_of, moved, refold
from ieumgil.referral.actions.home import send_home, stands_after_all
from ieumgil.referral.actions.keep import is_full, keep_message
from ieumgil.referral.contents import fits, is_spoken_in_time
from ieumgil.referral.headers import Header, content_hash, read_header
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.rows import header_of, position_of
from ieumgil.referral.rules import Kind, Message, Side, State, Verdict, judge, next_state, parents_first
from ieumgil.referral.words import parents_of

Standing = MessageRow.Standing
_STARTS = frozenset({Kind.ENQUIRY, Kind.REFER})
MOST_WAITING = 64  # in one thread: whoever sends more comes again later


def take_message(actor: Actor, came: Received, now: datetime) -> None:
    """Keep a message of a thread; raises DeniedError with the reason, and then nothing of it is kept.

    On receipt what it says is sealed again under a key of its own and the sealed bytes are discarded (thread page, rule 7).
    """
    header, envelope = _read(came)
    row = _thread_of(actor, came, header, now)
    if header.sender != actor.agency:
        _check_basis(header, envelope, row.purpose, now)
        if header.said_at > now + SKEW:  # what is due is reckoned from it
            raise DeniedError(RefusalReason.NOT_YET_VALID)
        if is_full(row, header.side, header.kind):
            raise DeniedError(RefusalReason.TOO_MANY)
    elif MessageRow.objects.filter(thread=row, message_id=came.bundle_id).exists():
        stands_after_all(row, came.bundle_id, now)
        return  # it was not lost here
    message = header.message()
    extends = header.sender != actor.agency and only_extends(row, message)
    known = [] if extends else messages_of(row)
    after = next_state(position_of(row), message.author, message.kind) if extends else None
    verdict, after = (Verdict.ADMITTED, after) if extends else _judged(row, message, known)
    if verdict is Verdict.ADMITTED and header.kind in _STARTS and not row.moved_by:
        _note_beginning(row, header, envelope)
    if header.sender != actor.agency and after is not None:
        _check_due(row, header, after)
    kept = keep_message(row, header, str(came.body["signature"]), envelope, verdict=verdict, now=now)
    if extends:
        moved(row, header, kept)
        return
    if verdict is Verdict.ADMITTED:
        known = _admit_waiting(actor, row, [*known, message], now)
    send_home(actor, row, refold(row, now, known).twins, now)


def take_refusal(actor: Actor, *, bundle_id: str, reason: str, kept: bool = False, now: datetime) -> None:
    """Take a message back that the peer's signed receipt refused, and what was built on it: its sender owes the step again.

    `kept`: another receipt says that the peer kept it. A packet that it may hold stays in view, and an alarm says so.
    """
    sent = MessageRow.objects.filter(agency_id=actor.agency, message_id=bundle_id)
    message = sent.select_related("thread").first()
    if message is None or message.author != message.thread.side:
        return
    row = ThreadRow.objects.select_for_update().get(pk=message.thread_id)
    fallen = {bundle_id}
    for later in messages_of(row):
        if parents_of(later) & fallen:
            fallen.add(later.id)
    MessageRow.objects.filter(thread=row, message_id__in=fallen).update(
        standing=Standing.REFUSED, reason=reason
    )
    _keep_in_view(row, fallen - (set() if kept else {bundle_id}), bundle_id, now)
    refold(row, now)
    raise_alarm(actor.agency, code="message-refused", peer=row.peer, subject=bundle_id, now=now)


def _keep_in_view(row: ThreadRow, fallen: set[str], refused: str, now: datetime) -> None:
    brought = MessageRow.objects.filter(thread=row, message_id__in=fallen, packet=True)
    packets, agency = set(brought.values_list("message_id", flat=True)), AgencyId(row.agency_id)
    if refused in packets or signed_for(agency, packets):
        row.out_since = now
        row.save(update_fields=["out_since"])
        raise_alarm(agency, code="refused-after-kept", peer=row.peer, subject=refused, now=now)


def _read(came: Received) -> tuple[Header, dict[str, Json] | None]:
    if not fits("message", came.body):
        raise DeniedError(RefusalReason.BAD_FORM)
    head, envelope = came.body["header"], came.body["envelope"]
    header = read_header(dict(head) if isinstance(head, dict) else {})
    if header.message().id != came.bundle_id or not _spoken_in_time(header, envelope):
        raise DeniedError(RefusalReason.BAD_FORM)
    author = AgencyId(header.sender)
    if {author, header.receiver} != {came.sender, came.agency}:
        raise DeniedError(RefusalReason.WRONG_AUTHOR)
    if not exchange.signed_by(author, header.signed_bytes(), str(came.body["signature"]), header.said_at):
        raise DeniedError(RefusalReason.BAD_SIGNATURE)
    said = dict(envelope) if isinstance(envelope, dict) else None
    comes_home_bare = author == came.agency and said is None  # the peer has destroyed what it said
    if not (comes_home_bare or _matches(header, said)):
        raise DeniedError(RefusalReason.PACKET_MISMATCH)
    return header, said


def _spoken_in_time(header: Header, envelope: Json) -> bool:
    content = envelope["content"] if isinstance(envelope, dict) else None
    return not isinstance(content, dict) or is_spoken_in_time(content, header.said_at)


def _matches(header: Header, envelope: dict[str, Json] | None) -> bool:
    if envelope is None or not isinstance(envelope["content"], dict):
        # Bare: nothing was said, or a packet was recalled before it had left its node.
        return header.packet or header.content_hash is None
    content = dict(envelope["content"])
    brings = content.get("packet") is not None
    return brings is header.packet and content_hash(str(envelope["salt"]), content) == header.content_hash


def _thread_of(actor: Actor, came: Received, header: Header, now: datetime) -> ThreadRow:
    row = rows.one(ThreadRow, lock=True, agency_id=actor.agency, thread=header.thread)
    own = header.sender == actor.agency
    if row is not None:
        if row.peer != came.sender or (row.side == header.side) is not own:
            raise DeniedError(RefusalReason.WRONG_THREAD)
        return row
    if header.side is not Side.F or own:
        raise DeniedError(RefusalReason.WRONG_THREAD)
    return ThreadRow.objects.create(
        agency_id=actor.agency,
        thread=header.thread,
        side=Side.R,
        peer=header.sender,
        key=vault.new_key(actor.agency, KeyKind.THREAD, now=now),
        urgency=header.urgency,
        basis=header.basis.body(),
        state="START",
        owes=Side.F,
        opened_at=now,
        onward_of=header.onward_of,
    )


def _check_basis(header: Header, envelope: dict[str, Json] | None, of_thread: str, now: datetime) -> None:
    content = dict(envelope["content"]) if envelope and isinstance(envelope["content"], dict) else {}
    packet = content.get("packet")
    if isinstance(packet, dict):
        purpose = _covered(header, str(packet["purpose"]), now)
        fields, another = packet["fields"], purpose.code != (of_thread or purpose.code)
        if another or not isinstance(fields, dict) or not _may_be_held(purpose, fields):
            raise DeniedError(RefusalReason.PACKET_MISMATCH)
    elif header.kind is Kind.ENQUIRY:
        _covered(header, str(content["need"]), now)
    elif header.kind is Kind.REFER and not of_thread:
        _covered_at_all(header, now)


def _covered_at_all(header: Header, now: datetime) -> None:
    """Ask of a bare packet, which was recalled before it had left, that its basis covers any purpose here."""
    for code in agreements.purposes():
        with suppress(DeniedError):
            _covered(header, code, now)
            return
    raise DeniedError(RefusalReason.NO_BASIS)


def _covered(header: Header, code: str, now: datetime) -> Purpose:
    purpose = agreements.purposes().get(PurposeCode(code))
    try:
        basis = agreements.basis_named(AgencyId(header.receiver), header.basis.id, header.basis.version)
    except AbsentError:
        raise DeniedError(RefusalReason.NO_BASIS) from None
    if purpose is None or basis.kind.value != header.basis.kind:
        raise DeniedError(RefusalReason.NO_BASIS)
    if isinstance(covers(basis, AgencyId(header.sender), AgencyId(header.receiver), purpose, now), Deny):
        raise DeniedError(RefusalReason.NO_BASIS)
    if exchange.card_on_roll(AgencyId(header.receiver)).agency_class not in purpose.receivers:
        raise DeniedError(RefusalReason.NO_BASIS)
    return purpose


def _may_be_held(purpose: Purpose, fields: dict[str, Json]) -> bool:
    """Say whether a packet holds only what its purpose needs and what may ever leave: a sender's slip stops here too."""
    known = agreements.fields()
    return all(
        FieldPath(path) in purpose.needs and known[FieldPath(path)].may_leave_for(purpose.code)
        for path in fields
    )


def _judged(row: ThreadRow, message: Message, known: Sequence[Message]) -> tuple[Verdict, State | None]:
    refused = MessageRow.objects.filter(
        thread=row, message_id__in=parents_of(message), standing=Standing.REFUSED
    )
    if refused.exists():
        raise DeniedError(RefusalReason.ILLEGAL_IN_ITS_PAST)
    verdict, after = judge(known, message)
    if verdict is Verdict.REFUSED:
        raise DeniedError(RefusalReason.ILLEGAL_IN_ITS_PAST)
    waiting = MessageRow.objects.filter(thread=row, standing=Standing.WAITING)
    if verdict is Verdict.WAITING and waiting.count() >= MOST_WAITING:
        raise DeniedError(RefusalReason.TOO_MANY)
    return verdict, after


def _note_beginning(row: ThreadRow, header: Header, envelope: dict[str, Json] | None) -> None:
    """Take from the message that begins the thread, and from no other, what the thread rests on."""
    content = envelope["content"] if envelope else None
    said = dict(content) if isinstance(content, dict) else {}
    packet = said.get("packet")
    row.purpose = str(packet["purpose"] if isinstance(packet, dict) else said.get("need", ""))
    row.basis, row.urgency, row.onward_of = header.basis.body(), header.urgency, header.onward_of
    row.save(update_fields=["purpose", "basis", "urgency", "onward_of"])


def _check_due(row: ThreadRow, header: Header, after: State) -> None:
    try:
        latest = latest_due(row, header.kind, after, header.said_at)
    except AbsentError:
        raise DeniedError(RefusalReason.NO_BASIS) from None
    missing = header.due_at is None and not row.void
    if latest is not None and (missing or (header.due_at or latest) > latest):
        raise DeniedError(RefusalReason.DUE_TOO_LATE)


def _admit_waiting(actor: Actor, row: ThreadRow, known: Sequence[Message], now: datetime) -> list[Message]:
    """Judge what waited and now has its parents, each once, parents first; gives all that is admitted."""
    admitted = list(known)
    rows = {m.message_id: m for m in MessageRow.objects.filter(thread=row, standing=Standing.WAITING)}
    headers = {ident: header_of(message) for ident, message in rows.items()}
    there = {message.id for message in known}
    for message in parents_first([header.message() for header in headers.values()], there):
        kept, reason = rows[message.id], _refused_late(row, headers[message.id], message, admitted)
        kept.standing = Standing.REFUSED if reason else Standing.ADMITTED
        if reason:
            _refuse_late(actor, row, kept, reason, now)
        else:
            admitted.append(message)
        kept.save(update_fields=["standing", "reason"])
    return admitted


def _refused_late(
    row: ThreadRow, header: Header, message: Message, admitted: Sequence[Message]
) -> str | None:
    verdict, after = judge(admitted, message)
    if verdict is not Verdict.ADMITTED or after is None:
        # It waits still only where what it names was refused.
        return RefusalReason.ILLEGAL_IN_ITS_PAST
    try:
        if message.author != row.side:
            _check_due(row, header, after)
    except DeniedError as refusal:
        return refusal.code
    return None


def _refuse_late(actor: Actor, row: ThreadRow, message: MessageRow, reason: str, now: datetime) -> None:
    forget(actor, message, reason, now)
    message.reason = reason
    refuse_after_all(
        actor,
        peer=AgencyId(row.peer),
        bundle_id=message.message_id,
        reason=message.reason,
        subject=row.thread,
        now=now,
    )
