"""A recall reaches all that it must: every consent is watched, what was said goes too, what was signed for stays in view."""

from datetime import timedelta

import pytest

from ieumgil.consent import queries as consent
from ieumgil.consent.actions import record_grant, withdraw
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.vault.models import WrappedKey
from ieumgil.kernel.ids import CaseId, CategoryCode, FieldPath, GrantId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions import answer, enquire, recall, refer
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import conversation, look
from ieumgil.referral.rules import Kind
from tests.rooms.conftest import NOW, People
from tests.support import disclosing
from tests.support.hostile import says, signs_for
from tests.support.journeys import agreed, offered, referred, states
from tests.support.mechanism import carry, give_consent

SOON = NOW + timedelta(minutes=1)


# --- every consent that a packet rests on ---


def _referred_with_two_consents(people: People, case: CaseId) -> tuple[ThreadId, list[GrantId]]:
    thread = offered(people, case)
    given = [
        give_consent(people.owner, case, people.shelter, NOW, categories=categories)
        for categories in (("needs",), ("identity", "contact"))
    ]
    refer.refer(people.owner, thread=thread, now=NOW)
    carry(NOW)
    return thread, given


def test_the_end_of_any_consent_that_a_packet_rests_on_recalls_it(mechanism: People, case: CaseId) -> None:
    thread, given = _referred_with_two_consents(mechanism, case)
    assert recall.recall_what_lapsed(now=SOON) == 0  # control: while both stand nothing is recalled
    withdraw(mechanism.owner, case, given[1], now=NOW)
    assert recall.recall_what_lapsed(now=SOON) == 1
    carry(SOON)
    assert agreed(mechanism, thread) == "RECALLED"


def test_the_end_of_the_other_consent_recalls_it_too(mechanism: People, case: CaseId) -> None:
    thread, given = _referred_with_two_consents(mechanism, case)
    withdraw(mechanism.owner, case, given[0], now=NOW)
    recall.recall_what_lapsed(now=SOON)
    carry(SOON)
    assert agreed(mechanism, thread) == "RECALLED"


def test_the_end_of_a_consent_that_a_packet_does_not_rest_on_recalls_nothing(
    mechanism: People, case: CaseId
) -> None:
    thread, _given = _referred_with_two_consents(mechanism, case)
    other = give_consent(mechanism.owner, case, mechanism.coordinator.agency, NOW)
    withdraw(mechanism.owner, case, other, now=NOW)
    assert recall.recall_what_lapsed(now=SOON) == 0
    assert states(mechanism, thread) == ("REFERRED", "REFERRED")


# --- what was said goes with the packet ---


