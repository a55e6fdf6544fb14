"""Sealing and opening: what goes in comes out, and what is wrong is refused for the right reason."""

import hashlib
from random import Random

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.exchange import seal
from ieumgil.ground.exchange.forms import Form, fits
from ieumgil.ground.exchange.keys import BadKeyError, SealPublicKey
from ieumgil.ground.exchange.rules import KIB, RefusalReason, RefusedBundleError, Suite, time_text
from ieumgil.kernel.canonical import Json, canonical, parse_canonical
from tests.support.exchange import (
    BEGUN,
    NOW,
    OLD_SHELTER,
    POLICE,
    RECEIVERS,
    SHELTER,
    bodies,
    documents,
    make_inner,
    receive,
    seal_honestly,
)
from tests.support.mutants import hunt, verify_all_but_the_signature
from tests.support.refusals import CASES

SUITES = pytest.mark.parametrize("suite", list(Suite))
UUID = "0b7e4a5e-0000-4000-8000-000000000001"


def refused(inner: dict[str, Json]) -> RefusalReason:
    with pytest.raises(RefusedBundleError) as refusal:
        seal.seal_bundle(
            inner,
            sign_key=POLICE.sign,
            recipient_public=SHELTER.seal(Suite.X25519).public,
            recipient=SHELTER.id,
        )
    return refusal.value.reason


@given(documents)
def test_the_canonical_form_is_that_of_rfc_8785(value: Json) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert parse_canonical(canonical(value)) == value


@given(body=bodies, suite=st.sampled_from(Suite))
def test_what_is_sealed_comes_out_as_it_went_in(body: dict[str, Json], suite: Suite) -> None:
    receiver = RECEIVERS[suite]
    arrival = receive(seal_honestly(POLICE, receiver, suite, body=body), receiver, suite)
    assert arrival.inner == make_inner(POLICE, receiver, suite, body=body)
    assert arrival.sender == POLICE.card


@given(length=st.integers(0, 300 * KIB), suite=st.sampled_from(Suite))
def test_a_sealed_bundle_shows_nothing_but_a_size_class(length: int, suite: Suite) -> None:
    receiver = RECEIVERS[suite]
    bundle = seal_honestly(POLICE, receiver, suite, body={"note": "x" * length})
    outer = seal.peek(bundle)
    assert outer.size in {4, 16, 64, 256, 512}
    assert len(bundle) == seal.OVERHEAD[suite] + outer.size * KIB
    assert outer.key_id == receiver.seal(suite).public.ident
    assert str(POLICE.id).encode() not in bundle


@SUITES
def test_two_seals_of_one_message_have_nothing_in_common(suite: Suite) -> None:
    one, other = (seal_honestly(POLICE, RECEIVERS[suite], suite) for _ in range(2))
    assert one[:23] == other[:23]
    assert len(set(zip(one[23:], other[23:], strict=True))) > 1000


@SUITES
def test_the_kept_proof_can_be_shown_to_a_third_party(suite: Suite) -> None:
    receiver = RECEIVERS[suite]
    proof = receive(seal_honestly(POLICE, receiver, suite), receiver, suite).proof
    signed = seal.parse_signed(proof)
    assert signed.verify(POLICE.sign.public_key()) == proof
    assert seal.parse_inner(signed.inner)["to"] == str(receiver.id)
    with pytest.raises(RefusedBundleError, match="bad-signature"):
        signed.verify(SHELTER.sign.public_key())


@SUITES
@pytest.mark.parametrize("name", list(CASES))
def test_a_wrong_bundle_is_refused_for_the_right_reason(name: str, suite: Suite) -> None:
    wrong = CASES[name](suite)
    key_suite = Suite.X25519 if name == "downgraded_to_the_older_suite" else suite
    with pytest.raises(RefusedBundleError) as refusal:
        receive(wrong.bundle, wrong.receiver, key_suite, wrong.roll, wrong.now)
    assert refusal.value.reason == wrong.reason


def test_a_bundle_in_the_older_suite_is_taken_in_the_days_after_the_newer_was_listed() -> None:
    bundle = seal_honestly(POLICE, SHELTER, Suite.X25519, created=time_text(BEGUN), not_after=time_text(NOW))
    with pytest.raises(RefusedBundleError, match="too-far-ahead"):
        receive(bundle, SHELTER, Suite.X25519)
    younger = seal_honestly(
        POLICE, SHELTER, Suite.X25519, created="2026-11-18T09:00:00Z", not_after="2026-11-30T09:00:00Z"
    )
    assert receive(younger, SHELTER, Suite.X25519).sender == POLICE.card


