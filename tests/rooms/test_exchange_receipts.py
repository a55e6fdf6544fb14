"""What a receipt does at its sender: delivered only if signed, the duty back if refused, what is lost asked for again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.audit.models import Checkpoint, PeerCheckpoint
from ieumgil.ground.audit.note import open_checkpoint, origin_of, sign_checkpoint
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions import deliver
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.ground.exchange.actions.keep import refuse_after_all
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.receive import Answer, receive
from ieumgil.ground.exchange.actions.send import Parcel, seal_for
from ieumgil.ground.exchange.keys import verify_key
from ieumgil.ground.exchange.models import InboxItem, OutboxItem, PeerLink
from ieumgil.ground.exchange.seal import inner_hash
from ieumgil.kernel.ids import AgencyId, CaseId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import answer, enquire, recall, refer
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.work import look, work_list
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, enquired, offered, states
from tests.support.mechanism import a_case, carry, give_consent
from tests.support.post import forged, grown, opened, rows, sent_by

State = OutboxItem.State
LATER = NOW + timedelta(hours=1)


@contextmanager
def refusing(reason: str) -> Iterator[None]:
    """Let whoever receives a message now refuse it, as a node does that knows of no such agreement."""

    def refuse(*_: object) -> None:
        raise DeniedError(reason)

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr("ieumgil.referral.actions.receive._check_basis", refuse)
        yield


def alarms(people: People) -> tuple[list[str], list[str]]:
    """Give the codes of the alarms of the police unit and of the shelter."""
    both = (exchange.open_alarms(people.owner), exchange.open_alarms(people.stranger))
    return [row.code for row in both[0]], [row.code for row in both[1]]


# --- refused: the duty goes back ---


def test_a_refused_message_gives_the_duty_back_and_can_be_sent_again(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    first = refer.refer(mechanism.owner, thread=thread, now=NOW)
    assert look(mechanism.owner, thread).state == "REFERRED"
    with refusing("no-basis"):
        carry(NOW)
    ours = look(mechanism.owner, thread)
    assert (ours.state, ours.owes, ours.undelivered) == ("OFFERED", "F", False)
    assert agreed(mechanism, thread) == "OFFERED"
    kept = MessageRow.objects.get(agency=mechanism.police, message_id=first)
    assert (kept.standing, kept.reason) == ("refused", "no-basis")
    assert alarms(mechanism) == (["message-refused"], [])
    assert not MessageRow.objects.filter(agency=mechanism.shelter, message_id=first).exists()

    second = refer.refer(mechanism.owner, thread=thread, now=NOW)
    assert MessageRow.objects.get(agency=mechanism.police, message_id=second).seq == kept.seq
    carry(NOW)
    assert agreed(mechanism, thread) == "REFERRED"
    assert alarms(mechanism) == (["message-refused"], [])  # the same number is no fork: the first never stood


def test_what_was_built_on_a_refused_message_falls_with_it(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    with refusing("no-basis"):
        carry(NOW)
    assert states(mechanism, thread) == ("OFFERED", "OFFERED")
    refer.refer(mechanism.owner, thread=thread, now=LATER)
    carry(LATER)
    assert agreed(mechanism, thread) == "REFERRED"


def test_a_first_message_that_is_refused_leaves_no_thread_at_the_receiver(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case)
    with refusing("no-basis"):
        carry(NOW)
    assert look(mechanism.owner, thread).owes == "F"
    assert [line.thread for line in work_list(mechanism.owner)] == [thread]
    assert not ThreadRow.objects.filter(agency=mechanism.shelter).exists()
    enquire.let_go(mechanism.owner, thread=thread, now=NOW)
    assert not work_list(mechanism.owner)


def test_a_thread_that_the_other_side_holds_is_closed_and_not_let_go(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    with pytest.raises(DeniedError, match="begun"):
        enquire.let_go(mechanism.owner, thread=thread, now=NOW)
    assert states(mechanism, thread) == ("OFFERED", "OFFERED")


def test_a_refused_enquiry_is_no_way_round_asking_first(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    with refusing("no-basis"):
        carry(NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    with pytest.raises(DeniedError, match="enquiry-first"):
        refer.refer(mechanism.owner, thread=thread, now=NOW)


def test_a_kept_bundle_can_be_refused_after_all_and_never_delivered_again(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    (item,) = sent_by(mechanism.police, waiting=False)
    assert item.state == State.DELIVERED
    refuse_after_all(
        clock(mechanism.shelter), peer=mechanism.police, bundle_id=item.bundle_id, reason="illegal-in-its-past",
        subject=thread, now=NOW,
    )  # fmt: skip
    carry(NOW)
    assert not OutboxItem.objects.filter(state=State.WAITING).exists()
    receive(bytes(item.sealed), now=NOW)
    again = receive(bytes(item.sealed), now=NOW)
    receive(again.receipt, now=NOW)  # the receipt of before comes late
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.REFUSED, "illegal-in-its-past")


# --- delivered: only with a signed receipt ---


def _receipt_for_another_body(people: People, item: OutboxItem) -> bytes:
    second = enquired(people, a_case(people.owner, NOW))
    (other,) = sent_by(people.police)[1:]
    assert str(second) != other.bundle_id
    kept = receive(bytes(other.sealed), now=NOW).receipt
    body = dict(opened(kept, people.police)["body"])
    return _sealed_as_receipt(people, {**body, "bundle_id": item.bundle_id})


def _sealed_as_receipt(people: People, body: dict[str, object], *, signer: AgencyId | None = None) -> bytes:
    template = OutboxItem(agency_id=people.shelter, peer=people.police)
    template.sealed, _ = seal_for(clock(people.shelter), Parcel(people.police, "receipt", {}), NOW)
    return forged(template, {"body": body}, signer=signer)


def _receipt_of_another_agency(people: People, item: OutboxItem) -> bytes:
    return _sealed_as_receipt(people, _honest(people, item), signer=people.coordinator.agency)


def _honest(people: People, item: OutboxItem) -> dict[str, object]:
    return {
        "bundle_id": item.bundle_id, "from": str(people.police), "hash": item.body_hash, "status": "kept",
        "reason": None, "at": "2026-11-01T03:00:00Z", "missing": [],
    }  # fmt: skip


Lie = Callable[[People, OutboxItem], bytes]
LIES: dict[str, Lie] = {
    "nothing": lambda _people, _item: b"",
    "garbage": lambda _people, _item: b"NRM1 all is well",
    "the bundle itself": lambda _people, item: bytes(item.sealed),
    "a receipt for another body": _receipt_for_another_body,
    "a receipt that another agency signed": _receipt_of_another_agency,
    "a day that is not in the calendar": lambda people, item: _sealed_as_receipt(
        people, {**_honest(people, item), "at": "2026-02-31T03:00:00Z"}
    ),
    "a receipt for somebody else's bundle": lambda people, item: _sealed_as_receipt(
        people, {**_honest(people, item), "from": str(people.shelter)}
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_delivered_is_said_only_after_a_receipt_that_the_receiver_signed(
    mechanism: People, case: CaseId, lie: str
) -> None:
    enquired(mechanism, case)
    (item,) = sent_by(mechanism.police)
    data = LIES[lie](mechanism, item)
    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(deliver, "_carry", lambda *_: Answer(200, data))
        assert deliver_due(now=NOW).settled == 0
    item.refresh_from_db()
    assert (item.state, item.attempts) == (State.WAITING, 1)
    honest = _sealed_as_receipt(mechanism, _honest(mechanism, item))
    receive(honest, now=NOW)
    item.refresh_from_db()
    assert item.state == State.DELIVERED


# --- numbers: what was lost, and who went back ---


def _forget(people: People, thread: ThreadId) -> None:
    """Take away at the shelter all that came of a thread, as an old copy of its database would."""
    ids = MessageRow.objects.filter(agency=people.shelter, thread__thread=thread).values_list(
        "message_id", flat=True
    )
    InboxItem.objects.filter(agency=people.shelter, bundle_id__in=list(ids)).delete()
    MessageRow.objects.filter(agency=people.shelter, thread__thread=thread).delete()
    ThreadRow.objects.filter(agency=people.shelter, thread=thread).delete()


def test_what_a_restored_peer_has_lost_is_asked_for_and_sent_again(mechanism: People, case: CaseId) -> None:
    enquired(mechanism, case)
    lost = enquired(mechanism, a_case(mechanism.owner, NOW))
    carry(NOW)
    _forget(mechanism, lost)
    third = enquired(mechanism, a_case(mechanism.owner, NOW))
    (item,) = sent_by(mechanism.police)
    kept = receive(bytes(item.sealed), now=LATER)
    assert opened(kept.receipt, mechanism.police)["body"]["missing"] == [2]
    with pytest.raises(AbsentError):
        look(mechanism.stranger, lost)
    carry(LATER)
    assert [look(mechanism.stranger, thread).state for thread in (lost, third)] == ["ENQUIRED"] * 2
    assert alarms(mechanism) == ([], [])
    assert not exchange.undelivered(mechanism.owner)


def test_what_was_only_late_is_not_asked_for_for_ever(mechanism: People, case: CaseId) -> None:
    enquired(mechanism, case)
    enquired(mechanism, a_case(mechanism.owner, NOW))
    first, second = (bytes(item.sealed) for item in sent_by(mechanism.police))
    missed = receive(second, now=NOW).receipt
    kept = receive(first, now=NOW).receipt
    assert opened(missed, mechanism.police)["body"]["missing"] == [1]
    receive(kept, now=NOW)
    receive(missed, now=NOW)
    carry(LATER)
    assert not exchange.undelivered(mechanism.owner)


def test_a_peer_with_two_histories_raises_an_alarm_and_its_bundle_is_judged_as_any_other(
    mechanism: People, case: CaseId
) -> None:
    first = enquired(mechanism, case)
    carry(NOW)
    PeerLink.objects.filter(agency=mechanism.police).update(out_seq=0, out_hash="")
    OutboxItem.objects.filter(agency=mechanism.police).delete()
    second = enquired(mechanism, a_case(mechanism.owner, NOW))
    carry(NOW)
    assert alarms(mechanism) == ([], ["peer-went-back"])
    assert [states(mechanism, thread) for thread in (first, second)] == [("ENQUIRED", "ENQUIRED")] * 2


# --- partners witness each other's ledgers ---


def test_partners_keep_each_others_checkpoints(mechanism: People, case: CaseId) -> None:
    enquired(mechanism, case)
    carry(NOW)
    for holder, other in ((mechanism.shelter, mechanism.police), (mechanism.police, mechanism.shelter)):
        (kept,) = PeerCheckpoint.objects.filter(agency_id=holder, peer=other)
        log_key = verify_key(exchange.card_on_roll(other).log_key)
        assert open_checkpoint(log_key, kept.note).size == kept.size
        assert Checkpoint.objects.filter(agency_id=other, size=kept.size, root=kept.root).exists()


def test_a_rewritten_ledger_raises_an_alarm(mechanism: People, case: CaseId) -> None:
    enquired(mechanism, case)
    carry(NOW)
    (held,) = PeerCheckpoint.objects.filter(agency_id=mechanism.shelter)
    enquired(mechanism, a_case(mechanism.owner, NOW))
    (item,) = sent_by(mechanism.police)
    log = keyring(mechanism.police).log
    other = sign_checkpoint(log, origin_of(mechanism.police), held.size, bytes(32))
    assert receive(forged(item, {"checkpoint": other}), now=NOW).status == 200
    assert alarms(mechanism) == ([], ["ledger-split"])

    enquired(mechanism, a_case(mechanism.owner, NOW), now=LATER)
    item = sent_by(mechanism.police)[-1]
    shorter = sign_checkpoint(log, origin_of(mechanism.police), 1, bytes(32))
    receive(forged(item, {"checkpoint": shorter}), now=LATER)
    assert "ledger-went-back" in alarms(mechanism)[1]


def test_a_checkpoint_that_a_newer_receipt_overtook_on_the_way_is_no_alarm(
    mechanism: People, case: CaseId
) -> None:
    thread = offered(mechanism, case)
    answer.cannot_take(mechanism.stranger, thread=thread, reason="full", now=NOW)
    (slow,) = sent_by(mechanism.shelter)
    enquired(mechanism, a_case(mechanism.owner, NOW))
    for item in sent_by(mechanism.police):
        receive(receive(bytes(item.sealed), now=NOW).receipt, now=NOW)
    assert receive(bytes(slow.sealed), now=LATER).status == 200
    assert alarms(mechanism) == ([], [])


def test_a_checkpoint_that_the_partners_log_key_did_not_sign_is_refused(
    mechanism: People, case: CaseId
) -> None:
    enquired(mechanism, case)
    (item,) = sent_by(mechanism.police)
    strange = sign_checkpoint(keyring(mechanism.shelter).log, origin_of(mechanism.police), 9, bytes(32))
    wrong = forged(item, {"checkpoint": strange})
    before = rows()
    assert receive(wrong, now=NOW).reason == "bad-signature"
    assert grown(before) == {"exchange.Refused": 1}
    assert not PeerCheckpoint.objects.exists()


def test_the_hash_that_a_bundle_names_is_that_of_the_one_before(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    answer.cannot_take(mechanism.stranger, thread=thread, reason="full", now=NOW)
    first, second = sent_by(mechanism.shelter, waiting=False)
    before, after = (opened(bytes(item.sealed), mechanism.police) for item in (first, second))
    assert (before["prev_hash"], after["prev_hash"]) == (None, inner_hash(before))
