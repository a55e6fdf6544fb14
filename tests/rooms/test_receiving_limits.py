"""What a peer may not do to a thread by what it sends: stop the watch, choose the basis, fill it up, make it cost without end."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from django.db import transaction

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.keys import to_text
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, MessageId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral import graph
from ieumgil.referral.actions import answer, enquire, keep, overdue, recall, refer
from ieumgil.referral.actions import receive as receiving
from ieumgil.referral.actions.say import Click, speak
from ieumgil.referral.headers import BasisRef, Header, content_hash
from ieumgil.referral.models import Escalation, MessageRow, ThreadRow
from ieumgil.referral.queries import basis as bases
from ieumgil.referral.queries.work import look
from ieumgil.referral.rules import Kind, Message, Side, judge, parents_first
from ieumgil.referral.words import parents_of
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, offered, referred
from tests.support.mechanism import ENQUIRY, a_case, carry, give_consent, give_leave

JOINING = BasisRef("joining", "joining", 1)
LATER = NOW + timedelta(days=3)  # by then everybody has the roll
SOON = timedelta(hours=2)
ASKED = cast(
    "dict[str, Json]", {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(ENQUIRY).items()}
)


class Liar:
    """A peer's node that signs what it likes and keeps no rule but the numbering of its own messages in a thread."""

    def __init__(self, agency: AgencyId, to: AgencyId, thread: ThreadId, side: Side) -> None:
        self.agency, self.to, self.thread, self.side = agency, to, thread, side
        own = MessageRow.objects.filter(thread__thread=thread, agency_id=agency, author=side).order_by("seq")
        last = own.last()
        self.seq: int = last.seq if last else 0
        self.prev: str | None = last.message_id if last else None
        row = ThreadRow.objects.filter(thread=thread, agency_id=agency).first()
        self.heads = tuple(row.heads) if row else ()
        self.step = row.moved_by if row else "0" * 64

    def writes(
        self, kind: Kind, content: dict[str, Json] | None, now: datetime = NOW, **changes: object
    ) -> OutboxItem:
        """Lay a signed message in the outbox, one that follows its own last and has seen what it saw."""
        salt = secrets.token_hex(16)
        header = Header(
            self.thread, self.agency, self.to, self.side, self.seq + 1, self.prev, self.heads, kind,
            time_text(now), time_text(now + SOON), "urgent", JOINING,
            content_hash(salt, content) if content is not None else "0" * 64, content is None,
        )  # fmt: skip
        header = replace(header, **changes)  # type: ignore[arg-type]
        ident = header.message().id
        self.seq, self.prev, self.heads = header.seq, ident, (ident,)
        signature = to_text(keyring(self.agency).sign.sign(header.signed_bytes()))
        envelope: Json = None if content is None else {"salt": salt, "content": content}
        body: dict[str, Json] = {"header": header.body(), "signature": signature, "envelope": envelope}
        with transaction.atomic():
            item = send(
                clock(self.agency), parcel=Parcel(self.to, "thread", body, ident, self.thread), now=now
            )
        return OutboxItem.objects.get(pk=item)

    def escalates(self, times: int) -> list[OutboxItem]:
        """Write messages that move nothing, each resting on the one before."""
        return [self.writes(Kind.ESCALATE, {"step": self.step, "level": 1}, due=None) for _ in range(times)]


def bring(item: OutboxItem, now: datetime = NOW) -> str:
    """Bring a bundle to its receiver; gives the reason if it is refused, and nothing if it is kept."""
    return receive(bytes(item.sealed), now=now).reason


def shelters(people: People, thread: ThreadId) -> Liar:
    return Liar(people.shelter, people.police, thread, Side.R)


def polices(people: People, thread: ThreadId) -> Liar:
    return Liar(people.police, people.shelter, thread, Side.F)


def a_thread() -> ThreadId:
    return ThreadId(uuid4())


# --- a due time that nobody could watch ---


@pytest.mark.parametrize("due", ["9999-12-31T00:00:00Z", None])
def test_a_step_that_would_never_be_due_is_refused(mechanism: People, case: CaseId, due: str | None) -> None:
    thread = referred(mechanism, case)
    assert bring(shelters(mechanism, thread).writes(Kind.ACCEPT, {}, due=due)) == "due-too-late"
    assert look(mechanism.owner, thread).state == "REFERRED"