def _recalled_after_talk(people: People, case: CaseId) -> ThreadId:
    thread = referred(people, case)
    answer.query(people.stranger, thread=thread, question="Is Yesiga safe where she is?", now=NOW)
    carry(NOW)
    refer.reply(people.owner, thread=thread, answer=refer.Answer("She hides in the ninth house."), now=NOW)
    carry(NOW)
    recall.recall(people.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    return thread


def _words(people: People, thread: ThreadId) -> dict[str, object]:
    return {turn.kind: turn.said for turn in conversation(people.stranger, thread).turns}


def test_what_was_asked_and_answered_in_words_goes_with_the_packet(mechanism: People, case: CaseId) -> None:
    thread = _recalled_after_talk(mechanism, case)
    before, keys = _words(mechanism, thread), set(_keys_of(mechanism))
    assert before["query"]  # control: until the receiver erases, it can still read them
    assert before["reply"]
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    after = _words(mechanism, thread)
    assert {kind: said for kind, said in after.items() if said} == {"erased": after["erased"]}
    assert after.keys() == before.keys() | {"erased"}  # the headers stay
    assert agreed(mechanism, thread) == "ERASED"
    left = set(WrappedKey.objects.values_list("pk", flat=True))
    assert not keys & left  # a copy of the bytes opens no more either


def test_what_was_said_at_the_referrer_stays_with_its_case(mechanism: People, case: CaseId) -> None:
    thread = _recalled_after_talk(mechanism, case)
    recall.erase(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    said = {turn.kind: turn.said for turn in conversation(mechanism.owner, thread).turns}
    assert said["query"]
    assert said["reply"]


def _keys_of(people: People) -> list[object]:
    rows = MessageRow.objects.filter(agency_id=people.shelter, content__isnull=False)
    return list(rows.values_list("content_key", flat=True))


# --- what was signed for as kept, and refused ---


def _item(people: People, thread: ThreadId) -> OutboxItem:
    refer_at = MessageRow.objects.get(agency_id=people.police, thread__thread=thread, kind="refer")
    return OutboxItem.objects.get(agency_id=people.police, bundle_id=refer_at.message_id)


def _alarms(people: People) -> set[str]:
    return {alarm.code for alarm in exchange.open_alarms(people.owner)}


def _consent_ends(people: People, case: CaseId) -> int:
    for grant in consent.live_grants(people.owner, case, NOW):
        withdraw(people.owner, case, grant.id, now=NOW)
    return recall.recall_what_lapsed(now=SOON)


def test_a_packet_that_was_kept_and_then_refused_is_recalled_all_the_same(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    receive(signs_for(_item(mechanism, thread), NOW, refused="illegal-in-its-past"), now=NOW)
    assert states(mechanism, thread) == ("OFFERED", "REFERRED")  # it lied: it holds the packet
    assert _alarms(mechanism) == {"message-refused", "refused-after-kept"}
    assert _consent_ends(mechanism, case) == 1
    carry(SOON)
    assert states(mechanism, thread) == ("RECALLED", "RECALLED")
    with pytest.raises(DeniedError, match="recalled"):
        packet(mechanism.stranger, thread, asked_for=PurposeCode("shelter"), now=SOON)
    recall.erase(mechanism.stranger, thread=thread, now=SOON)
    carry(SOON)
    assert states(mechanism, thread) == ("ERASED", "ERASED")  # what it sent home stands again


def test_a_packet_that_was_refused_and_then_kept_is_recalled_too(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    item = _item(mechanism, thread)
    receive(signs_for(item, NOW, refused="no-basis"), now=NOW)
    assert _alarms(mechanism) == {"message-refused"}
    receive(receive(bytes(item.sealed), now=NOW).receipt, now=NOW)  # a second copy of the file, an hour later
    assert states(mechanism, thread) == ("OFFERED", "REFERRED")
    assert _alarms(mechanism) == {"message-refused", "refused-after-kept"}
    assert _consent_ends(mechanism, case) == 1


def test_a_packet_that_was_only_refused_is_with_nobody(mechanism: People, case: CaseId) -> None:
    """The control: what no receipt says was kept raises no such alarm, and is not recalled."""
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    receive(signs_for(_item(mechanism, thread), NOW, refused="no-basis"), now=NOW)
    assert _alarms(mechanism) == {"message-refused"}
    assert _consent_ends(mechanism, case) == 0
    assert states(mechanism, thread) == ("OFFERED", "OFFERED")


def test_once_the_receiver_has_erased_what_it_refused_nothing_is_recalled_again(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    receive(signs_for(_item(mechanism, thread), NOW, refused="illegal-in-its-past"), now=NOW)
    _consent_ends(mechanism, case)
    row = ThreadRow.objects.get(agency_id=mechanism.police, thread=thread)
    says(row, Kind.ERASED, {"why": "recalled", "kept_by_law": [], "kept_by_consent": []}, SOON).arrive(SOON)
    assert look(mechanism.owner, thread).state == "ERASED"
    assert recall.recall_what_lapsed(now=SOON) == 0
    assert "recall-impossible" not in _alarms(mechanism)


def test_where_the_thread_allows_no_recall_people_are_told(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    receive(signs_for(_item(mechanism, thread), NOW, refused="illegal-in-its-past"), now=NOW)
    enquire.close(mechanism.owner, thread=thread, reason="complete", now=NOW)
    assert "recall-impossible" not in _alarms(mechanism)  # control: while the consent stands there is no need
    assert _consent_ends(mechanism, case) == 0
    assert "recall-impossible" in _alarms(mechanism)


# --- what the person lets the receiver keep ---


@pytest.mark.parametrize("named", [True, False])
def test_what_must_be_named_is_kept_only_where_it_was_named(
    mechanism: People, case: CaseId, *, named: bool
) -> None:
    thread = referred(mechanism, case)
    _, own = answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    _lets_keep_health(mechanism, own, named=named)
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    keep = recall.Kept(frozenset({FieldPath("health.urgent")}))
    if named:  # the control
        recall.erase(mechanism.stranger, thread=thread, keep=keep, now=NOW)
        return
    with pytest.raises(DeniedError, match="no-consent-to-keep"):
        recall.erase(mechanism.stranger, thread=thread, keep=keep, now=NOW)


def _lets_keep_health(people: People, own: CaseId, *, named: bool) -> None:
    health = frozenset({CategoryCode("health")})
    grant = disclosing.grant(
        recipients=frozenset({people.shelter}), given_at=NOW, until=NOW + timedelta(days=90),
        categories=health, named_categories=health if named else frozenset(),
    )  # fmt: skip
    record_grant(people.stranger, own, grant, now=NOW)
