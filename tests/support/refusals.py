"""Every way that a bundle can be wrong before a table is asked, each with the reason it must be refused for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ieumgil.ground.exchange.cards import SealKey, SignKey
from ieumgil.ground.exchange.roll import Roll
from ieumgil.ground.exchange.rules import KIB, SKEW, VALIDITY, RefusalReason, Suite, pad, time_text
from ieumgil.kernel.canonical import Json, canonical
from tests.support.exchange import (
    BEGUN,
    CLINIC,
    NOW,
    OFFICE,
    POLICE,
    RECEIVERS,
    SHELTER,
    STRANGER,
    Body,
    doubled,
    everyone,
    make_inner,
    make_roll,
    seal_anything,
    seal_honestly,
    sign_inner,
)


@dataclass(frozen=True)
class Wrong:
    """A bundle that must be refused by `receiver` at `now`, and why."""

    bundle: bytes
    reason: RefusalReason
    receiver: Body
    now: datetime = NOW
    roll: Roll | None = None


Case = Callable[[Suite], Wrong]
CASES: dict[str, Case] = {}


def case(make: Case) -> Case:
    CASES[make.__name__] = make
    return make


def _honest(suite: Suite, **changes: Json) -> bytes:
    return seal_honestly(POLICE, RECEIVERS[suite], suite, **changes)


def _hostile(suite: Suite, reason: RefusalReason, signer: Body = POLICE, **changes: Json) -> Wrong:
    receiver = RECEIVERS[suite]
    inner = make_inner(POLICE, receiver, suite, **changes)
    return Wrong(seal_anything(sign_inner(inner, signer.sign), receiver, suite), reason, receiver)


@case
def sealed_to_another_agency(suite: Suite) -> Wrong:
    return Wrong(seal_honestly(POLICE, CLINIC, suite), RefusalReason.UNKNOWN_KEY, RECEIVERS[suite])


@case
def written_for_another_agency(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.WRONG_RECIPIENT, to=str(CLINIC.id))


@case
def naming_another_key_inside(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.WRONG_RECIPIENT, to_key_id=CLINIC.seal(suite).public.ident.hex())


@case
def sealed_in_the_name_of_another_recipient(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    signed = sign_inner(make_inner(POLICE, receiver, suite), POLICE.sign)
    return Wrong(seal_anything(signed, receiver, suite, name=CLINIC), RefusalReason.CANNOT_OPEN, receiver)


@case
def sealed_again_for_a_third_agency(suite: Suite) -> Wrong:
    opened = sign_inner(make_inner(POLICE, CLINIC, suite), POLICE.sign)
    receiver = RECEIVERS[suite]
    return Wrong(seal_anything(opened, receiver, suite), RefusalReason.WRONG_RECIPIENT, receiver)


@case
def signed_by_another_agency(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.BAD_SIGNATURE, signer=OFFICE)


@case
def of_an_unknown_agency(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    return Wrong(seal_honestly(STRANGER, receiver, suite), RefusalReason.UNKNOWN_AGENCY, receiver)


@case
def of_a_revoked_agency(suite: Suite) -> Wrong:
    roll = replace(everyone(), revoked_agencies=frozenset({POLICE.id}))
    return Wrong(_honest(suite), RefusalReason.REVOKED_AGENCY, RECEIVERS[suite], roll=roll)


@case
def with_a_revoked_signing_key(suite: Suite) -> Wrong:
    roll = replace(everyone(), revoked_keys=frozenset({POLICE.card.sign_keys[0].ident}))
    return Wrong(_honest(suite), RefusalReason.REVOKED_KEY, RECEIVERS[suite], roll=roll)


@case
def sealed_to_a_revoked_key(suite: Suite) -> Wrong:
    roll = replace(everyone(), revoked_keys=frozenset({RECEIVERS[suite].seal(suite).public.ident.hex()}))
    return Wrong(_honest(suite), RefusalReason.REVOKED_KEY, RECEIVERS[suite], roll=roll)


@case
def with_a_signing_key_that_has_run_out(suite: Suite) -> Wrong:
    old = SignKey(POLICE.sign.public_key().public_bytes_raw(), BEGUN, NOW - timedelta(days=1))
    roll = make_roll([replace(POLICE, changes={"sign_keys": (old,)}), RECEIVERS[suite]])
    return Wrong(_honest(suite), RefusalReason.KEY_NOT_FOR_SENDING, RECEIVERS[suite], roll=roll)


@case
def sealed_to_a_key_that_has_run_out(suite: Suite) -> Wrong:
    public = RECEIVERS[suite].seal(suite).public.raw
    old = SealKey(public, BEGUN, NOW - timedelta(days=1), suite)
    receiver = replace(RECEIVERS[suite], changes={"seal_keys": (old,)})
    return Wrong(_honest(suite), RefusalReason.KEY_NOT_FOR_SENDING, receiver)


@case
def sealed_to_a_key_on_no_card(suite: Suite) -> Wrong:
    other = SealKey(CLINIC.seal(suite).public.raw, BEGUN, NOW, suite)
    receiver = replace(RECEIVERS[suite], changes={"seal_keys": (other,)})
    return Wrong(_honest(suite), RefusalReason.UNKNOWN_KEY, receiver)


@case
def expired(suite: Suite) -> Wrong:
    late = NOW + VALIDITY + SKEW + timedelta(seconds=1)
    return Wrong(_honest(suite), RefusalReason.EXPIRED, RECEIVERS[suite], now=late)


@case
def not_yet_valid(suite: Suite) -> Wrong:
    early = NOW - SKEW - timedelta(seconds=1)
    return Wrong(_honest(suite), RefusalReason.NOT_YET_VALID, RECEIVERS[suite], now=early)


@case
def valid_for_too_long(suite: Suite) -> Wrong:
    return _hostile(
        suite, RefusalReason.TOO_FAR_AHEAD, not_after=time_text(NOW + VALIDITY + timedelta(seconds=1))
    )


@case
def ending_before_it_begins(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.BAD_FORM, not_after=time_text(NOW))


@case
def dated_on_a_day_that_is_not(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.BAD_FORM, created="2026-02-30T00:00:00Z")


@case
def downgraded_to_the_older_suite(_suite: Suite) -> Wrong:
    bundle = seal_honestly(POLICE, SHELTER, Suite.X25519)
    return Wrong(bundle, RefusalReason.WRONG_SUITE, SHELTER)


@case
def relabelled_as_the_other_suite(suite: Suite) -> Wrong:
    bundle = bytearray(_honest(suite))
    bundle[4] = 3 - suite
    return Wrong(bytes(bundle), RefusalReason.WRONG_SIZE_CLASS, RECEIVERS[suite])


@case
def of_an_unknown_suite(suite: Suite) -> Wrong:
    bundle = bytearray(_honest(suite))
    bundle[4] = 3
    return Wrong(bytes(bundle), RefusalReason.WRONG_SUITE, RECEIVERS[suite])


@case
def stripped_of_its_signature(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    bare = canonical(make_inner(POLICE, receiver, suite))
    return Wrong(seal_anything(bare, receiver, suite), RefusalReason.BAD_FORM, receiver)


@case
def with_an_empty_signature(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    bare = bytes(64) + canonical(make_inner(POLICE, receiver, suite))
    return Wrong(seal_anything(bare, receiver, suite), RefusalReason.BAD_SIGNATURE, receiver)


@case
def with_something_in_its_padding(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    padded = pad(sign_inner(make_inner(POLICE, receiver, suite), POLICE.sign))
    bundle = seal_anything(b"", receiver, suite, padded=padded[:-1] + b"\1")
    return Wrong(bundle, RefusalReason.BAD_PADDING, receiver)


@case
def lying_about_its_length(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    padded = pad(sign_inner(make_inner(POLICE, receiver, suite), POLICE.sign))
    bundle = seal_anything(b"", receiver, suite, padded=(2**32 - 1).to_bytes(4, "big") + padded[4:])
    return Wrong(bundle, RefusalReason.BAD_PADDING, receiver)


@case
def in_a_larger_size_class_than_needed(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    padded = pad(sign_inner(make_inner(POLICE, receiver, suite), POLICE.sign)).ljust(16 * KIB, b"\0")
    return Wrong(seal_anything(b"", receiver, suite, padded=padded), RefusalReason.WRONG_SIZE_CLASS, receiver)


@case
def cut_short(suite: Suite) -> Wrong:
    return Wrong(_honest(suite)[:-1], RefusalReason.WRONG_SIZE_CLASS, RECEIVERS[suite])


@case
def larger_than_any(suite: Suite) -> Wrong:
    return Wrong(_honest(suite) + bytes(5000 * KIB), RefusalReason.TOO_LARGE, RECEIVERS[suite])


@case
def of_another_format(suite: Suite) -> Wrong:
    return Wrong(b"NRM2" + _honest(suite)[4:], RefusalReason.NOT_A_BUNDLE, RECEIVERS[suite])


@case
def with_a_key_written_twice(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    signed = sign_inner(doubled(make_inner(POLICE, receiver, suite)), POLICE.sign)
    return Wrong(seal_anything(signed, receiver, suite), RefusalReason.BAD_FORM, receiver)


@case
def with_a_space_too_many(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    signed = sign_inner(canonical(make_inner(POLICE, receiver, suite)) + b" ", POLICE.sign)
    return Wrong(seal_anything(signed, receiver, suite), RefusalReason.BAD_FORM, receiver)


@case
def with_a_member_too_many(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.BAD_FORM, extra=1)


@case
def of_a_kind_that_is_not(suite: Suite) -> Wrong:
    return _hostile(suite, RefusalReason.BAD_FORM, kind="letter")


@case
def with_a_million_tiny_values(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    data = b'{"body":{"a":[' + b"[]," * 1_000_000 + b"[]]}}"
    return Wrong(
        seal_anything(sign_inner(data, POLICE.sign), receiver, suite), RefusalReason.BAD_FORM, receiver
    )


@case
def nested_without_end(suite: Suite) -> Wrong:
    receiver = RECEIVERS[suite]
    data = b"[" * 50_000
    return Wrong(
        seal_anything(sign_inner(data, POLICE.sign), receiver, suite), RefusalReason.BAD_FORM, receiver
    )
