"""The rules that must always hold in a referral: no limbo, nothing told that was not agreed, nothing kept too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ieumgil.consent import actions as consent
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import answer, enquire, overdue, recall, refer
from ieumgil.referral.models import MessageRow, ThreadRow, Watched
from ieumgil.referral.queries import work
from ieumgil.referral.queries.rows import position_of
from ieumgil.referral.queries.work import look, watched, work_list
from ieumgil.referral.rules import Kind, Side, next_state
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, enquired, offered, referred, states
from tests.support.mechanism import ENQUIRY, MARK, a_case, carry, give_consent, give_leave
from tests.support.post import contents, sent_by

INTERPRETER = replace(ENQUIRY, need="interpretation")  # a body of coordination may be asked for one
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# --- no limbo ---


def spoken(people: People, thread: ThreadId) -> dict[tuple[Side, Kind], Callable[[], object]]:
    """Give a verb for each kind of message that either side may send."""
    f, r = people.owner, people.stranger
    return {
        (Side.F, Kind.REFER): partial(refer.refer, f, thread=thread, now=NOW),
        (Side.F, Kind.REPLY): partial(
            refer.reply, f, thread=thread, answer=refer.Answer("yes", "no"), now=NOW
        ),
        (Side.F, Kind.CLOSE): partial(enquire.close, f, thread=thread, reason="complete", now=NOW),
        (Side.F, Kind.RECALL): partial(recall.recall, f, thread=thread, reason="error", now=NOW),
        (Side.R, Kind.CAN_TAKE): partial(answer.can_take, r, thread=thread, place_until=NOW + DAY, now=NOW),
        (Side.R, Kind.CANNOT_TAKE): partial(answer.cannot_take, r, thread=thread, reason="full", now=NOW),
        (Side.R, Kind.QUERY): partial(answer.query, r, thread=thread, question="?", now=NOW),
        (Side.R, Kind.ACCEPT): partial(answer.accept, r, thread=thread, now=NOW),
        (Side.R, Kind.DECLINE): partial(answer.decline, r, thread=thread, reason="full", now=NOW),
        (Side.R, Kind.ARRIVED): partial(answer.arrived, r, thread=thread, now=NOW),
        (Side.R, Kind.NOT_ARRIVED): partial(answer.not_arrived, r, thread=thread, now=NOW),
        (Side.R, Kind.PROGRESS): partial(answer.progress, r, thread=thread, code="settling-in", now=NOW),
        (Side.R, Kind.OUTCOME): partial(answer.outcome, r, thread=thread, code="moved-on", now=NOW),
        (Side.R, Kind.ERASED): partial(recall.erase, r, thread=thread, now=NOW),
    }


def legal_now(people: People, thread: ThreadId) -> list[Callable[[], object]]:
    """Give what may be done next: what either side may say by its own copy, and the post."""
    rows = ThreadRow.objects.filter(thread=thread)
    verbs = spoken(people, thread)
    legal = [
        verb
        for row in rows
        for (side, kind), verb in verbs.items()
        if side == row.side and next_state(position_of(row), side, kind) is not None
    ]
    return [*legal, partial(carry, NOW)]


def is_in_limbo(people: People, thread: ThreadId) -> bool:
    """Say whether the thread is not closed on both sides and yet stands on nobody's list."""
    if set(ThreadRow.objects.filter(thread=thread).values_list("state", flat=True)) == {"CLOSED"}:
        return False
    lines = [*work_list(people.owner), *work_list(people.stranger)]
    return all(line.thread != thread for line in lines)


