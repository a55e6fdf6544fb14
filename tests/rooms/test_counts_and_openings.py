"""The coordinator hears numbers that point to nobody, and the referrer hears that a packet was opened, never by whom."""

from datetime import timedelta

import pytest

from ieumgil.kernel.ids import CaseId, PurposeCode, ThreadId
from ieumgil.referral.actions import answer, counts, enquire, opened
from ieumgil.referral.counting import LEAST, Counting, band_of, tellable
from ieumgil.referral.models import Tally
from ieumgil.referral.queries.work import conversation, counted
from tests.rooms.conftest import NOW, People
from tests.support.mechanism import ENQUIRY, a_case, carry, give_consent, give_leave

NEXT_MONTH = NOW + timedelta(days=31)


@pytest.fixture
def case(mechanism: People) -> CaseId:
    made = a_case(mechanism.owner, NOW)
    give_leave(mechanism.owner, made, NOW)
    return made


def _ask(people: People, case: CaseId) -> ThreadId:
    begun = enquire.enquire(
        people.owner, case=case, to=people.shelter, enquiry=ENQUIRY, urgency="urgent", now=NOW
    )
    carry(NOW)
    return begun.thread


def test_the_coordinator_hears_how_often_a_place_was_refused_but_no_small_number(
    mechanism: People, case: CaseId
) -> None:
    for reason, times in (("full", LEAST), ("safety", LEAST - 1)):
        for _ in range(times):
            answer.cannot_take(mechanism.stranger, thread=_ask(mechanism, case), reason=reason, now=NOW)
    assert counts.tell_counts(now=NEXT_MONTH) == 1
    carry(NEXT_MONTH)
    (told,) = counted(mechanism.coordinator)
    assert [(row["reason"], row["region"], row["times"]) for row in told.rows] == [("full", "bada", LEAST)]


def test_a_month_is_told_once_and_only_when_it_is_over(mechanism: People, case: CaseId) -> None:
    answer.cannot_take(mechanism.stranger, thread=_ask(mechanism, case), reason="full", now=NOW)
    assert counts.tell_counts(now=NOW) == 0
    assert counts.tell_counts(now=NEXT_MONTH) == 1
    assert counts.tell_counts(now=NEXT_MONTH) == 0


def test_a_tally_points_to_no_thread() -> None:
    named = {field.name for field in Tally._meta.get_fields()}
    assert not named & {"thread", "case", "message", "worker"}
    assert "region" in named  # control: the fields were really read


def test_small_numbers_are_left_out_and_a_rule_without_that_would_be_caught() -> None:
    rows = [Counting("decline", "full", "shelter", "bada", "2h", times) for times in range(1, 9)]
    assert min(row.times for row in tellable(rows)) == LEAST
    assert min(row.times for row in rows) < LEAST  # control: telling all of them would tell a small one


def test_times_to_answer_fall_into_bands() -> None:
    ends = [timedelta(hours=2), timedelta(hours=3), timedelta(days=2), timedelta(days=6)]
    assert [band_of(NOW, NOW + taken) for taken in ends] == ["2h", "24h", "5d", "longer"]


def test_the_referrer_hears_of_the_first_opening_at_once_and_of_more_a_day_later(
    mechanism: People, case: CaseId
) -> None:
    from ieumgil.referral.actions import refer

    thread = _ask(mechanism, case)
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + timedelta(hours=2), now=NOW)
    carry(NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    for _ in range(3):
        opened.open_packet(mechanism.stranger, thread=thread, asked_for=PurposeCode("shelter"), now=NOW)
    assert opened.tell_openings(now=NOW + timedelta(hours=1)) == 0
    assert opened.tell_openings(now=NOW + timedelta(days=1, minutes=1)) == 1
    carry(NOW + timedelta(days=2))
    said = [turn.said for turn in conversation(mechanism.owner, thread).turns if turn.kind == "opened"]
    assert said == [{"role": "case-worker", "times": 1}, {"role": "case-worker", "times": 3}]
