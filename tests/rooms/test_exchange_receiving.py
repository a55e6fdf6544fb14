"""What comes in: kept sealed while locked, kept once, refused with a reason, and nothing kept of what is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from ieumgil.ground.audit import queries as audit
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions import receive as receiving
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.receive import open_what_came_while_locked, receive
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.keys import key_ident, to_text
from ieumgil.ground.exchange.models import Alarm, OutboxItem, Refused, SealedArrival
from ieumgil.ground.exchange.rules import SKEW, VALIDITY, time_text
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.models import MessageRow
from ieumgil.referral.queries.work import look, work_list
from ieumgil.site.start import start
from tests.rooms.conftest import NOW, People
from tests.support.exchange import STRANGER
from tests.support.journeys import enquired
from tests.support.mechanism import a_case, carry
from tests.support.post import REFUSAL, forged, grown, opened, rows, sent_by

LATER = NOW + timedelta(hours=1)
PASSPHRASE = "a passphrase for tests"


@dataclass(frozen=True)
class Sent:
    """An enquiry of the police unit that lies in its outbox."""

    people: People
    thread: ThreadId
    item: OutboxItem

    @property
    def sealed(self) -> bytes:
        return bytes(self.item.sealed)

    def is_waiting(self) -> bool:
        return bool(exchange.undelivered(self.people.owner))


@pytest.fixture
def sent(mechanism: People, case: CaseId) -> Sent:
    thread = enquired(mechanism, case)
    (item,) = sent_by(mechanism.police)
    return Sent(mechanism, thread, item)


# --- an agency that is locked ---


def test_a_locked_agency_keeps_the_sealed_bytes_and_opens_them_once_it_can(sent: Sent) -> None:
    people = sent.people
    vault.lock(people.shelter)
    assert receive(sent.sealed, now=NOW).status == 202
    carry(NOW)
    assert bytes(SealedArrival.objects.get().sealed) == sent.sealed
    assert sent.is_waiting()
    assert [line.undelivered for line in work_list(people.owner)] == [True]

    vault.unlock(people.shelter, PASSPHRASE)
    assert open_what_came_while_locked(people.shelter, now=NOW) == 1
    assert look(people.stranger, sent.thread).state == "ENQUIRED"
    assert not SealedArrival.objects.exists()
    assert sent.is_waiting()  # nobody has signed for it yet
    assert deliver_due(now=LATER).settled == 1
    assert not sent.is_waiting()
    assert MessageRow.objects.filter(agency=people.shelter).count() == 1


def test_what_came_while_locked_is_not_lost_if_the_agency_is_still_locked(sent: Sent) -> None:
    vault.lock(sent.people.shelter)
    receive(sent.sealed, now=NOW)
    assert open_what_came_while_locked(sent.people.shelter, now=NOW) == 0
    assert SealedArrival.objects.count() == 1


def test_one_bundle_that_breaks_does_not_keep_back_those_behind_it(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = enquired(sent.people, a_case(sent.people.owner, NOW))
    vault.lock(sent.people.shelter)
    carry(NOW)
    vault.unlock(sent.people.shelter, PASSPHRASE)
    whole = receiving.receive

    def breaks(data: bytes, *, now: datetime) -> receiving.Answer:
        if data == sent.sealed:
            raise RuntimeError("a fault of the program")
        return whole(data, now=now)

    with monkeypatch.context() as planted:
        planted.setattr(receiving, "receive", breaks)
        assert open_what_came_while_locked(sent.people.shelter, now=NOW) == 1
    assert look(sent.people.stranger, second).state == "ENQUIRED"
    assert bytes(SealedArrival.objects.get().sealed) == sent.sealed
    assert open_what_came_while_locked(sent.people.shelter, now=NOW) == 1
    assert look(sent.people.stranger, sent.thread).state == "ENQUIRED"


def test_a_node_that_starts_locked_takes_in_and_opens_when_it_starts_with_its_passphrase(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = sent.people
    with time_machine.travel(NOW, tick=False):
        vault.lock(people.shelter)
        assert start()[people.shelter] is False
        carry(NOW)
        with pytest.raises(AbsentError):
            look(people.stranger, sent.thread)
        monkeypatch.setenv("IEUMGIL_PASSPHRASE_GARAM_SHELTER", PASSPHRASE)
        assert start()[people.shelter] is True
    assert look(people.stranger, sent.thread).state == "ENQUIRED"


def test_nobody_can_fill_the_disk_of_a_locked_agency(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MAX_SEALED_ARRIVALS", 1)
    second = forged(sent.item, {"created": time_text(LATER)})
    vault.lock(sent.people.shelter)
    assert receive(sent.sealed, now=NOW).status == 202
    full = receive(second, now=NOW)
    assert (full.status, full.reason) == (503, "too-many")
    assert receive(sent.sealed, now=NOW).status == 202  # what it has, it has
    assert SealedArrival.objects.count() == 1
    monkeypatch.setattr(receiving, "MAX_SEALED_ARRIVALS", 2)
    assert receive(second, now=NOW).status == 202


# --- the same bundle again ---


def test_the_same_bytes_again_get_the_same_receipt_and_make_no_second_message(sent: Sent) -> None:
    first = receive(sent.sealed, now=NOW)
    before = rows()
    assert first.status == 200
    assert receive(sent.sealed, now=LATER).receipt == first.receipt
    long_after = NOW + VALIDITY + timedelta(days=1)
    assert receive(sent.sealed, now=long_after).receipt == first.receipt
    assert grown(before) == {}


def test_an_answer_that_is_lost_after_the_commit_is_given_again_at_the_next_try(sent: Sent) -> None:
    receive(sent.sealed, now=NOW)  # the node stops here, before its answer is on the wire
    assert sent.is_waiting()
    carry(NOW)
    assert not sent.is_waiting()
    assert MessageRow.objects.filter(agency=sent.people.shelter).count() == 1


def test_a_refusal_that_is_lost_is_given_again(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as planted:
        planted.setattr("ieumgil.agreements.queries.purposes", dict)
        first = receive(sent.sealed, now=NOW)
        assert opened(first.receipt, sent.people.police)["body"]["reason"] == "no-basis"
        carry(NOW)
    assert OutboxItem.objects.get(pk=sent.item.pk).state == OutboxItem.State.REFUSED


def test_one_id_with_two_contents_is_refused_and_people_are_told(sent: Sent) -> None:
    receive(sent.sealed, now=NOW)
    body = {**opened(sent.sealed, sent.people.shelter)["body"], "envelope": None}
    other = forged(sent.item, {"body": body})
    before = rows()
    for _ in range(2):
        answer = receive(other, now=NOW)
        assert (answer.status, answer.receipt, answer.reason) == (422, b"", "same-id-other-content")
    assert grown(before) == {"exchange.Refused": 2, "exchange.Alarm": 1}
    (alarm,) = exchange.open_alarms(sent.people.stranger)
    assert (alarm.code, alarm.peer) == ("same-id-other-content", sent.people.police)
    assert not exchange.open_alarms(sent.people.owner)


# --- what is refused, and why ---


def _altered(sent: Sent) -> bytes:
    data = bytearray(sent.sealed)
    data[-1] ^= 1
    return bytes(data)


def _revoking_agency(sent: Sent) -> bytes:
    sign_next_roll(sent.people.coordinator, revoke_agencies=[sent.people.police], now=NOW)
    return sent.sealed


def _revoking(public: Callable[[Sent], bytes]) -> Callable[[Sent], bytes]:
    def revoke(sent: Sent) -> bytes:
        named = key_ident(public(sent)).hex()
        sign_next_roll(sent.people.coordinator, revoke_keys=[named], now=NOW)
        return sent.sealed

    return revoke


def _sign_public(sent: Sent) -> bytes:
    return keyring(sent.people.police).sign.public_key().public_bytes_raw()


def _seal_public(sent: Sent) -> bytes:
    return exchange.seal_to(sent.people.shelter, NOW).public


def _as_it_is(sent: Sent) -> bytes:
    return sent.sealed


def _changed(**changes: object) -> Callable[[Sent], bytes]:
    return lambda sent: forged(sent.item, changes)


LONG_AGO, SOON = NOW - VALIDITY - timedelta(days=1), NOW + SKEW + timedelta(seconds=1)
WRONG: dict[str, tuple[str, Callable[[Sent], bytes], datetime]] = {
    "a changed byte": ("cannot-open", _altered, NOW),
    "no bundle at all": ("not-a-bundle", lambda _: b"hello", NOW),
    "cut short": ("wrong-size-class", lambda sent: sent.sealed[:-1], NOW),
    "to another agency inside": ("wrong-recipient", lambda s: forged(s.item, {"to": str(s.people.police)}), NOW),
    "sealed for another agency": ("cannot-open", lambda s: forged(s.item, {}, receiver=s.people.police), NOW),
    "from an agency not on the roll": ("unknown-agency", _changed(**{"from": str(STRANGER.id)}), NOW),
    "signed by another agency": (
        "bad-signature", lambda s: forged(s.item, {}, signer=s.people.coordinator.agency), NOW
    ),
    "from an agency that was revoked": ("revoked-agency", _revoking_agency, NOW),
    "signed with a key that was revoked": ("revoked-key", _revoking(_sign_public), NOW),
    "sealed to a key that was revoked": ("revoked-key", _revoking(_seal_public), NOW),
    "after its time": ("expired", _as_it_is, NOW + VALIDITY + SKEW + timedelta(seconds=1)),
    "before its time": (
        "not-yet-valid",
        _changed(created=time_text(SOON), not_after=time_text(SOON + VALIDITY)),
        NOW,
    ),
    "for longer than two weeks": (
        "too-far-ahead", _changed(not_after=time_text(NOW + VALIDITY + timedelta(seconds=1))), NOW
    ),
    "made before the key was for sending": (
        "key-not-for-sending",
        _changed(created=time_text(LONG_AGO), not_after=time_text(LONG_AGO + VALIDITY)),
        NOW,
    ),
    "of no known form": ("bad-form", _changed(v=2), NOW),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_of_a_bundle_that_is_wrong_nothing_is_kept_but_the_refusal(sent: Sent, how: str) -> None:
    reason, make, now = WRONG[how]
    wrong = make(sent)
    before = rows()
    answer = receive(wrong, now=now)
    assert (answer.status, answer.receipt, answer.reason) == (422, b"", reason)
    assert grown(before) == REFUSAL
    assert Refused.objects.get().reason == reason
    assert not Alarm.objects.exists()
    with pytest.raises(AbsentError):
        look(sent.people.stranger, sent.thread)


def test_of_a_bundle_that_is_right_more_is_kept(sent: Sent) -> None:
    before = rows()
    assert receive(forged(sent.item, {}), now=NOW).status == 200
    kept = {"exchange.InboxItem": 1, "referral.ThreadRow": 1, "referral.MessageRow": 1, "vault.WrappedKey": 2}
    assert grown(before) == kept


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": {"header": {}, "signature": "", "envelope": None}}, "bad-form"),
        ({"bundle_id": "0" * 64}, "bad-form"),
    ],
)
def test_what_a_room_refuses_leaves_the_refusal_alone_and_its_sender_hears_why(
    sent: Sent, change: dict[str, object], reason: str
) -> None:
    wrong = forged(sent.item, change)
    before = rows()
    answer = receive(wrong, now=NOW)
    body = opened(answer.receipt, sent.people.police)["body"]
    assert (answer.status, body["status"], body["reason"]) == (200, "refused", reason)
    assert grown(before) == REFUSAL


def test_what_no_room_takes_is_refused(sent: Sent, settings: Settings) -> None:
    settings.EXCHANGE_TAKERS = {}
    before = rows()
    assert receive(sent.sealed, now=NOW).reason == "unknown-kind"
    assert grown(before) == REFUSAL


def test_a_refusal_stands_in_the_ledger_of_whom_it_was_sent_to(sent: Sent) -> None:
    receive(sent.sealed, now=NOW + timedelta(days=20))
    told = [(entry.action, entry.decision) for entry in audit.entries(sent.people.stranger)]
    assert told == [("bundle.refuse", "expired")]


def test_junk_of_nobody_knows_whom_is_counted_and_grows_no_ledger(sent: Sent) -> None:
    for _ in range(5):
        receive(forged(sent.item, {"v": 2}), now=NOW)
    assert not audit.entries(sent.people.stranger)
    assert [(row.reason, row.times) for row in Refused.objects.all()] == [("bad-form", 5)]


# --- words inside that no form can check ---


def _thread_body(sent: Sent, **changes: object) -> dict[str, object]:
    return {"body": {**opened(sent.sealed, sent.people.shelter)["body"], **changes}}


def test_a_signature_written_in_another_way_is_refused_and_not_a_fault(sent: Sent) -> None:
    raw = keyring(sent.people.police).sign.sign(b"anything")
    text = to_text(raw)
    last = text[-3]
    twin = next(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" if c != last and ord(c) & 1 != ord(last) & 1)
    wrong = forged(sent.item, _thread_body(sent, signature=f"{text[:-3]}{twin}=="))
    before = rows()
    assert receive(wrong, now=NOW).reason in {"bad-signature", "bad-form"}
    assert grown(before) == REFUSAL


# --- over HTTP ---


def test_over_http_the_same_checks_are_made_and_the_receipt_comes_back(sent: Sent) -> None:
    client = Client(headers={"host": "127.0.0.1"})

    def post(data: bytes) -> tuple[int, bytes]:
        with time_machine.travel(NOW, tick=False):
            response = client.post("/exchange/inbox", data, content_type="application/octet-stream")
        return response.status_code, response.content

    vault.lock(sent.people.shelter)
    assert post(sent.sealed) == (202, b"kept-sealed\n")
    vault.unlock(sent.people.shelter, PASSPHRASE)
    assert post(_altered(sent)) == (422, b"cannot-open\n")
    assert post(b"hello") == (422, b"not-a-bundle\n")
    assert post(bytes(4098 * 1024 + 1)) == (422, b"too-large\n")
    status, receipt = post(sent.sealed)
    assert status == 200
    assert opened(receipt, sent.people.police)["body"]["status"] == "kept"
    assert post(receipt) == (200, b"")  # nobody signs for a receipt
    assert not sent.is_waiting()
    assert client.get("/exchange/inbox").status_code == 405