def test_the_sender_hears_at_once_what_the_receiver_would_refuse() -> None:
    inner = make_inner(POLICE, SHELTER, Suite.X25519)
    assert refused(inner | {"to": UUID}) == "wrong-recipient"
    assert refused(inner | {"to_key_id": "0" * 32}) == "wrong-recipient"
    assert refused(inner | {"seq": 0}) == "bad-form"
    assert refused(inner | {"body": {"share": 0.5}}) == "bad-form"  # type: ignore[arg-type]
    assert refused(inner | {"body": {"note": "\ud800"}}) == "bad-form"
    assert refused(inner | {"body": {"note": "x" * (4096 * KIB)}}) == "too-large"


def test_bytes_that_are_no_key_are_not_sealed_to() -> None:
    nothing = SealPublicKey(Suite.X25519, bytes(32))
    inner = make_inner(POLICE, SHELTER, Suite.X25519, to_key_id=nothing.ident.hex())
    with pytest.raises(RefusedBundleError, match="unknown-key"):
        seal.seal_bundle(inner, sign_key=POLICE.sign, recipient_public=nothing, recipient=SHELTER.id)
    with pytest.raises(BadKeyError):
        _ = SealPublicKey(Suite.MLKEM768_X25519, b"\xff" * 1216).hpke


@pytest.mark.parametrize(
    ("changes", "fit"),
    [
        ({}, True),
        ({"seq": 2, "prev_hash": "a" * 64}, True),
        ({"seq": 2, "prev_hash": None}, False),
        ({"seq": 1, "prev_hash": "a" * 64}, False),
        ({"kind": "thread"}, False),
        ({"kind": "thread", "bundle_id": "a" * 64}, True),
        ({"kind": "counts", "bundle_id": "a" * 64}, False),
        ({"kind": "receipt"}, False),
        ({"kind": "receipt", "seq": 0}, True),
        ({"checkpoint": "node.example/ledger\n12\nAAAA\n"}, True),
        ({"checkpoint": ""}, False),
        ({"created": "2026-11-25T09:00:00Z\n"}, False),
        ({"created": "2026-11-25T09:00:00+00:00"}, False),
        ({"from": UUID.upper()}, False),
        ({"v": True}, False),
        ({"body": []}, False),
    ],
)
def test_the_form_of_a_bundle_is_strict(changes: dict[str, Json], fit: bool) -> None:  # noqa: FBT001
    inner = make_inner(POLICE, SHELTER, Suite.X25519) | changes
    assert fits(Form.BUNDLE, inner) == fit
    for name in inner:
        assert not fits(Form.BUNDLE, {key: value for key, value in inner.items() if key != name})


def test_a_receipt_says_why_only_when_it_refuses() -> None:
    kept: dict[str, Json] = {
        "bundle_id": "a" * 64,
        "from": UUID,
        "hash": seal.body_hash({"note": "short"}),
        "status": "kept",
        "reason": None,
        "at": time_text(NOW),
        "missing": [3, 4],
    }
    assert fits(Form.RECEIPT, kept)
    assert fits(Form.RECEIPT, kept | {"status": "refused", "reason": "no-basis"})
    assert not fits(Form.RECEIPT, kept | {"status": "refused"})
    assert not fits(Form.RECEIPT, kept | {"reason": "no-basis"})
    assert not fits(Form.RECEIPT, kept | {"missing": [3, 3]})


def test_hashes_are_of_the_canonical_form() -> None:
    inner = make_inner(POLICE, SHELTER, Suite.X25519)
    assert seal.inner_hash(inner) == hashlib.sha256(rfc8785.dumps(inner)).hexdigest()
    assert seal.body_hash({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


def test_no_mutant_of_two_thousand_is_accepted_and_none_crashes() -> None:
    tally = hunt(2000, Random(4))
    assert (tally.accepted, tally.crashes) == (0, 0)
    assert len(tally.reasons) >= 8
    # The control: with the signature unchecked, a word changed inside the seal goes unseen.
    assert hunt(500, Random(4), verify_all_but_the_signature).accepted > 0


def test_a_bundle_of_a_browser_s_suite_opens_for_an_agency_that_has_no_other() -> None:
    assert seal.peek(seal_honestly(POLICE, OLD_SHELTER, Suite.X25519)).suite is Suite.X25519