@FEW
@given(choices=st.lists(st.integers(0, 99), min_size=3, max_size=9))
def test_until_it_is_closed_on_both_sides_a_thread_stands_on_a_work_list(
    mechanism: People, choices: list[int]
) -> None:
    case = a_case(mechanism.owner, NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    thread = enquired(mechanism, case)
    assert not is_in_limbo(mechanism, thread)
    for choice in choices:
        may = legal_now(mechanism, thread)
        may[choice % len(may)]()
        assert not is_in_limbo(mechanism, thread)
    carry(NOW)
    carry(NOW + HOUR)
    agreed(mechanism, thread)


def test_without_the_duty_of_delivery_there_is_limbo(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = enquired(mechanism, case)
    monkeypatch.setattr(
        "ieumgil.referral.queries.work.exchange.waiting_about", lambda _agency: OutboxItem.objects.none()
    )
    assert is_in_limbo(mechanism, thread)


# --- overdue ---


def test_what_is_overdue_is_told_once_a_step_and_level_and_moves_no_duty(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case, urgency="emergency")
    carry(NOW)
    before = look(mechanism.owner, thread)
    due = before.due_at
    assert due == NOW + 2 * HOUR
    told = []
    for moment in (due - HOUR, due, due, due + DAY, due + DAY, due + 2 * DAY, due + 9 * DAY):
        told.append(overdue.escalate_overdue(now=moment))
        carry(moment)
        assert agreed(mechanism, thread) == before.state
        after = look(mechanism.owner, thread)
        assert (after.owes, after.due_at) == (before.owes, due)
    assert [bool(count) for count in told] == [False, True, False, True, False, True, False]
    rows = watched(mechanism.coordinator)
    assert {row.level for row in rows} == {3}  # each level takes the place of the one before
    assert len({row.reported_by for row in rows}) == len(rows) == 2
    assert {row.owed_by for row in rows} == {mechanism.shelter}
    assert len({row.watch_id for row in rows}) == len(rows)


def test_once_the_step_is_done_the_next_one_is_told_anew(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case, urgency="emergency")
    carry(NOW)
    overdue.escalate_overdue(now=NOW + 3 * HOUR)
    carry(NOW + 3 * HOUR)
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + DAY, now=NOW + 3 * HOUR)
    carry(NOW + 3 * HOUR)
    assert overdue.escalate_overdue(now=NOW + 4 * HOUR) == 0
    assert overdue.escalate_overdue(now=NOW + 6 * HOUR) > 0


IDENTITY = (
    "예시가",
    "Yesiga",
    "Sampleword",
    "text message",
    '"vi"',
    "shelter",
    "bada",
    "25-34",
    "female",
    MARK,
)


def told_of_a_person(bundles: list[str], thread: ThreadId) -> list[str]:
    """Give what of a person, of what they need, or of their thread stands in bundles."""
    return [word for word in (*IDENTITY, str(thread)) for text in bundles if word in text]


def test_the_coordinator_hears_no_identity_language_or_need(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = enquired(mechanism, case, urgency="emergency")
    carry(NOW)

    def bundles() -> list[str]:
        items = [item for agency in (mechanism.police, mechanism.shelter) for item in sent_by(agency)]
        return contents(item for item in items if item.kind == "watch")

    overdue.escalate_overdue(now=NOW + 3 * HOUR)
    assert len(bundles()) == 2
    assert told_of_a_person(bundles(), thread) == []
    carry(NOW + 3 * HOUR)
    seen = " ".join(str(list(row.values())) for row in Watched.objects.values())
    assert told_of_a_person([seen], thread) == []

    with monkeypatch.context() as planted:  # the control: a slip of the program is found
        planted.setattr(overdue, "time_text", lambda _due: f'the thread {thread}, "vi", shelter')
        overdue.escalate_overdue(now=NOW + 30 * HOUR)
    assert {"shelter", str(thread)} <= set(told_of_a_person(bundles(), thread))


def test_a_peer_that_left_the_roll_hides_nothing_overdue(mechanism: People, case: CaseId) -> None:
    """Its own thread is told to the coordinator, and the other threads are told as ever."""
    enquired(mechanism, case, urgency="emergency")
    give_leave(mechanism.owner, case, NOW)
    other = enquire.enquire(
        mechanism.owner, case=case, to=mechanism.coordinator.agency, enquiry=INTERPRETER, urgency="emergency",
        now=NOW + HOUR,
    )  # fmt: skip
    sign_next_roll(mechanism.coordinator, revoke_agencies=[mechanism.shelter], now=NOW + HOUR)
    assert overdue.escalate_overdue(now=NOW + 4 * HOUR) == 2
    said = MessageRow.objects.get(agency=mechanism.police, kind="escalate")
    assert said.thread.thread == other.thread
    assert len([item for item in sent_by(mechanism.police) if item.kind == "watch"]) == 2


# --- by the clock: consent that ended, enquiries, packets ---


def test_a_consent_that_was_withdrawn_recalls_what_rests_on_it(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    grant = give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    assert recall.recall_what_lapsed(now=NOW) == 0
    consent.withdraw(mechanism.owner, case, grant, now=NOW)
    assert recall.recall_what_lapsed(now=NOW) == 1
    assert recall.recall_what_lapsed(now=NOW) == 0
    carry(NOW)
    assert agreed(mechanism, thread) == "RECALLED"


def test_a_consent_that_ran_out_recalls_what_rests_on_it(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    until = NOW + 90 * DAY
    assert recall.recall_what_lapsed(now=until - HOUR) == 0
    assert recall.recall_what_lapsed(now=until) == 1
    carry(until)
    assert agreed(mechanism, thread) == "RECALLED"


def test_each_consent_that_a_packet_rests_on_can_take_it_back(mechanism: People, case: CaseId) -> None:
    """The identity under one consent, what the person needs under another: either withdrawal counts."""
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW, categories=("identity",))
    second = give_consent(mechanism.owner, case, mechanism.shelter, NOW, categories=("needs", "safety"))
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    consent.withdraw(mechanism.owner, case, second, now=NOW)
    assert recall.recall_what_lapsed(now=NOW) == 1


def test_what_an_enquiry_said_is_deleted_after_thirty_days_on_both_sides(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    enquiries = MessageRow.objects.filter(kind="enquiry")
    assert recall.delete_old_enquiries(now=NOW + 30 * DAY) == 0
    assert enquiries.filter(content__isnull=False).count() == 2
    assert recall.delete_old_enquiries(now=NOW + 30 * DAY + HOUR) == 2
    assert not enquiries.filter(content__isnull=False).exists()
    for actor in (mechanism.owner, mechanism.stranger):
        assert [turn.said for turn in work.conversation(actor, thread).turns] == [None]
    assert states(mechanism, thread) == ("ENQUIRED", "ENQUIRED")