@pytest.mark.parametrize(("hours", "reason"), [(2, ""), (24, ""), (25, "due-too-late")])
def test_a_step_may_be_due_as_early_as_one_likes_and_no_later_than_the_basis_says(
    mechanism: People, case: CaseId, hours: int, reason: str
) -> None:
    thread, due = referred(mechanism, case), time_text(LATER + timedelta(hours=hours))
    assert bring(shelters(mechanism, thread).writes(Kind.ACCEPT, {}, LATER, due=due), LATER) == reason


def test_a_peer_that_says_itself_what_is_overdue_keeps_nobody_from_telling(
    mechanism: People, case: CaseId
) -> None:
    thread, later = referred(mechanism, case), NOW + timedelta(days=9)
    liar = shelters(mechanism, thread)
    for level in (1, 2, 3):
        assert bring(liar.writes(Kind.ESCALATE, {"step": liar.step, "level": level}, due=None)) == ""
    assert overdue.escalate_overdue(now=NOW) == 0  # control: nothing is overdue yet
    overdue.escalate_overdue(now=later)
    told = Escalation.objects.filter(agency=mechanism.police)
    assert [(row.thread.thread, row.level) for row in told] == [(thread, 3)]


def test_a_message_dated_in_the_future_cannot_put_off_what_is_due(mechanism: People, case: CaseId) -> None:
    thread, year = referred(mechanism, case), NOW + timedelta(days=100)
    late = shelters(mechanism, thread).writes(
        Kind.ACCEPT, {}, sent_at=time_text(year), due=time_text(year + SOON)
    )
    assert bring(late) == "not-yet-valid"
    assert bring(late, year) != "not-yet-valid"  # control: then it would be


# --- what a thread rests on is said by the message that begins it ---


def test_a_message_that_waits_does_not_choose_the_basis(mechanism: People) -> None:
    thread = a_thread()
    liar = polices(mechanism, thread)
    begins = liar.writes(Kind.ENQUIRY, ASKED)
    waits = liar.writes(
        Kind.ESCALATE, {"step": "0" * 64, "level": 1}, due=None, urgency="ordinary",
        basis=BasisRef("agreement", str(uuid4()), 1),
    )  # fmt: skip
    assert (bring(waits), bring(begins)) == ("", "")
    row = ThreadRow.objects.get(agency=mechanism.shelter, thread=thread)
    assert (row.basis, row.urgency, row.purpose) == (JOINING.body(), "urgent", "shelter")
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + SOON, now=NOW)


@pytest.mark.parametrize(("basis", "reason"), [(JOINING, ""), (BasisRef("law", str(uuid4()), 1), "no-basis")])
def test_a_packet_that_comes_bare_needs_a_basis_too(mechanism: People, basis: BasisRef, reason: str) -> None:
    assert bring(polices(mechanism, a_thread()).writes(Kind.REFER, None, basis=basis)) == reason


# --- the class of the receiver ---


