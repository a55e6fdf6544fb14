"""What is withdrawn before it left does not leave; what was delivered is not kept readable by whoever sent it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ieumgil.casefile.actions import erase_case
from ieumgil.ground.exchange.actions import deliver
from ieumgil.ground.exchange.actions.receive import Answer
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.ids import AgencyId, CaseId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.actions import answer, enquire, recall, refer
from ieumgil.referral.models import MessageRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.queries.work import look
from tests.rooms.conftest import NOW, People
from tests.support.mechanism import ENQUIRY, carry, give_consent, give_leave

SHELTER = PurposeCode("shelter")


def _referred_but_not_sent(people: People, case: CaseId) -> ThreadId:
    give_leave(people.owner, case, NOW)
    begun = enquire.enquire(
        people.owner, case=case, to=people.shelter, enquiry=ENQUIRY, urgency="urgent", now=NOW
    )
    carry(NOW)
    answer.can_take(people.stranger, thread=begun.thread, place_until=NOW + timedelta(hours=8), now=NOW)
    carry(NOW)
    give_consent(people.owner, case, people.shelter, NOW)
    refer.refer(people.owner, thread=begun.thread, now=NOW)
    return begun.thread


def _packet_at_the_receiver(people: People) -> list[object]:
    rows = MessageRow.objects.filter(agency_id=people.shelter, packet=True).select_related("thread")
    return [content_of(row) for row in rows]


def test_a_packet_recalled_before_it_left_goes_without_what_it_says(mechanism: People, case: CaseId) -> None:
    thread = _referred_but_not_sent(mechanism, case)
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    assert _packet_at_the_receiver(mechanism) == [None]
    assert look(mechanism.owner, thread).state == look(mechanism.stranger, thread).state == "RECALLED"
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert look(mechanism.owner, thread).state == "ERASED"


def test_a_packet_that_may_have_left_goes_on_with_the_same_bytes(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: here the packet does arrive, so the test above can tell the difference."""
    thread = _referred_but_not_sent(mechanism, case)
    with monkeypatch.context() as lost:
        lost.setattr(deliver, "_carry", lambda _item, _now: Answer(status=0, reason="unreachable"))
        deliver.deliver_due(now=NOW)
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW + timedelta(hours=1))
    (content,) = _packet_at_the_receiver(mechanism)
    assert content is not None
    assert look(mechanism.stranger, thread).state == "RECALLED"


def test_after_a_recall_the_sealed_bytes_of_what_was_delivered_are_gone(
    mechanism: People, case: CaseId
) -> None:
    thread = _referred_but_not_sent(mechanism, case)
    carry(NOW)
    delivered = OutboxItem.objects.filter(
        agency_id=mechanism.police, subject=thread, state=OutboxItem.State.DELIVERED
    )
    assert all(bytes(item.sealed) for item in delivered)  # control: before the recall they are there
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    assert not any(bytes(item.sealed) for item in delivered.all())


def test_a_month_after_a_receipt_the_sealed_bytes_are_dropped(mechanism: People, case: CaseId) -> None:
    _referred_but_not_sent(mechanism, case)
    carry(NOW)
    assert deliver.forget_delivered(now=NOW + timedelta(days=29)) == 0
    assert deliver.forget_delivered(now=NOW + timedelta(days=31)) > 0


def test_the_referrers_own_copy_of_a_packet_goes_with_its_case(mechanism: People, case: CaseId) -> None:
    _referred_but_not_sent(mechanism, case)
    sent = MessageRow.objects.filter(agency_id=mechanism.police, packet=True).select_related("thread").get()
    assert content_of(sent) is not None  # control: before the case is erased it opens
    erase_case(mechanism.owner, case, "asked-by-the-person", now=NOW)
    assert content_of(sent) is None


def test_a_node_that_does_not_answer_holds_up_nobody_else(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(ENQUIRY, need="interpretation")  # which both may be asked for
    for to in (mechanism.shelter, mechanism.coordinator.agency):
        give_leave(mechanism.owner, case, NOW)
        for _ in range(2):
            enquire.enquire(
                mechanism.owner, case=case, to=AgencyId(to), enquiry=asked, urgency="urgent", now=NOW
            )
    tried: list[object] = []

    def silent(item: OutboxItem, _now: object) -> Answer:
        tried.append(item.peer)
        return Answer(status=0, reason="unreachable")

    monkeypatch.setattr(deliver, "_carry", silent)
    deliver.deliver_due(now=NOW)
    assert sorted(map(str, tried)) == sorted([str(mechanism.shelter), str(mechanism.coordinator.agency)])


def test_a_stranger_never_sees_the_packet(mechanism: People, case: CaseId) -> None:
    thread = _referred_but_not_sent(mechanism, case)
    carry(NOW)
    with pytest.raises(AbsentError):
        packet(mechanism.owner, thread, asked_for=SHELTER, now=NOW)
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields  # control: the receiver does
