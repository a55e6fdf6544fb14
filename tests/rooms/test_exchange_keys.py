"""Keys are renewed without losing what is under way; the roll only grows, and what it revokes is revoked everywhere."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import time_machine
from click.testing import CliRunner, Result

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.keys import forget_retired, keyring, make_keys, rotate
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.actions.roll import join_roll, sign_next_roll
from ieumgil.ground.exchange.actions.roots import write_root
from ieumgil.ground.exchange.cards import RefusedCardError, sign_card
from ieumgil.ground.exchange.commands import commands
from ieumgil.ground.exchange.keys import new_sign_key, sign_key
from ieumgil.ground.exchange.models import AgencyKey, RollVersion
from ieumgil.ground.exchange.roll import Roll, roll_hash, sign_roll
from ieumgil.ground.exchange.rules import VALIDITY, Suite, time_text
from ieumgil.ground.exchange.seal import open_bundle, peek, seal_bundle
from ieumgil.ground.exchange.voice import fingerprint
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from tests.rooms.conftest import NOW, People
from tests.support.exchange import CLINIC, LIMITS, OFFICE, SECRETARIAT, SHELTER, Body
from tests.support.exchange import NOW as BODIES_NOW
from tests.support.journeys import enquired
from tests.support.mechanism import NODE, a_case, carry, found_mechanism
from tests.support.post import REFUSAL, grown, opened, rows, sent_by

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


# --- the roll, from a coordinator on another node ---


@dataclass
class Elsewhere:
    """A coordinator on another node, who signs rolls of ours and its own agencies and sends them here."""

    people: People
    signed: dict[str, Json]
    sent: int = 0

    def next(self, *, signer: Body = SECRETARIAT, **changes: object) -> dict[str, Json]:
        before = exchange.roll()
        made = replace(
            before, version=before.version + 1, prev=roll_hash(exchange.signed_roll()), **changes,  # type: ignore[arg-type]
        )  # fmt: skip
        return sign_roll(made, signer.sign)

    def send(self, roll: Mapping[str, Json], *, sender: Body = SECRETARIAT) -> str:
        """Send a roll to the police unit; gives the reason of a refusal, or nothing."""
        self.sent += 1
        target = exchange.seal_to(self.people.police, BODIES_NOW)
        inner = {
            "v": 1, "bundle_id": str(uuid4()), "from": str(sender.id), "to": str(self.people.police),
            "to_key_id": target.ident, "created": time_text(BODIES_NOW), "not_after": time_text(BODIES_NOW + VALIDITY),
            "seq": self.sent, "prev_hash": None if self.sent == 1 else "0" * 64, "kind": "roll", "body": roll,
            "checkpoint": None,
        }  # fmt: skip
        sealed = seal_bundle(
            inner, sign_key=sender.sign, recipient_public=target.key, recipient=self.people.police
        )
        return receive(sealed, now=BODIES_NOW).reason

    def alarms(self) -> list[tuple[str, UUID | None]]:
        """Give the police unit's alarms about rolls; `send` numbers its bundles anew, which is an alarm of its own."""
        open_now = exchange.open_alarms(self.people.owner)
        return [(alarm.code, alarm.peer) for alarm in open_now if alarm.code != "peer-went-back"]


@pytest.fixture
def elsewhere(people: People) -> Elsewhere:
    own = [
        make_keys(agency, root=new_sign_key(), node=NODE, now=BODIES_NOW)
        for agency in (people.police, people.shelter)
    ]
    others = [body.signed_card for body in (OFFICE, SHELTER, CLINIC, SECRETARIAT)]
    made = Roll(uuid4(), 1, BODIES_NOW, SECRETARIAT.id, LIMITS, (*own, *others))
    signed = sign_roll(made, SECRETARIAT.sign)
    join_roll(signed, coordinator_root=SECRETARIAT.card.root, now=BODIES_NOW)
    return Elsewhere(people, signed)


def test_a_newer_roll_is_taken_and_an_older_one_changes_nothing(elsewhere: Elsewhere) -> None:
    assert elsewhere.send(elsewhere.next()) == ""
    assert exchange.roll().version == 2
    assert elsewhere.send(elsewhere.signed) == ""
    assert elsewhere.send(elsewhere.signed) == ""
    assert exchange.roll().version == 2
    assert RollVersion.objects.count() == 2


