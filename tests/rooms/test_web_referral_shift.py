"""Passing one's work on, and the review of what was sent at once."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from ieumgil.casefile import queries as casefile
from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.audit.queries import entries
from ieumgil.kernel.ids import CaseId, CategoryCode, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import enquire, recall, refer
from ieumgil.referral.actions.shift import hand_over, take_over
from ieumgil.referral.models import PassedOn
from ieumgil.referral.queries.passing import passable, passed_to_me
from ieumgil.referral.queries.work import conversation, work_page
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import enquired, in_care, referred
from tests.support.mechanism import a_case, carry
from tests.support.reading import hidden_of, text_of

POLICE, COLLEAGUE, SHELTER = "owner@narae.example", "colleague@narae.example", "stranger@narae.example"
SHIFT, TAKE = "/shift/", "/shift/take/"


pytestmark = pytest.mark.usefixtures("now_stands")


def passed_on(people: People, thread: ThreadId, note: str = "") -> None:
    assert hand_over(people.owner, threads=[thread], to=COLLEAGUE, note=note, now=NOW) == 1


# --- passing on ---


def test_what_is_passed_on_stands_on_both_lists_until_it_is_taken(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    giver, taker = signed_in_client(POLICE), signed_in_client(COLLEAGUE)
    page = giver.get(SHIFT)
    assert str(thread) in page.content.decode()
    form = {**hidden_of(page), "threads": [str(thread)], "to": COLLEAGUE, "note": "Telephone at nine."}
    done = giver.post(SHIFT, form, follow=True)
    assert "1 line is passed on" in text_of(done)
    assert "Passed on, not taken yet" in text_of(done)
    assert "Passed on to you by owner@narae.example" in text_of(taker.get(reverse("referral:work")))
    assert "passed it on to colleague@narae.example" in text_of(giver.get(reverse("referral:work")))
    assert "Telephone at nine." in text_of(taker.get(SHIFT))
    assert taker.get(reverse("referral:thread", args=[thread])).status_code == 200  # in the team now
    assert "1 line is yours now" in text_of(taker.post(TAKE, follow=True))
    assert not PassedOn.objects.filter(taken_at=None).exists()
    assert not passed_to_me(mechanism.colleague)
    (line,) = work_page(mechanism.owner).items
    assert (line.worker, line.passed) == (COLLEAGUE, None)


def test_a_double_press_passes_on_once(mechanism: People, case: CaseId) -> None:
    thread, client = enquired(mechanism, case), signed_in_client(POLICE)
    form = {**hidden_of(client.get(SHIFT)), "threads": [str(thread)], "to": COLLEAGUE, "note": ""}
    for _ in range(2):
        assert client.post(SHIFT, form).status_code == 302
    assert PassedOn.objects.count() == 1


def test_words_survive_when_nobody_was_chosen(mechanism: People, case: CaseId) -> None:
    enquired(mechanism, case)
    client = signed_in_client(POLICE)
    wrong = client.post(SHIFT, {**hidden_of(client.get(SHIFT)), "to": "", "note": "kept words"})
    assert wrong.status_code == 422
    assert "kept words" in wrong.content.decode()


def test_nobody_passes_on_what_is_another_teams_or_another_agencys(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    with pytest.raises(AbsentError):
        hand_over(mechanism.colleague, threads=[thread], to=POLICE, now=NOW)
    with pytest.raises(AbsentError):
        hand_over(mechanism.owner, threads=[thread], to=SHELTER, now=NOW)
    with pytest.raises(AbsentError):
        hand_over(mechanism.stranger, threads=[thread], to=COLLEAGUE, now=NOW)
    with pytest.raises(DeniedError, match="not-oneself"):
        hand_over(mechanism.owner, threads=[thread], to=POLICE, now=NOW)
    with pytest.raises(AbsentError):
        take_over(mechanism.colleague, threads=[thread], now=NOW)
    assert not PassedOn.objects.exists()
    passed_on(mechanism, thread)  # control
    with pytest.raises(AbsentError):
        take_over(mechanism.owner, threads=[thread], now=NOW)


def test_somebody_who_may_not_read_referrals_is_not_given_any(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    accounts.invite_worker(
        agency=mechanism.police,
        handle="keys@narae.example",
        display_name="k",
        roles=[Role.KEY_OFFICER],
        now=NOW,
    )
    with pytest.raises(DeniedError, match="no-right"):
        hand_over(mechanism.owner, threads=[thread], to="keys@narae.example", now=NOW)
    assert "keys@narae.example" not in signed_in_client(POLICE).get(SHIFT).content.decode()


def test_what_was_passed_on_and_not_taken_can_go_to_somebody_else(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    accounts.invite_worker(
        agency=mechanism.police,
        handle="third@narae.example",
        display_name="third",
        roles=[Role.CASE_WORKER],
        now=NOW,
    )
    passed_on(mechanism, thread)
    with pytest.raises(AbsentError):  # first taken, then passed on
        hand_over(mechanism.colleague, threads=[thread], to=POLICE, now=NOW)
    hand_over(mechanism.owner, threads=[thread], to="third@narae.example", now=NOW)
    assert not passed_to_me(mechanism.colleague)
    assert PassedOn.objects.count() == 1


def test_a_note_is_for_those_two_and_goes_with_what_it_is_about(mechanism: People, case: CaseId) -> None:
    thread = in_care(mechanism, case)
    own = conversation(mechanism.stranger, thread).item.case
    accounts.invite_worker(
        agency=mechanism.shelter,
        handle="night@narae.example",
        display_name="night",
        roles=[Role.CASE_WORKER],
        now=NOW,
    )
    hand_over(mechanism.stranger, threads=[thread], to="night@narae.example", note="marker note", now=NOW)
    assert own is not None
    assert len(casefile.case(mechanism.stranger, CaseId(own)).team) == 2
    assert [p.note for p in conversation(mechanism.stranger, thread).passings] == ["marker note"]
    assert b"marker note" not in bytes(PassedOn.objects.get().note or b"")
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    carry(NOW)
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    assert [p.note for p in conversation(mechanism.stranger, thread).passings] == [None]


def test_what_is_closed_is_nobodys_to_pass_on_and_the_ledger_says_who_passed(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case)
    assert [one.thread for one in passable(mechanism.owner)] == [thread]
    passed_on(mechanism, thread)
    take_over(mechanism.colleague, threads=[thread], now=NOW)
    enquire.close(mechanism.colleague, thread=thread, reason="error", now=NOW)
    assert not passable(mechanism.owner)
    assert not passable(mechanism.colleague)
    actions = [entry.action for entry in entries(mechanism.owner)]
    assert {"shift.pass-on", "shift.take"} <= set(actions)


# --- reviews ---


def in_danger(people: People) -> ThreadId:
    worker = people.owner.worker
    assert worker is not None
    duty = LegalDuty(
        "Narae Act, art. 7",
        DutyGround.DANGER_TO_LIFE,
        frozenset({CategoryCode("identity")}),
        frozenset(),
        worker,
        NOW,
    )
    return refer.refer_at_once(
        people.owner, case=a_case(people.owner, NOW), to=people.shelter, purpose=PurposeCode("shelter"),
        urgency="emergency", duty=duty, now=NOW,
    ).thread  # fmt: skip


def test_a_second_worker_reviews_and_what_is_not_upheld_is_to_be_recalled(mechanism: People) -> None:
    thread = in_danger(mechanism)
    carry(NOW)
    address = reverse("referral:review", args=[thread])
    own = signed_in_client(POLICE).get(address)
    assert "somebody else must review it" in text_of(own)
    assert "data-form" not in own.content.decode()
    second = signed_in_client(COLLEAGUE)
    page = second.get(reverse("referral:review"))
    assert "danger to life: Narae Act, art. 7" in text_of(page)
    assert "예시가" not in page.content.decode()
    done = second.post(address, {**hidden_of(second.get(address)), "said": "not-upheld"}, follow=True)
    assert "It is not upheld. It is to be recalled now." in text_of(done)
    assert "Not upheld: to be recalled now" in text_of(done)
    assert second.get(address).status_code == 404
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    assert "Not upheld: to be recalled now" not in text_of(second.get(reverse("referral:review")))


def test_an_overdue_review_says_so_and_a_stranger_sees_none(mechanism: People) -> None:
    thread = in_danger(mechanism)
    with time_machine.travel(NOW + timedelta(hours=30), tick=False):
        assert "6 hours overdue" in text_of(signed_in_client(COLLEAGUE).get(reverse("referral:review")))
    stranger = signed_in_client(SHELTER)
    assert "Nothing waits for a review" in text_of(stranger.get(reverse("referral:review")))
    assert stranger.get(reverse("referral:review", args=[thread])).status_code == 404


def test_a_thread_received_can_be_passed_on_before_there_is_a_case(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    assert [one.thread for one in passable(mechanism.stranger)] == [
        thread
    ]  # who offered the place answers for it