def test_a_body_of_enforcement_is_not_asked_for_shelter(
    mechanism: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(mechanism.stranger, NOW)
    give_leave(mechanism.stranger, case, NOW)
    with pytest.raises(DeniedError, match="kind-walled"):
        enquire.enquire(
            mechanism.stranger, case=case, to=mechanism.police, enquiry=ENQUIRY, urgency="urgent", now=NOW
        )
    with pytest.raises(DeniedError, match="kind-walled"):
        bases.basis_for(mechanism.shelter, mechanism.police, PurposeCode("medical"), NOW)
    assert bases.basis_for(mechanism.police, mechanism.shelter, PurposeCode("medical"), NOW)  # control


def test_an_enquiry_that_came_through_the_wall_is_refused(mechanism: People) -> None:
    wrong = Liar(mechanism.shelter, mechanism.police, a_thread(), Side.F)
    assert bring(wrong.writes(Kind.ENQUIRY, ASKED)) == "no-basis"
    assert bring(polices(mechanism, a_thread()).writes(Kind.ENQUIRY, ASKED)) == ""  # control


# --- how much a thread may hold, and cost ---


def test_no_more_than_so_many_messages_wait_in_a_thread(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_WAITING", 3)
    thread = referred(mechanism, case)
    first, *rest = polices(mechanism, thread).escalates(5)
    assert [bring(item) for item in rest] == ["", "", "", "too-many"]
    assert [bring(first), bring(rest[3])] == ["", ""]  # control: once its past is there it is taken
    there = MessageRow.objects.filter(agency=mechanism.shelter, kind="escalate")
    assert set(there.values_list("standing", flat=True)) == {"admitted"}


def test_nobody_tells_without_end_what_moves_nothing(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = referred(mechanism, case)
    items = polices(mechanism, thread).escalates(3)
    monkeypatch.setattr(keep, "MOST_BESIDE", 2)
    assert [bring(item) for item in items] == ["", "", "too-many"]
    monkeypatch.setattr(keep, "MOST_BESIDE", 0)
    with pytest.raises(DeniedError, match="too-many"):  # an honest node does not even say it
        speak(mechanism.stranger, thread, Kind.OPENED, {"role": "reviewer", "times": 1}, now=NOW)
    monkeypatch.undo()
    speak(mechanism.stranger, thread, Kind.OPENED, {"role": "reviewer", "times": 1}, now=NOW)  # control


def test_each_message_that_waited_is_judged_once(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Message] = []

    def noted(known: Iterable[Message], message: Message) -> object:
        judged.append(message)
        return judge(known, message)

    thread = referred(mechanism, case)
    first, *rest = polices(mechanism, thread).escalates(21)
    for item in reversed(rest):
        bring(item)
    monkeypatch.setattr(receiving, "judge", noted)
    assert bring(first) == ""
    assert 20 <= len(judged) == len({message.id for message in judged})
    assert MessageRow.objects.filter(agency=mechanism.shelter, standing="waiting").count() == 0


def test_what_names_a_refused_message_and_waited_is_refused_too(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    liar = polices(mechanism, thread)
    first = liar.escalates(1)[0]
    rest = [
        liar.writes(Kind.ENQUIRY, ASKED),
        liar.writes(Kind.ESCALATE, {"step": liar.step, "level": 2}, due=None),
    ]
    assert [bring(item) for item in (*rest, first)] == ["", "", ""]
    standing = [MessageRow.objects.get(agency=mechanism.shelter, message_id=i.bundle_id) for i in rest]
    assert [(row.standing, row.reason) for row in standing] == [("refused", "illegal-in-its-past")] * 2


def chain(length: int) -> list[Message]:
    """Give so many messages, each resting on the one before."""
    ids = [None, *(f"{i:064x}" for i in range(length))]
    return [
        Message(cast("MessageId", ident), Side.F, i + 1, ids[i], (), Kind.ESCALATE)
        for i, ident in enumerate(ids[1:])
    ]


def looks(order: Iterable[Message], look_at: Callable[[Message], set[str]]) -> Iterator[Message]:
    """Order messages as a rescan of all that is left would: the fault to be found."""
    left = list(order)
    there: set[str] = set()
    while left:
        for message in list(left):
            if look_at(message) <= there:
                there.add(message.id)
                left.remove(message)
                yield message


def test_messages_in_reverse_order_cost_each_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    length, looked_at = 60, list[str]()
    backwards = list(reversed(chain(length)))

    def noted(message: Message) -> set[str]:
        looked_at.append(message.id)
        return parents_of(message)

    monkeypatch.setattr(graph, "parents_of", noted)
    assert list(parents_first(backwards)) == chain(length)
    assert len(looked_at) == length
    looked_at.clear()
    assert list(looks(backwards, noted)) == chain(length)
    assert len(looked_at) > 10 * length  # the control: a rescan is caught


# --- a click ---


def test_one_key_of_a_client_is_another_click_in_another_thread(mechanism: People, case: CaseId) -> None:
    one, two = referred(mechanism, case), referred(mechanism, case)
    click = Click(once="1")
    first = answer.query(mechanism.stranger, thread=one, question="A", click=click, now=NOW)
    assert first == answer.query(mechanism.stranger, thread=one, question="A", click=click, now=NOW)
    assert first != answer.query(mechanism.stranger, thread=two, question="B", click=click, now=NOW)
    carry(NOW)
    assert (agreed(mechanism, one), agreed(mechanism, two)) == ("QUERIED", "QUERIED")


def test_one_key_is_another_click_of_another_kind_and_another_worker(mechanism: People, case: CaseId) -> None:
    thread, click = offered(mechanism, case), Click(once="1")
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    sent = refer.refer(mechanism.owner, thread=thread, click=click, now=NOW)
    assert sent == refer.refer(mechanism.owner, thread=thread, click=click, now=NOW)
    taken_back = recall.recall(mechanism.owner, thread=thread, reason="error", click=click, now=NOW)
    assert taken_back != sent
    bound = click.bound_to(mechanism.owner, Kind.RECALL, str(thread))
    assert bound != click.bound_to(mechanism.colleague, Kind.RECALL, str(thread))
    assert bound == click.bound_to(mechanism.owner, Kind.RECALL, str(thread))  # control
