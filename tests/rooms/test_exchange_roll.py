"""The roll only grows, from its coordinator alone, and what it revokes is revoked on every node at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.keys import make_keys
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.actions.roll import join_roll
from ieumgil.ground.exchange.cards import sign_card
from ieumgil.ground.exchange.keys import new_sign_key, sign_key
from ieumgil.ground.exchange.models import RollVersion
from ieumgil.ground.exchange.roll import Roll, roll_hash, sign_roll
from ieumgil.ground.exchange.rules import VALIDITY, time_text
from ieumgil.ground.exchange.seal import seal_bundle
from ieumgil.ground.exchange.voice import fingerprint
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.outcome import AbsentError, DeniedError
from tests.rooms.conftest import People
from tests.support.exchange import CLINIC, LIMITS, OFFICE, SECRETARIAT, SHELTER, Body
from tests.support.exchange import NOW as BODIES_NOW
from tests.support.mechanism import NODE
from tests.support.terminal import terminal


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
    with pytest.raises(DeniedError, match="root-changed"):
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


# --- joined at the terminal ---


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
        result = terminal("roll", ["join", str(path), "--words", wrong], people.coordinator, BODIES_NOW)
        assert "do not join" in str(result.exception)
        with pytest.raises(AbsentError):
            exchange.roll()
    assert terminal("roll", ["words", str(path)], people.coordinator, BODIES_NOW).return_value == english
    assert (
        terminal("roll", ["join", str(path), "--words", korean], people.coordinator, BODIES_NOW).return_value
        == 1
    )
    assert exchange.roll().version == 1


def test_a_roll_that_its_coordinator_did_not_sign_is_not_joined_whatever_words_are_said(
    people: People, tmp_path: Path
) -> None:
    cards = (SECRETARIAT.signed_card, OFFICE.signed_card)
    signed = sign_roll(Roll(uuid4(), 1, BODIES_NOW, SECRETARIAT.id, LIMITS, cards), OFFICE.sign)
    path = tmp_path / "roll.json"
    path.write_bytes(canonical(signed))
    words = " ".join(fingerprint(SECRETARIAT.card.root, "en"))
    result = terminal("roll", ["join", str(path), "--words", words], people.coordinator, BODIES_NOW)
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
        result = terminal("roll", ["join", str(path), *spoken], elsewhere.people.coordinator, BODIES_NOW)
        assert complaint in str(result.exception)
    both = ["join", str(path), "--words", ours, "--words", theirs]
    assert terminal("roll", both, elsewhere.people.coordinator, BODIES_NOW).return_value == 2
