"""Keys are renewed without losing what is under way; whoever joins compares words, and hears of every revocation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.keys import forget_retired, keyring, rotate
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.actions.roots import write_root
from ieumgil.ground.exchange.models import AgencyKey
from ieumgil.ground.exchange.rules import VALIDITY, Suite, time_text
from ieumgil.ground.exchange.seal import open_bundle, peek, seal_bundle
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import DeniedError
from tests.rooms.conftest import NOW, People
from tests.support.exchange import CLINIC, OFFICE
from tests.support.exchange import NOW as BODIES_NOW
from tests.support.journeys import enquired
from tests.support.mechanism import NODE, a_case, carry, found_mechanism
from tests.support.post import REFUSAL, grown, opened, rows, sent_by
from tests.support.terminal import terminal

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mechanism:
    """Three agencies on one roll, and the root keys that their people keep."""

    people: People
    roots: dict[AgencyId, bytes]

    def renew_shelter(self, now: datetime) -> dict[str, Json]:
        people = self.people
        return rotate(people.stranger, root=self.roots[people.shelter], node=NODE, now=now)

    def publish(self, *cards: Mapping[str, Json], now: datetime) -> None:
        sign_next_roll(self.people.coordinator, cards=cards, now=now)


@pytest.fixture
def mechanism(people: People) -> Mechanism:
    agencies = [people.police, people.shelter, people.coordinator.agency]
    return Mechanism(people, found_mechanism(agencies, people.coordinator, NOW))


def asked(people: People, now: datetime) -> bytes:
    """Enquire at some moment, and give the sealed bytes that lie in the outbox."""
    enquired(people, a_case(people.owner, now), now=now)
    return bytes(sent_by(people.police)[-1].sealed)


# --- seal keys ---


def test_a_bundle_under_way_to_an_old_key_still_opens_and_new_ones_use_the_new_key(
    mechanism: Mechanism,
) -> None:
    people = mechanism.people
    under_way = asked(people, NOW)
    card = mechanism.renew_shelter(NOW + DAY)
    still_old = asked(people, NOW + DAY)  # nobody has heard of the new card yet
    mechanism.publish(card, now=NOW + 2 * DAY)
    new = asked(people, NOW + 2 * DAY)
    outers = [peek(sealed) for sealed in (under_way, still_old, new)]
    assert [outer.suite for outer in outers] == [Suite.MLKEM768_X25519] * 3
    assert outers[0].key_id == outers[1].key_id != outers[2].key_id
    answers = [receive(sealed, now=NOW + 3 * DAY) for sealed in (under_way, still_old, new)]
    assert [answer.status for answer in answers] == [200] * 3


def test_an_old_key_is_erased_two_weeks_after_the_roll_dropped_it_and_opens_nothing_any_more(
    mechanism: Mechanism,
) -> None:
    people, published = mechanism.people, NOW + 20 * DAY
    card = mechanism.renew_shelter(NOW)
    assert forget_retired(now=published) == 0  # the coordinator is late, and others still seal to it
    first, second = asked(people, published), asked(people, published)
    mechanism.publish(card, now=published)
    assert forget_retired(now=published + VALIDITY) == 0
    assert receive(first, now=published + VALIDITY).status == 200
    after = published + VALIDITY + timedelta(seconds=1)
    assert forget_retired(now=after) == len(Suite)
    assert forget_retired(now=after) == 0
    before = rows()
    answer = receive(second, now=after)
    assert (answer.status, answer.reason) == (422, "unknown-key")
    assert grown(before) == REFUSAL


def test_a_key_that_another_process_has_erased_opens_nothing_here(mechanism: Mechanism) -> None:
    people = mechanism.people
    first, second = asked(people, NOW), asked(people, NOW)
    assert receive(first, now=NOW).status == 200  # this process has the key open from now on
    AgencyKey.objects.filter(agency=people.shelter, use="seal").update(sealed_private=b"")
    assert receive(second, now=NOW).reason == "unknown-key"


def test_a_bundle_in_the_weaker_suite_is_refused_once_the_stronger_has_been_asked_for(
    mechanism: Mechanism,
) -> None:
    people = mechanism.people
    asked(people, NOW)
    (item,) = sent_by(people.police)

    def weaker(created: datetime) -> bytes:
        card = exchange.card_on_roll(people.shelter)
        key = next(k for k in card.seal_keys if k.suite is Suite.X25519)
        inner = {
            **opened(bytes(item.sealed), people.shelter), "to_key_id": key.ident, "created": time_text(created),
            "not_after": time_text(created + VALIDITY),
        }  # fmt: skip
        return seal_bundle(
            inner, sign_key=keyring(people.police).sign, recipient_public=key.key, recipient=people.shelter
        )

    late = NOW + VALIDITY
    assert receive(weaker(late), now=late).reason == "wrong-suite"
    assert receive(weaker(NOW + DAY), now=NOW + DAY).status == 200


def test_a_revoked_key_is_never_sealed_to_and_the_weaker_suite_is_no_way_out(mechanism: Mechanism) -> None:
    people = mechanism.people
    strong = exchange.seal_to(people.shelter, NOW)
    sign_next_roll(people.coordinator, revoke_keys=[strong.ident], now=NOW)
    with pytest.raises(DeniedError, match="no-seal-key"):
        asked(people, NOW)
    mechanism.publish(mechanism.renew_shelter(NOW), now=NOW)
    assert peek(asked(people, NOW)).suite is Suite.MLKEM768_X25519


def test_only_who_keeps_the_keys_may_renew_them(mechanism: Mechanism) -> None:
    people = mechanism.people
    nobody = replace(people.stranger, permissions=frozenset())
    with pytest.raises(DeniedError, match="no-right"):
        rotate(nobody, root=mechanism.roots[people.shelter], node=NODE, now=NOW)


# --- signing keys ---


def test_a_new_signing_key_counts_once_it_is_on_the_roll_and_the_old_one_no_more(
    mechanism: Mechanism,
) -> None:
    people = mechanism.people
    old_key = keyring(people.police).sign
    before, later = asked(people, NOW), NOW + DAY
    card = rotate(people.owner, root=mechanism.roots[people.police], node=NODE, sign_too=True, now=later)
    new = asked(people, later)
    assert receive(new, now=later).reason == "key-not-for-sending"
    mechanism.publish(card, now=later)
    assert receive(before, now=later).status == 200  # made while the old key was in force
    assert receive(new, now=later).status == 200

    stolen = {**opened(asked(people, later + DAY), people.shelter), "bundle_id": "0" * 64}
    target = exchange.seal_to(people.shelter, later)
    sealed = seal_bundle(stolen, sign_key=old_key, recipient_public=target.key, recipient=people.shelter)
    assert receive(sealed, now=later + DAY).reason == "key-not-for-sending"


# --- sent to every node ---


def test_the_coordinator_lays_a_revocation_in_the_outbox_for_every_other_node_but_the_revoked(
    mechanism: Mechanism,
) -> None:
    people = mechanism.people
    mechanism.publish(OFFICE.signed_card, CLINIC.signed_card, now=BODIES_NOW)
    sign_next_roll(people.coordinator, revoke_agencies=[OFFICE.id], now=BODIES_NOW)
    items = sent_by(people.coordinator.agency)
    assert sorted((item.peer, item.seq) for item in items) == sorted(
        [(OFFICE.id, 1), (CLINIC.id, 1), (CLINIC.id, 2)]
    )
    (last,) = [bytes(item.sealed) for item in items if (item.peer, item.seq) == (CLINIC.id, 2)]
    told = open_bundle(last, private_key=CLINIC.seal(Suite.MLKEM768_X25519), recipient=CLINIC.id).inner
    assert told["body"] == exchange.signed_roll()
    assert str(OFFICE.id) in json.dumps(told["body"])


# --- at the terminal ---


def test_keys_are_renewed_and_published_at_the_terminal(mechanism: Mechanism, tmp_path: Path) -> None:
    people, root, card = mechanism.people, tmp_path / "root.json", tmp_path / "card.json"
    write_root(root, people.shelter, mechanism.roots[people.shelter], "a passphrase for tests", cheap=True)
    command = ["rotate", "--root", str(root), "--passphrase", "a passphrase for tests", "--node", NODE]
    assert terminal("card", [*command, "--out", str(card)], people.stranger, NOW + DAY).return_value == 2
    assert terminal("roll", ["sign", str(card)], people.coordinator, NOW + DAY).return_value == 2
    asked(people, NOW + DAY)
    carry(NOW + DAY)
    assert not exchange.undelivered(people.owner)
