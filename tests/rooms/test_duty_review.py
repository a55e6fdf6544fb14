"""In danger to life one worker sends at once, and a second one reviews it within 24 hours."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.ground.exchange.queries import open_alarms
from ieumgil.kernel.ids import CaseId, CategoryCode, PurposeCode, ThreadId, WorkerId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import duty, refer
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import to_review
from tests.rooms.conftest import NOW, People
from tests.support.mechanism import carry

SHELTER = PurposeCode("shelter")
LATER = NOW + timedelta(hours=25)


def _in_danger(people: People, **changes: object) -> LegalDuty:
    assert people.owner.worker
    followed = LegalDuty(
        "Narae Protection Act (invented), art. 9",
        DutyGround.DANGER_TO_LIFE,
        frozenset({CategoryCode("identity"), CategoryCode("safety")}),
        frozenset(),
        people.owner.worker,
        NOW,
    )
    return replace(followed, **changes)  # type: ignore[arg-type]


def _sent(people: People, case: CaseId, followed: LegalDuty) -> ThreadId:
    begun = refer.refer_at_once(
        people.owner,
        case=case,
        to=people.shelter,
        purpose=SHELTER,
        urgency="emergency",
        duty=followed,
        now=NOW,
    )
    carry(NOW)
    return begun.thread


def test_in_danger_to_life_one_worker_sends_at_once_without_consent(mechanism: People, case: CaseId) -> None:
    thread = _sent(mechanism, case, _in_danger(mechanism))
    sent = packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields
    assert {path.split(".")[0] for path in sent} == {"identity", "safety"}
    assert [row.thread.thread for row in to_review(mechanism.colleague)] == [thread]


def test_a_second_worker_reviews_it_and_never_the_same_one(mechanism: People, case: CaseId) -> None:
    thread = _sent(mechanism, case, _in_danger(mechanism))
    with pytest.raises(DeniedError, match="same-person"):
        duty.review_duty(mechanism.owner, thread=thread, upheld=True, now=NOW)
    duty.review_duty(mechanism.colleague, thread=thread, upheld=True, now=NOW)
    assert not to_review(mechanism.colleague)
    with pytest.raises(AbsentError):
        duty.review_duty(mechanism.colleague, thread=thread, upheld=True, now=NOW)


def test_nobody_can_bring_a_second_persons_approval_along(mechanism: People, case: CaseId) -> None:
    claimed = _in_danger(mechanism, approved_by=WorkerId(uuid4()))
    thread = _sent(mechanism, case, claimed)
    assert [row.thread.thread for row in to_review(mechanism.colleague)] == [thread]
    order = _in_danger(mechanism, ground=DutyGround.LEGAL_DUTY, approved_by=WorkerId(uuid4()))
    with pytest.raises(DeniedError):
        _sent(mechanism, case, order)


def test_what_nobody_reviewed_within_a_day_raises_an_alarm(mechanism: People, case: CaseId) -> None:
    thread = _sent(mechanism, case, _in_danger(mechanism))
    assert duty.alarm_about_reviews(now=NOW + timedelta(hours=23)) == 0
    assert duty.alarm_about_reviews(now=LATER) == 1
    assert [(alarm.code, alarm.subject) for alarm in open_alarms(mechanism.owner)] == [
        ("review-overdue", str(thread))
    ]


def test_another_agency_has_nothing_to_review_here(mechanism: People, case: CaseId) -> None:
    thread = _sent(mechanism, case, _in_danger(mechanism))
    with pytest.raises(AbsentError):
        duty.review_duty(mechanism.stranger, thread=thread, upheld=True, now=NOW)
    assert not to_review(mechanism.stranger)