def test_another_roll_of_a_version_that_is_held_is_refused_and_people_are_told(elsewhere: Elsewhere) -> None:
    first = elsewhere.next()
    second = elsewhere.next(revoked_agencies=frozenset({elsewhere.people.shelter}))
    assert elsewhere.send(first) == ""
    assert elsewhere.send(first) == ""
    assert not elsewhere.alarms()
    assert elsewhere.send(second) == "roll-two-versions"
    assert exchange.signed_roll() == first
    assert elsewhere.alarms() == [("roll-two-versions", SECRETARIAT.id)]
    assert elsewhere.send(elsewhere.next()) == ""  # not while another one is in force
    assert elsewhere.send(second) == "roll-two-versions"


def test_a_root_is_not_replaced_by_dropping_its_agency_and_adding_it_again(elsewhere: Elsewhere) -> None:
    thief = sign_key(new_sign_key())
    public = thief.public_key().public_bytes_raw()
    stolen = sign_card(replace(CLINIC.card, root=public, version=2), thief)
    staying = tuple(card for card in exchange.roll().signed_cards if card != CLINIC.signed_card)
    assert elsewhere.send(elsewhere.next(signed_cards=staying)) == ""
    again = elsewhere.next(signed_cards=(*staying, stolen))
    assert elsewhere.send(again) == "root-changed"
    assert elsewhere.alarms() == [("root-changed", SECRETARIAT.id)]
    join_roll(
        again, coordinator_root=SECRETARIAT.card.root, compared_roots=frozenset({public}), now=BODIES_NOW
    )
    assert exchange.card_on_roll(CLINIC.id).root == public
    assert elsewhere.send(elsewhere.next()) == ""


def test_a_hosted_agency_stands_on_a_roll_only_with_its_own_root(elsewhere: Elsewhere) -> None:
    thief = sign_key(new_sign_key())
    own = exchange.card_on_roll(elsewhere.people.shelter)
    stolen = sign_card(replace(own, root=thief.public_key().public_bytes_raw(), version=9), thief)
    RollVersion.objects.all().delete()
    made = Roll(uuid4(), 1, BODIES_NOW, SECRETARIAT.id, LIMITS, (stolen, SECRETARIAT.signed_card))
    with pytest.raises(RefusedCardError, match="root-changed"):
        join_roll(sign_roll(made, SECRETARIAT.sign), coordinator_root=SECRETARIAT.card.root, now=BODIES_NOW)


def _unrevoked(elsewhere: Elsewhere) -> dict[str, Json]:
    elsewhere.send(elsewhere.next(revoked_agencies=frozenset({CLINIC.id})))
    return elsewhere.next(revoked_agencies=frozenset())


def _of_a_new_coordinator(elsewhere: Elsewhere) -> dict[str, Json]:
    return elsewhere.next(coordinator=OFFICE.id, signer=OFFICE)


def _far_ahead(elsewhere: Elsewhere) -> dict[str, Json]:
    return sign_roll(replace(exchange.roll(), version=2**31 - 1, prev="0" * 64), SECRETARIAT.sign)


REFUSED_ROLLS: dict[str, tuple[str, Callable[[Elsewhere], Mapping[str, Json]], Body]] = {
    "by an agency that is not the coordinator": ("wrong-coordinator", lambda e: e.next(), OFFICE),
    "signed by somebody else": ("bad-card-signature", lambda e: e.next(signer=OFFICE), SECRETARIAT),
    "with a new coordinator": ("wrong-coordinator", _of_a_new_coordinator, SECRETARIAT),
    "of another mechanism": ("wrong-roll", lambda e: e.next(roll=uuid4()), SECRETARIAT),
    "that does not follow": (
        "wrong-previous-roll",
        lambda e: {**e.next(), **_following_nothing(e)},
        SECRETARIAT,
    ),
    "that uses up the numbers": ("version-jumped", _far_ahead, SECRETARIAT),
    "that takes a revocation back": ("revocation-taken-back", _unrevoked, SECRETARIAT),
    "of no such form": ("bad-card", lambda _: {"roll": {}}, SECRETARIAT),
}


def _following_nothing(elsewhere: Elsewhere) -> dict[str, Json]:
    made = replace(exchange.roll(), version=exchange.roll().version + 1, prev="0" * 64)
    return sign_roll(made, SECRETARIAT.sign)


@pytest.mark.parametrize("how", REFUSED_ROLLS)
def test_a_roll_that_does_not_follow_is_refused_and_changes_nothing(elsewhere: Elsewhere, how: str) -> None:
    reason, make, sender = REFUSED_ROLLS[how]
    roll = make(elsewhere)
    before = exchange.signed_roll()
    assert elsewhere.send(roll, sender=sender) == reason
    assert exchange.signed_roll() == before


