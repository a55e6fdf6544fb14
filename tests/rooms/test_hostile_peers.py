"""A well-signed bundle that fits no form is refused, and neither it nor an answer of any kind ends the node's clock."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from ieumgil.ground.exchange.actions import deliver
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.receive import BAD, OK, Answer, receive
from ieumgil.ground.exchange.keys import to_text
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.canonical import canonical
from ieumgil.kernel.ids import CaseId
from ieumgil.referral.headers import DOMAIN, header_id
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.site.clock import each
from tests.rooms.conftest import NOW, People
from tests.support.journeys import enquired
from tests.support.mechanism import carry
from tests.support.post import forged, opened, sent_by

ODD: dict[str, dict[str, Any]] = {
    "a time that is no time": {"sent_at": "2026-13-45T99:00:00Z"},
    "a day that is not in its month": {"due": "2026-02-30T00:00:00Z"},
    "a basis that is no id": {"basis": {"kind": "agreement", "id": "-" * 36, "version": 1}},
}


def _signed(people: People, body: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    header = {**body["header"], **changes}
    signature = keyring(people.police).sign.sign(DOMAIN + canonical(header))
    return {
        "bundle_id": header_id(canonical(header)),
        "body": {**body, "header": header, "signature": to_text(signature)},
    }


@pytest.fixture
def item(mechanism: People, case: CaseId) -> OutboxItem:
    enquired(mechanism, case)
    (waiting,) = sent_by(mechanism.police, waiting=True)
    return waiting


@pytest.mark.parametrize("odd", ODD, ids=list(ODD))
def test_a_signed_message_that_fits_no_form_is_refused_and_not_a_fault(
    mechanism: People, item: OutboxItem, odd: str
) -> None:
    body = opened(bytes(item.sealed), mechanism.shelter)["body"]
    answer = receive(forged(item, _signed(mechanism, body, **ODD[odd])), now=NOW)
    assert answer.status in {OK, BAD}
    assert answer.reason in {"bad-form", "no-basis", "bad-signature"}
    assert not MessageRow.objects.filter(agency_id=mechanism.shelter).exists()


def test_an_enquiry_that_says_nothing_is_refused(mechanism: People, item: OutboxItem) -> None:
    body = opened(bytes(item.sealed), mechanism.shelter)["body"]
    bare = _signed(mechanism, {**body, "envelope": None}, content_hash=None)
    assert receive(forged(item, bare), now=NOW).reason == "bad-form"
    assert not ThreadRow.objects.filter(agency_id=mechanism.shelter).exists()


def test_the_same_message_well_formed_is_taken(mechanism: People, item: OutboxItem) -> None:
    """The control: it is the odd form that was refused, not the forging of the test."""
    body = opened(bytes(item.sealed), mechanism.shelter)["body"]
    assert receive(forged(item, _signed(mechanism, body)), now=NOW).reason == ""
    assert MessageRow.objects.filter(agency_id=mechanism.shelter).count() == 1


def test_an_answer_that_breaks_the_program_holds_up_nobody_and_is_tried_again_later(
    mechanism: People, item: OutboxItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_item: OutboxItem, _now: object) -> Answer:
        raise RuntimeError

    with monkeypatch.context() as hostile:
        hostile.setattr(deliver, "_carry", broken)
        deliver.deliver_due(now=NOW)
    item.refresh_from_db()
    assert item.next_try_at > NOW
    carry(NOW + timedelta(hours=1))
    item.refresh_from_db()
    assert item.state == OutboxItem.State.DELIVERED


def test_a_node_that_drips_its_answer_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def drips(_node: str, _sealed: bytes) -> Answer:
        time.sleep(1)
        return Answer(OK)

    with ThreadPoolExecutor(1) as posters, monkeypatch.context() as hostile:
        hostile.setattr(deliver, "_POSTERS", posters)
        hostile.setattr(deliver, "DEADLINE", 0.05)
        hostile.setattr(deliver, "post", drips)
        first, second = (deliver._in_time("http://127.0.0.1:9", b"") for _ in range(2))
    assert {first.reason, second.reason} == {"unreachable"}


def test_one_job_of_the_clock_that_fails_keeps_no_other_from_its_turn(db: None) -> None:
    def fails(**_now: object) -> int:
        raise ValueError

    def works(**_now: object) -> int:
        return 7

    assert each([fails, works]) == {"works": 7}
