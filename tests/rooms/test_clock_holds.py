"""The clock goes on: an erased case, an agency that left the roll or keys that ran out end nothing but one step."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from ieumgil.casefile.actions import erase_case
from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions import answer, counts, enquire, overdue, recall, refer
from ieumgil.referral.models import Escalation, MessageRow, Watched
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.queries.work import look, watched
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, enquired, in_care, referred
from tests.support.mechanism import a_case, carry

LATER, DAY = NOW + timedelta(days=3), timedelta(days=1)


def alarms(people: People) -> set[tuple[str, str]]:
    """Give the open alarms of the police unit, each with what it is about."""
    return {(row.code, row.subject) for row in exchange.open_alarms(people.owner)}


def erased(people: People, case: CaseId) -> ThreadId:
    """Refer a person, and erase their case while the referral is open."""
    thread = referred(people, case)
    erase_case(people.owner, case, "person-asked", now=NOW)
    return thread


# --- a case that was erased ---


def test_a_referral_whose_case_was_erased_is_recalled_by_the_clock(mechanism: People, case: CaseId) -> None:
    other = referred(mechanism, a_case(mechanism.owner, NOW))
    thread = erased(mechanism, case)
    assert recall.recall_what_lapsed(now=NOW) == 1
    carry(NOW)
    assert agreed(mechanism, thread) == "RECALLED"
    assert agreed(mechanism, other) == "REFERRED"  # control: a case that is there recalls nothing
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    enquire.close(mechanism.owner, thread=thread, reason="complete", now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "CLOSED"


def test_after_the_case_was_erased_a_worker_can_still_recall_but_say_nothing_about_it(
    mechanism: People, case: CaseId
) -> None:
    thread = erased(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="When?", now=NOW)
    carry(NOW)
    with pytest.raises(DeniedError, match="absent"):
        refer.reply(mechanism.owner, thread=thread, answer=refer.Answer("tonight"), now=NOW)
    recall.recall(mechanism.colleague, thread=thread, reason="danger", now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "RECALLED"


def test_a_colleague_recalls_nothing_while_the_case_is_there(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    with pytest.raises(DeniedError):
        recall.recall(mechanism.colleague, thread=thread, reason="danger", now=NOW)


def test_what_comes_for_an_erased_case_is_taken_and_what_was_said_before_stays_closed(
    mechanism: People, case: CaseId
) -> None:
    thread = erased(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="When?", now=NOW)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "ACCEPTED"
    held = MessageRow.objects.filter(agency=mechanism.police).select_related("thread")
    assert all(content_of(row) is None for row in held.filter(kind__in=("enquiry", "can-take", "refer")))
    assert content_of(held.get(kind="query")) == {"question": "When?"}


# --- the clock goes on ---


def test_an_erased_case_is_still_told_to_the_coordinator(mechanism: People, case: CaseId) -> None:
    thread = erased(mechanism, case)
    assert overdue.escalate_overdue(now=LATER) == 2
    carry(LATER)
    assert {row.reported_by for row in watched(mechanism.coordinator)} == {
        mechanism.police,
        mechanism.shelter,
    }
    said = MessageRow.objects.filter(agency=mechanism.shelter, kind="escalate", author="F")
    assert said.get().thread.thread == thread


def test_one_thread_that_fails_keeps_no_other_from_being_told(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = enquired(mechanism, case, urgency="emergency")
    second = enquired(mechanism, case, urgency="emergency")

    def broken(row: object) -> None:
        if row.thread == first:  # type: ignore[attr-defined]
            raise RuntimeError("what a person said")

    monkeypatch.setattr(overdue, "thread_key", broken)
    assert overdue.escalate_overdue(now=LATER) == 2  # of the first, its peer hears all the same
    assert [row.thread.thread for row in Escalation.objects.all()] == [second]
    assert alarms(mechanism) == {("clock-failed", str(first))}
    monkeypatch.undo()
    assert overdue.escalate_overdue(now=LATER) == 1  # control: what failed is tried again
    assert {row.thread.thread for row in Escalation.objects.all()} == {first, second}


def test_without_a_coordinator_to_be_reached_the_peer_hears_of_it_all_the_same(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = enquired(mechanism, case, urgency="emergency")
    asked = exchange.seal_to

    def out_of_keys(agency: object, now: object) -> object:
        if agency == mechanism.coordinator.agency:
            raise DeniedError("no-seal-key")
        return asked(agency, now)  # type: ignore[arg-type]

    monkeypatch.setattr(exchange, "seal_to", out_of_keys)
    assert overdue.escalate_overdue(now=LATER) == 1
    assert overdue.escalate_overdue(now=LATER) == 0  # once
    said = MessageRow.objects.get(agency=mechanism.police, kind="escalate")
    assert (said.thread.thread, Escalation.objects.count()) == (thread, 0)
    assert alarms(mechanism) == {("clock-failed", str(thread))}
    monkeypatch.undo()
    assert overdue.escalate_overdue(now=LATER) == 1  # control: the coordinator hears once it can be reached
    assert Escalation.objects.count() == 1


def test_counts_that_cannot_be_told_end_nothing_and_are_told_later(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    answer.cannot_take(mechanism.stranger, thread=thread, reason="full", now=NOW)

    def out_of_keys(*_asked: object) -> None:
        raise DeniedError("no-seal-key")

    monkeypatch.setattr(exchange, "seal_to", out_of_keys)
    assert counts.tell_counts(now=NOW + 31 * DAY) == 0
    assert [row.code for row in exchange.open_alarms(mechanism.stranger)] == ["clock-failed"]
    monkeypatch.undo()
    assert counts.tell_counts(now=NOW + 31 * DAY) == 1


def test_what_cannot_be_recalled_raises_an_alarm(mechanism: People, case: CaseId) -> None:
    thread = erased(mechanism, case)
    other = referred(mechanism, again := a_case(mechanism.owner, NOW))
    sign_next_roll(mechanism.coordinator, revoke_agencies=[mechanism.shelter], now=NOW)
    assert recall.recall_what_lapsed(now=NOW) == 0
    assert alarms(mechanism) == {("recall-impossible", str(thread))}  # control: not of the one that stands
    erase_case(mechanism.owner, again, "person-asked", now=NOW)
    assert recall.recall_what_lapsed(now=NOW) == 0
    assert ("recall-impossible", str(other)) in alarms(mechanism)


def test_what_cannot_be_erased_in_time_raises_an_alarm(mechanism: People, case: CaseId) -> None:
    thread = in_care(mechanism, case)
    answer.outcome(mechanism.stranger, thread=thread, code="moved-on", now=NOW)
    carry(NOW)
    enquire.close(mechanism.owner, thread=thread, reason="complete", now=NOW)
    carry(NOW)
    assert recall.erase_what_ran_out(now=NOW + DAY) == 0
    assert exchange.open_alarms(mechanism.stranger) == []  # control: its time has not run out
    assert recall.erase_what_ran_out(now=NOW + 400 * DAY) == 0  # by then the referrer's keys have run out
    (alarm,) = exchange.open_alarms(mechanism.stranger)
    assert (alarm.code, alarm.subject) == ("clock-failed", str(thread))


# --- the coordinator's list ---


def word(people: People, **changes: object) -> Received:
    """Give what the shelter tells the coordinator of an invented step of the police unit."""
    body = {
        "watch_id": str(uuid4()), "owed_by": str(people.police), "state": "REFERRED", "urgency": "emergency",
        "level": 1, "due": time_text(NOW),
    }  # fmt: skip
    return Received(people.coordinator.agency, people.shelter, str(uuid4()), "watch", body | changes)  # type: ignore[arg-type]


@pytest.fixture
def take(mechanism: People) -> Callable[..., None]:
    def taken(**changes: object) -> None:
        coordinator = clock(mechanism.coordinator.agency)
        overdue.take_watch(coordinator, word(mechanism, **changes), NOW)

    return taken


def test_a_higher_level_takes_the_place_of_one_lower_one(
    mechanism: People, take: Callable[..., None]
) -> None:
    take()
    take()  # another thread, due in the same second
    take(level=2)
    assert sorted(row.level for row in watched(mechanism.coordinator)) == [1, 2]
    take(level=2, owed_by=str(mechanism.coordinator.agency))  # control: somebody else's step
    assert len(watched(mechanism.coordinator)) == 3


def test_nobody_fills_the_coordinators_list(
    mechanism: People, take: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "MOST_WATCHED", 3)
    for _ in range(3):
        take()
    with pytest.raises(DeniedError, match="too-many"):
        take()
    take(level=2)  # control: a higher level of what is there is heard
    assert len(watched(mechanism.coordinator)) == 3


@pytest.mark.parametrize("due", ["2026-02-30T00:00:00Z"])
def test_a_watch_of_no_day_or_said_twice_is_refused(
    mechanism: People, take: Callable[..., None], due: str
) -> None:
    with pytest.raises(DeniedError, match="bad-form"):
        take(due=due)
    same = str(uuid4())
    take(watch_id=same)  # control
    with pytest.raises(DeniedError, match="bad-form"):
        take(watch_id=same)


def test_the_list_goes_on_beyond_its_first_page_and_forgets_after_ninety_days(
    mechanism: People, take: Callable[..., None]
) -> None:
    for minutes in range(60):
        take(due=time_text(NOW + timedelta(minutes=minutes % 7)))
    first = watched(mechanism.coordinator)
    rest = watched(mechanism.coordinator, after=(first[-1].due_at, first[-1].pk))
    assert (len(first), len({row.pk for row in (*first, *rest)})) == (50, 60)
    overdue.escalate_overdue(now=NOW + 89 * DAY)
    assert Watched.objects.count() == 60  # control
    overdue.escalate_overdue(now=NOW + 91 * DAY)
    assert Watched.objects.count() == 0


def test_a_reopened_thread_is_due_and_is_told_of_like_any_other(mechanism: People, case: CaseId) -> None:
    """The close crossed a word of the other side, so nobody signed a due time: it counts from the close."""
    thread = enquired(mechanism, case)
    carry(NOW)
    enquire.close(mechanism.owner, thread=thread, reason="no-longer-needed", now=NOW)
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + timedelta(hours=8), now=NOW)
    carry(NOW)
    ours, theirs = look(mechanism.owner, thread), look(mechanism.stranger, thread)
    assert (ours.state, ours.owes) == (theirs.state, theirs.owes) == ("REOPENED", "F")
    assert ours.due_at == theirs.due_at
    assert ours.due_at is not None
    assert overdue.escalate_overdue(now=NOW) == 0
    assert overdue.escalate_overdue(now=ours.due_at + timedelta(minutes=1)) > 0