def test_a_revocation_reaches_a_node_and_counts_there_at_once(elsewhere: Elsewhere) -> None:
    target = elsewhere.people.police
    assert exchange.seal_to(OFFICE.id, BODIES_NOW)
    assert elsewhere.send(elsewhere.next(revoked_agencies=frozenset({OFFICE.id}))) == ""
    assert elsewhere.send({}, sender=OFFICE) == "revoked-agency"
    with pytest.raises(DeniedError, match="revoked-agency"):
        exchange.seal_to(OFFICE.id, BODIES_NOW)
    assert exchange.card_on_roll(target).agency == target


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


def terminal(group: str, arguments: Iterable[str], people: People, now: datetime = NOW) -> Result:
    named = {command.name: command for command in commands}
    with time_machine.travel(now, tick=False):
        return CliRunner().invoke(
            named[group],
            list(arguments),
            obj=SimpleNamespace(actor=people.coordinator),
            standalone_mode=False,
        )


def test_a_node_joins_only_with_the_words_that_the_coordinator_said(people: People, tmp_path: Path) -> None:
    signed = sign_roll(
        Roll(uuid4(), 1, BODIES_NOW, SECRETARIAT.id, LIMITS, (SECRETARIAT.signed_card,)), SECRETARIAT.sign
    )
    path = tmp_path / "roll.json"
    path.write_bytes(canonical(signed))
    english, korean = (" ".join(fingerprint(SECRETARIAT.card.root, language)) for language in ("en", "ko"))
    others = " ".join(fingerprint(OFFICE.card.root, "en"))
    first, rest = english.split(" ", 1)
    for wrong in ("", others, rest, f"{rest} {first}", english.upper()):
        result = terminal("roll", ["join", str(path), "--words", wrong], people, BODIES_NOW)
        assert "do not join" in str(result.exception)
        with pytest.raises(AbsentError):
            exchange.roll()
    assert terminal("roll", ["words", str(path)], people).return_value == english
    assert terminal("roll", ["join", str(path), "--words", korean], people, BODIES_NOW).return_value == 1
    assert exchange.roll().version == 1


def test_a_roll_that_its_coordinator_did_not_sign_is_not_joined_whatever_words_are_said(
    people: People, tmp_path: Path
) -> None:
    cards = (SECRETARIAT.signed_card, OFFICE.signed_card)
    signed = sign_roll(Roll(uuid4(), 1, BODIES_NOW, SECRETARIAT.id, LIMITS, cards), OFFICE.sign)
    path = tmp_path / "roll.json"
    path.write_bytes(canonical(signed))
    words = " ".join(fingerprint(SECRETARIAT.card.root, "en"))
    result = terminal("roll", ["join", str(path), "--words", words], people, BODIES_NOW)
    assert "bad-card-signature" in str(result.exception)
    assert not RollVersion.objects.exists()


def test_a_new_root_is_taken_at_the_terminal_with_the_words_of_both(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    new = sign_key(new_sign_key())
    renewed = sign_card(replace(CLINIC.card, root=new.public_key().public_bytes_raw(), version=2), new)
    kept = tuple(card for card in exchange.roll().signed_cards if card != CLINIC.signed_card)
    path = tmp_path / "roll.json"
    path.write_bytes(canonical(elsewhere.next(signed_cards=(*kept, renewed))))
    ours = " ".join(fingerprint(SECRETARIAT.card.root, "en"))
    theirs = " ".join(fingerprint(new.public_key().public_bytes_raw(), "ko"))
    old = " ".join(fingerprint(CLINIC.card.root, "en"))
    for words, complaint in (((ours,), "root-changed"), ((theirs,), "do not join"), ((ours, old), "do not")):
        spoken = [part for one in words for part in ("--words", one)]
        result = terminal("roll", ["join", str(path), *spoken], elsewhere.people, BODIES_NOW)
        assert complaint in str(result.exception)
    both = ["join", str(path), "--words", ours, "--words", theirs]
    assert terminal("roll", both, elsewhere.people, BODIES_NOW).return_value == 2


def test_keys_are_renewed_and_published_at_the_terminal(mechanism: Mechanism, tmp_path: Path) -> None:
    people, root, card = mechanism.people, tmp_path / "root.json", tmp_path / "card.json"
    write_root(root, people.shelter, mechanism.roots[people.shelter], "a passphrase for tests", cheap=True)
    holder = replace(people, coordinator=people.stranger)
    command = ["rotate", "--root", str(root), "--passphrase", "a passphrase for tests", "--node", NODE]
    assert terminal("card", [*command, "--out", str(card)], holder, NOW + DAY).return_value == 2
    assert terminal("roll", ["sign", str(card)], people, NOW + DAY).return_value == 2
    asked(people, NOW + DAY)
    carry(NOW + DAY)
    assert not exchange.undelivered(people.owner)
