"""Cards, the roll and the twelve words: who is believed, and from when until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.exchange import cards, keys, roll, voice
from ieumgil.ground.exchange.arrival import examine
from ieumgil.ground.exchange.cards import CardFault, RefusedCardError, SealKey, SignKey
from ieumgil.ground.exchange.rules import SKEW, RefusedBundleError, Suite
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId
from tests.support.exchange import (
    BEGUN,
    ENDS,
    NOW,
    OFFICE,
    POLICE,
    SECRETARIAT,
    SHELTER,
    everyone,
    make_roll,
    seal_honestly,
    seed,
)

DAY = timedelta(days=1)
SIGN_2 = keys.sign_key(seed("second signing key"))
PUBLIC_2 = SIGN_2.public_key().public_bytes_raw()
ROOT = SECRETARIAT.card.root


def fault(attempt: Callable[[], object]) -> CardFault:
    with pytest.raises(RefusedCardError) as refusal:
        attempt()
    return refusal.value.fault


def changed(signed: dict[str, Json], **changes: Json) -> dict[str, Json]:
    return signed | {"card": cast("dict[str, Json]", signed["card"]) | changes}


def sign_again(**changes: Json) -> dict[str, Json]:
    """Sign a card of any content with the right root."""
    document = cards.card_document(POLICE.card) | changes
    signature = POLICE.root.sign(cards.CARD_TAG + canonical(document))
    return {"card": document, "signature": keys.to_text(signature)}


def test_a_card_is_read_as_it_was_signed() -> None:
    assert cards.verify_card(POLICE.signed_card) == POLICE.card


def test_a_card_changed_after_signing_is_refused() -> None:
    signed = POLICE.signed_card
    changes: dict[str, Json] = {"slug": "hill-polite", "version": 2, "node": "https://elsewhere.example"}
    for name, value in changes.items():
        assert fault(lambda: cards.verify_card(changed(signed, **{name: value}))) == "bad-card-signature"  # noqa: B023
    root = keys.to_text(OFFICE.card.root)
    assert fault(lambda: cards.verify_card(changed(signed, root=root))) == "bad-card-signature"
    assert fault(lambda: cards.verify_card(signed | {"more": 1})) == "bad-card"


def test_a_card_whose_keys_bear_other_names_is_refused_even_if_its_root_signed_it() -> None:
    document = cast("dict[str, Any]", cards.card_document(POLICE.card))
    renamed = [document["sign_keys"][0] | {"id": "0" * 32}]
    assert fault(lambda: cards.verify_card(sign_again(sign_keys=renamed))) == "wrong-key-id"
    turned = [document["sign_keys"][0] | {"not_after": document["sign_keys"][0]["not_before"]}]
    assert fault(lambda: cards.verify_card(sign_again(sign_keys=turned))) == "bad-card"
    assert fault(lambda: cards.verify_card(sign_again(issued_at="2026-02-30T00:00:00Z"))) == "bad-card"
    assert fault(lambda: cards.verify_card(sign_again(log_key=keys.to_text(bytes(32))))) == "weak-key"
    assert cards.verify_card(sign_again()) == POLICE.card


@pytest.mark.parametrize(
    ("node", "good"),
    [
        ("https://node.example", True),
        ("https://node.example:8443/nrm", True),
        ("http://127.0.0.1:8101", True),
        ("http://localhost:8101/", True),
        ("http://node.example", False),
        ("https://user@node.example", False),
        ("https://node.example/?q=1", False),
        ("https://node.example\n", False),
        ("file:///etc/passwd", False),
    ],
)
def test_a_node_is_reached_over_tls_unless_it_is_this_machine(node: str, good: bool) -> None:  # noqa: FBT001
    if good:
        assert cards.verify_card(sign_again(node=node)).node == node
    else:
        assert fault(lambda: cards.verify_card(sign_again(node=node))) == "bad-card"


def test_a_name_on_a_card_cannot_turn_the_writing_round() -> None:
    assert (
        fault(lambda: cards.verify_card(sign_again(name={"en": "Police\u202e", "ko": "경찰"}))) == "bad-card"
    )
    assert cards.verify_card(sign_again(name={"en": "Pólice – N°1", "ko": "경찰"})).name_ko == "경찰"


def test_a_newer_card_keeps_the_root_and_grows_the_version() -> None:
    old = replace(POLICE.card, version=2)
    cards.check_successor(old, old)
    cards.check_successor(old, replace(old, version=3, sign_keys=(SignKey(PUBLIC_2, NOW, ENDS),)))
    for change, expected in {
        "wrong-agency": {"agency": OFFICE.id, "version": 3},
        "root-changed": {"root": OFFICE.card.root, "version": 3},
        "version-not-grown": {"version": 1},
        "same-version-other-content": {"slug": "hill-polite"},
    }.items():
        new = replace(old, **cast("dict[str, Any]", expected))
        assert fault(lambda: cards.check_successor(old, new)) == change  # noqa: B023


def test_the_stronger_suite_is_used_whenever_the_card_lists_it() -> None:
    assert cards.seal_key_for(SHELTER.card, NOW).suite is Suite.MLKEM768_X25519
    x25519, hybrid = SHELTER.card.seal_keys
    only_old = replace(SHELTER.card, seal_keys=(x25519,))
    assert cards.seal_key_for(only_old, NOW) == x25519
    not_yet = replace(SHELTER.card, seal_keys=(x25519, replace(hybrid, not_before=NOW + DAY)))
    assert cards.seal_key_for(not_yet, NOW) == x25519


def test_there_is_no_falling_back_to_the_weaker_suite() -> None:
    x25519, hybrid = SHELTER.card.seal_keys
    run_out = replace(SHELTER.card, seal_keys=(x25519, replace(hybrid, not_after=NOW - DAY)))
    assert fault(lambda: cards.seal_key_for(run_out, NOW)) == "no-seal-key"
    revoked = frozenset({hybrid.ident})
    assert fault(lambda: cards.seal_key_for(SHELTER.card, NOW, revoked)) == "no-seal-key"


def test_of_two_keys_in_force_the_newer_one_is_sealed_to() -> None:
    newer = SealKey(keys.SealPrivateKey(Suite.MLKEM768_X25519, seed("newer")).public.raw, NOW, ENDS, Suite(2))
    card = replace(SHELTER.card, seal_keys=(*SHELTER.card.seal_keys, newer))
    assert cards.seal_key_for(card, NOW) == newer
    assert cards.seal_key_for(card, NOW - DAY) == SHELTER.card.seal_keys[1]


def test_an_older_card_is_good_for_reading_but_not_for_sending() -> None:
    new_card = replace(
        POLICE, changes={"version": 2, "issued_at": NOW, "sign_keys": (SignKey(PUBLIC_2, NOW, ENDS),)}
    )
    newest = make_roll([new_card, SHELTER])

    def arrive(created: str, earlier: bool) -> AgencyId:  # noqa: FBT001
        bundle = seal_honestly(POLICE, SHELTER, Suite(2), created=created, not_after="2026-11-30T00:00:00Z")
        return examine(
            bundle,
            private_key=SHELTER.seal(Suite(2)),
            own_cards=[SHELTER.card],
            roll=newest,
            now=NOW + DAY,
            earlier_cards=lambda _agency: [POLICE.card] if earlier else [],
        ).sender.agency

    assert arrive("2026-11-25T08:00:00Z", earlier=True) == POLICE.id
    with pytest.raises(RefusedBundleError, match="key-not-for-sending"):
        arrive("2026-11-25T10:00:00Z", earlier=True)
    with pytest.raises(RefusedBundleError, match="bad-signature"):
        arrive("2026-11-25T08:00:00Z", earlier=False)


def test_a_key_is_for_sending_in_its_time_with_ten_minutes_of_skew() -> None:
    key = SignKey(PUBLIC_2, BEGUN, ENDS)
    assert key.in_force(BEGUN - SKEW)
    assert key.in_force(ENDS + SKEW)
    assert not key.in_force(BEGUN - SKEW - timedelta(seconds=1))
    assert not key.in_force(ENDS + SKEW + timedelta(seconds=1))


def next_roll(**changes: object) -> tuple[dict[str, Json], dict[str, Json]]:
    """Give a signed first roll and a signed second one, changed."""
    first = everyone()
    signed = roll.sign_roll(first, SECRETARIAT.sign)
    after: dict[str, object] = {"version": 2, "issued_at": NOW, "prev": roll.roll_hash(signed)}
    return signed, roll.sign_roll(replace(first, **(after | changes)), SECRETARIAT.sign)  # type: ignore[arg-type]


def test_a_roll_that_follows_is_taken() -> None:
    revoked = frozenset({POLICE.card.sign_keys[0].ident})
    first, second = next_roll(revoked_keys=revoked)
    taken = roll.verify_roll(second, coordinator_root=ROOT, previous=first)
    assert taken.revoked_keys == revoked
    assert taken.cards[POLICE.id] == POLICE.card
    assert roll.read_signed_roll(second) == taken


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"version": 1, "prev": None}, "version-not-grown"),
        ({"version": 1002}, "version-jumped"),
        ({"version": 2**31 - 1}, "version-jumped"),
        ({"prev": "0" * 64}, "wrong-previous-roll"),
        ({"roll": OFFICE.id}, "wrong-roll"),
        ({"coordinator": OFFICE.id}, "wrong-coordinator"),
        ({"revoked_agencies": frozenset({SECRETARIAT.id})}, "wrong-coordinator"),
        ({"signed_cards": (POLICE.signed_card,)}, "wrong-coordinator"),
        ({"signed_cards": (SECRETARIAT.signed_card, SECRETARIAT.signed_card)}, "bad-card"),
        ({"issued_at": ENDS + DAY}, "bad-card-signature"),
        ({"revoked_keys": frozenset({SECRETARIAT.card.sign_keys[0].ident})}, "bad-card-signature"),
        ({"prev": None}, "bad-card"),
    ],
)
def test_a_roll_that_does_not_follow_is_refused(changes: dict[str, object], expected: str) -> None:
    first, second = next_roll(**changes)
    assert fault(lambda: roll.verify_roll(second, coordinator_root=ROOT, previous=first)) == expected


def test_a_roll_of_another_coordinator_is_refused() -> None:
    _, second = next_roll()
    assert fault(lambda: roll.verify_roll(second, coordinator_root=OFFICE.card.root)) == "wrong-coordinator"
    forged = second | {"signature": roll.sign_roll(everyone(), OFFICE.sign)["signature"]}
    assert fault(lambda: roll.verify_roll(forged, coordinator_root=ROOT)) == "bad-card-signature"


def test_a_roll_cannot_take_a_revocation_back() -> None:
    first = roll.sign_roll(replace(everyone(), revoked_agencies=frozenset({POLICE.id})), SECRETARIAT.sign)
    _, second = next_roll(prev=roll.roll_hash(first))
    assert (
        fault(lambda: roll.verify_roll(second, coordinator_root=ROOT, previous=first))
        == "revocation-taken-back"
    )


def test_a_new_root_needs_people_who_compared_it_by_voice() -> None:
    new_root = keys.sign_key(seed("new root"))
    public = new_root.public_key().public_bytes_raw()
    signed = cards.sign_card(replace(POLICE.card, root=public, version=2), new_root)
    first, second = next_roll(signed_cards=(signed, SECRETARIAT.signed_card))
    assert fault(lambda: roll.verify_roll(second, coordinator_root=ROOT, previous=first)) == "root-changed"
    taken = roll.verify_roll(
        second, coordinator_root=ROOT, previous=first, compared_roots=frozenset({public})
    )
    assert taken.cards[POLICE.id].root == public


def test_an_agency_that_was_dropped_does_not_come_back_under_another_root() -> None:
    thief = keys.sign_key(seed("thief"))
    public = thief.public_key().public_bytes_raw()
    stolen = cards.sign_card(replace(POLICE.card, root=public, version=2), thief)
    without, _ = next_roll(signed_cards=(SECRETARIAT.signed_card,))
    _, dropped = next_roll(signed_cards=(SECRETARIAT.signed_card,))
    roll.verify_roll(dropped, coordinator_root=ROOT, previous=without)

    def added(
        card: dict[str, Json],
        *compared: bytes,
        kept: Callable[[AgencyId], cards.AgencyCard | None] = {POLICE.id: POLICE.card}.get,
    ) -> object:
        changes: dict[str, object] = {"version": 3, "prev": roll.roll_hash(dropped)}
        _, third = next_roll(signed_cards=(card, SECRETARIAT.signed_card), **changes)
        return roll.verify_roll(
            third, coordinator_root=ROOT, compared_roots=frozenset(compared), previous=dropped, kept_card=kept
        )

    assert fault(lambda: added(stolen)) == "root-changed"
    assert added(POLICE.signed_card)
    assert added(stolen, public)
    not_newer = cards.sign_card(replace(POLICE.card, root=public), thief)
    assert fault(lambda: added(not_newer, public)) == "version-not-grown"
    assert added(stolen, kept=lambda _: None)  # whom nobody here ever knew comes in by the coordinator's word
    newest = cards.sign_card(replace(POLICE.card, version=3), POLICE.root)
    lower = {POLICE.id: cards.verify_card(newest)}.get
    assert fault(lambda: added(POLICE.signed_card, kept=lower)) == "version-not-grown"


@given(st.binary(min_size=32, max_size=32))
def test_twelve_words_say_the_same_in_both_languages(root: bytes) -> None:
    english, korean = voice.fingerprint(root, "en"), voice.fingerprint(root, "ko")
    assert len(english) == len(korean) == 12
    words, first, second = voice._lists()
    numbers = [words.index(word) for word in english]
    assert numbers == [16 * first.index(word[0]) + second.index(word[1]) for word in korean]
    other = bytes([root[0] ^ 1]) + root[1:]
    assert voice.fingerprint(other, "en") != english


def test_no_two_words_can_be_taken_for_each_other() -> None:
    words, first, second = voice._lists()
    assert len(words) == len({word[:4] for word in words}) == 256
    assert len({*first, *second}) == 32


@pytest.mark.parametrize("suite", list(Suite))
def test_keys_are_written_down_and_read_back(suite: Suite) -> None:
    private = keys.new_seal_key(suite)
    public = keys.seal_public(suite, private.public.raw)
    assert public.ident == private.public.ident
    assert keys.from_text(keys.to_text(public.raw)) == public.raw
    assert private.raw.hex() not in repr(private)
    for wrong in (public.raw[:-1], b"", public.raw + b"\0"):
        with pytest.raises(keys.BadKeyError):
            keys.seal_public(suite, wrong)
    with pytest.raises(keys.BadKeyError):
        _ = keys.SealPrivateKey(suite, b"short").public
    with pytest.raises(keys.BadKeyError):
        keys.sign_key(b"short")


@pytest.mark.parametrize("text", ["AB==", "AAAA\n", "AAA", "AA AA", "ÄAAA", "AA-_"])
def test_base64_has_one_form_only(text: str) -> None:
    with pytest.raises(keys.BadKeyError):
        keys.from_text(text)


@pytest.mark.parametrize("weak", sorted(keys._SMALL_ORDER))
def test_a_key_under_which_nobody_s_signature_would_fit_is_refused(weak: bytes) -> None:
    with pytest.raises(keys.BadKeyError):
        keys.verify_key(weak)
    with pytest.raises(keys.BadKeyError):
        keys.verify_key(weak[:-1] + bytes([weak[-1] | 0x80]))


def test_such_a_key_would_have_vouched_for_texts_that_nobody_signed() -> None:
    nobody_s = bytes([1]) + bytes(63)
    weak = Ed25519PublicKey.from_public_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    )
    fits = 0
    for number in range(200):
        try:
            weak.verify(nobody_s, b"text %d" % number)
            fits += 1
        except InvalidSignature:
            continue
    assert fits > 0
