"""The journey of a referral between two agencies of one node: the same code path as between two nodes."""

from dataclasses import replace

import pytest

from ieumgil.ground.exchange import queries as exchange
from ieumgil.kernel.ids import CaseId, FieldPath, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.referral.actions import answer, enquire, recall, refer
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import look, work_list
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, offered, referred
from tests.support.mechanism import ENQUIRY, MARK, carry, give_leave

SHELTER = PurposeCode("shelter")


def test_a_referral_goes_from_enquiry_to_close_and_both_sides_agree(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    assert agreed(mechanism, thread) == "REFERRED"
    shelter = mechanism.stranger
    answer.query(shelter, thread=thread, question="Which hours are safe?", now=NOW)
    carry(NOW)
    refer.reply(mechanism.owner, thread=thread, answer=refer.Answer("After nine."), now=NOW)
    carry(NOW)
    answer.accept(shelter, thread=thread, now=NOW)
    answer.arrived(shelter, thread=thread, now=NOW)
    answer.progress(shelter, thread=thread, code="settling-in", now=NOW)
    answer.outcome(shelter, thread=thread, code="moved-on", now=NOW)
    carry(NOW)
    enquire.close(mechanism.owner, thread=thread, reason="complete", now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "CLOSED"


def test_the_packet_holds_what_was_agreed_and_never_what_may_not_leave(
    mechanism: People, case: CaseId
) -> None:
    view = packet(mechanism.stranger, referred(mechanism, case), asked_for=SHELTER, now=NOW)
    assert view.fields[FieldPath("identity.name")] == "예시가"
    assert FieldPath("health.urgent") not in view.fields  # health is sent only if the consent names it
    assert MARK not in str(view.fields)


def test_without_leave_nobody_is_asked(mechanism: People, case: CaseId) -> None:
    with pytest.raises(DeniedError, match="no-leave"):
        enquire.enquire(
            mechanism.owner, case=case, to=mechanism.shelter, enquiry=ENQUIRY, urgency="urgent", now=NOW
        )


def test_without_consent_nothing_is_sent(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    with pytest.raises(DeniedError, match="nothing-to-send"):
        refer.refer(mechanism.owner, thread=thread, now=NOW)
    assert agreed(mechanism, thread) == "OFFERED"


def test_a_recalled_packet_is_shut_at_once_and_gone_after_erased(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    with pytest.raises(DeniedError, match="recalled"):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    with pytest.raises(AbsentError):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)
    assert agreed(mechanism, thread) == "ERASED"


def test_a_double_click_sends_one_message(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    click = Click(once="the same form")
    first = answer.query(mechanism.stranger, thread=thread, question="?", click=click, now=NOW)
    assert answer.query(mechanism.stranger, thread=thread, question="?", click=click, now=NOW) == first


def test_words_written_on_an_old_page_are_kept(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    old = look(mechanism.stranger, thread).heads
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    with pytest.raises(StaleError) as stale:
        answer.query(
            mechanism.stranger, thread=thread, question="long words", click=Click(heads=old), now=NOW
        )
    assert stale.value.kept
    assert _state_after_carry(mechanism, thread) == "ACCEPTED"


def _state_after_carry(people: People, thread: ThreadId) -> str:
    carry(NOW)
    return agreed(people, thread)


def test_another_agencys_thread_does_not_exist(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    with pytest.raises(AbsentError):
        look(replace(mechanism.owner, agency=mechanism.coordinator.agency), thread)


def test_a_thread_always_stands_on_a_work_list_until_it_is_closed(mechanism: People, case: CaseId) -> None:
    give_leave(mechanism.owner, case, NOW)
    begun = enquire.enquire(
        mechanism.owner, case=case, to=mechanism.shelter, enquiry=ENQUIRY, urgency="emergency", now=NOW
    )
    (line,) = work_list(mechanism.owner)
    assert (
        line.undelivered
    )  # the receiver owes the step, but the sender owes delivery until a receipt is kept
    carry(NOW)
    assert not work_list(mechanism.owner)
    assert [item.thread for item in work_list(mechanism.stranger)] == [begun.thread]


def test_every_bundle_is_delivered_with_a_signed_receipt(mechanism: People, case: CaseId) -> None:
    referred(mechanism, case)
    assert not exchange.undelivered(mechanism.owner)
