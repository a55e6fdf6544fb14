"""Between two nodes: the same bytes over HTTP, whatever the network does and whoever has left the roll."""

from datetime import timedelta

import pytest
from django.test import Client
from urllib3.exceptions import HTTPError

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions import deliver
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.ground.exchange.actions.keep import refuse_after_all
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.models import OutboxItem, Refused
from ieumgil.ground.exchange.rules import MAX_BUNDLE
from ieumgil.kernel.ids import CaseId
from ieumgil.referral.queries.work import look, work_list
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, enquired, offered
from tests.support.mechanism import carry
from tests.support.post import sent_by

State = OutboxItem.State
LATER = NOW + timedelta(hours=1)


class Wire:
    """Another node, which is this one once more, behind the network."""

    def __init__(self, *, down: bool = False) -> None:
        self.down = down
        self.asked: list[str] = []

    def request(self, _method: str, url: str, *, body: bytes, **_options: object) -> "Wire":
        self.asked.append(url)
        if self.down:
            raise HTTPError
        with pytest.MonkeyPatch.context() as planted:
            planted.setattr("ieumgil.ground.exchange.web.timezone.now", lambda: NOW)
            response = Client(headers={"host": "127.0.0.1"}).post(
                "/exchange/inbox", body, content_type="application/octet-stream"
            )
        self.status, self.data = response.status_code, response.content
        return self

    def read(self, size: int) -> bytes:
        assert size == MAX_BUNDLE + 1
        return self.data

    def release_conn(self) -> None:
        """Do nothing: there is no connection."""


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Let every peer be on another node."""
    made = Wire()
    monkeypatch.setattr(deliver, "is_hosted", lambda _agency: False)
    monkeypatch.setattr(deliver, "_http", made)
    monkeypatch.setattr(deliver, "_in_time", deliver.post)  # in this thread, where the test's database is
    return made


def test_between_two_nodes_a_journey_is_carried_with_the_same_receipts(
    mechanism: People, case: CaseId, wire: Wire
) -> None:
    thread = offered(mechanism, case)
    assert agreed(mechanism, thread) == "OFFERED"
    assert set(wire.asked) == {"http://127.0.0.1:9/exchange/inbox"}
    assert not exchange.undelivered(mechanism.owner)
    assert not Refused.objects.exists()


def test_a_late_refusal_between_two_nodes_is_carried_once_and_then_settled(
    mechanism: People, case: CaseId, wire: Wire
) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    (item,) = sent_by(mechanism.police, waiting=False)
    refuse_after_all(
        clock(mechanism.shelter), peer=mechanism.police, bundle_id=item.bundle_id, reason="illegal-in-its-past",
        subject=thread, now=NOW,
    )  # fmt: skip
    carry(NOW)
    assert not OutboxItem.objects.filter(state=State.WAITING).exists()
    assert not Refused.objects.exists()


def test_a_node_that_is_down_or_a_peer_that_was_revoked_keeps_nobody_else_waiting(
    mechanism: People, case: CaseId, wire: Wire
) -> None:
    thread = enquired(mechanism, case)
    wire.down = True
    assert deliver_due(now=NOW).waiting == 1
    (item,) = sent_by(mechanism.police)
    assert (item.reason, item.attempts) == ("unreachable", 1)
    assert NOW < item.next_try_at <= NOW + timedelta(seconds=8)

    wire.down = False
    sign_next_roll(mechanism.coordinator, revoke_agencies=[mechanism.shelter], now=NOW)
    for other in sent_by(mechanism.coordinator.agency):
        assert other.kind == "roll"
    assert deliver_due(now=LATER).waiting == 1
    item.refresh_from_db()
    assert item.reason == "revoked-agency"
    assert [line.undelivered for line in work_list(mechanism.owner)] == [True]
    assert look(mechanism.owner, thread).state == "ENQUIRED"
