"""Bundles altered by chance, outside and inside the seal, and what a verifier makes of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from ieumgil.ground.exchange.arrival import check_receiving
from ieumgil.ground.exchange.rules import (
    KIB,
    RefusalReason,
    RefusedBundleError,
    Suite,
    check_window,
    pad,
    parse_time,
)
from ieumgil.ground.exchange.seal import open_bundle
from tests.support.exchange import (
    NOW,
    OFFICE,
    POLICE,
    RECEIVERS,
    Body,
    everyone,
    make_inner,
    receive,
    seal_anything,
    seal_honestly,
    sign_inner,
)

Verifier = Callable[[bytes, Body, Suite], object]
OUTER = 23
LONG = {"note": "a long free text of an invented officer, " * 60}


@dataclass
class Tally:
    """What became of the mutants."""

    tried: int = 0
    accepted: int = 0
    crashes: int = 0
    reasons: Counter[RefusalReason] = field(default_factory=Counter)


def verify(bundle: bytes, receiver: Body, suite: Suite) -> object:
    """Take a bundle as the house does."""
    return receive(bundle, receiver, suite)


def verify_all_but_the_signature(bundle: bytes, receiver: Body, suite: Suite) -> object:
    """Take a bundle with one check removed: the control."""
    opened = open_bundle(bundle, private_key=receiver.seal(suite), recipient=receiver.id)
    check_receiving(bundle, opened.inner, [receiver.card], everyone())
    reason = check_window(parse_time(opened.inner["created"]), parse_time(opened.inner["not_after"]), NOW)
    if reason is not None:
        raise RefusedBundleError(reason)
    return opened


def hunt(count: int, chance: Random, verifier: Verifier = verify) -> Tally:
    """Show a verifier so many mutants of honest bundles of both suites, half of them altered inside the seal."""
    tally = Tally()
    honest = {suite: _honest(suite) for suite in Suite}
    signed = {suite: _signed(suite) for suite in Suite}
    while tally.tried < count:
        suite = chance.choice(list(Suite))
        outside = chance.random() < 0.5
        mutant = _alter(honest[suite], chance) if outside else _alter_inside(signed[suite], suite, chance)
        if mutant is not None and mutant not in honest[suite]:
            _show(mutant, suite, verifier, tally)
    return tally


def _show(mutant: bytes, suite: Suite, verifier: Verifier, tally: Tally) -> None:
    tally.tried += 1
    try:
        verifier(mutant, RECEIVERS[suite], suite)
    except RefusedBundleError as error:
        tally.reasons[error.reason] += 1
    except Exception:  # noqa: BLE001  any other exception is what is looked for
        tally.crashes += 1
    else:
        tally.accepted += 1


def _honest(suite: Suite) -> list[bytes]:
    body, receiver = LONG, RECEIVERS[suite]
    return [
        seal_honestly(POLICE, receiver, suite),
        seal_honestly(OFFICE, receiver, suite),
        seal_honestly(POLICE, receiver, suite, body=body),
        seal_honestly(OFFICE, receiver, suite, body=body),
    ]


def _signed(suite: Suite) -> list[bytes]:
    receiver = RECEIVERS[suite]
    return [
        sign_inner(make_inner(sender, receiver, suite, body=body), sender.sign)
        for sender in (POLICE, OFFICE)
        for body in ({"note": "short"}, LONG)
    ]


def _alter(bundles: list[bytes], chance: Random) -> bytes:
    one, other = chance.sample(bundles, 2)
    change = chance.choice([_bit, _byte, _cut, _splice, _swap_head, _lie_of_length])
    return change(one, other, chance)


def _alter_inside(all_signed: list[bytes], suite: Suite, chance: Random) -> bytes | None:
    one, other = chance.sample(all_signed, 2)
    change = chance.choice([_bit, _byte, _cut, _splice, _swap_signature])
    changed = change(one, other, chance)
    if changed in all_signed:
        return None
    padded = pad(changed)
    if chance.random() < 0.1:
        padded = chance.randrange(2 * len(padded)).to_bytes(4, "big") + padded[4:]
    if int.from_bytes(padded[:4], "big") == len(one) and padded[4:].startswith(one):
        return None
    return seal_anything(b"", RECEIVERS[suite], suite, padded=padded)


def _bit(one: bytes, _other: bytes, chance: Random) -> bytes:
    changed = bytearray(one)
    changed[chance.randrange(len(one))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _byte(one: bytes, _other: bytes, chance: Random) -> bytes:
    changed = bytearray(one)
    changed[chance.randrange(len(one))] = chance.randrange(256)
    return bytes(changed)


def _cut(one: bytes, _other: bytes, chance: Random) -> bytes:
    start, end = sorted((chance.randrange(len(one)), chance.randrange(len(one) + 1)))
    return chance.choice([one[:start], one[start:], one[:start] + one[end:]])


def _splice(one: bytes, other: bytes, chance: Random) -> bytes:
    place = chance.randrange(min(len(one), len(other)))
    return one[:place] + other[place:]


def _swap_head(one: bytes, other: bytes, chance: Random) -> bytes:
    end = OUTER + chance.choice([0, 32, 1120])
    return other[:end] + one[end:]


def _swap_signature(one: bytes, other: bytes, _chance: Random) -> bytes:
    return other[:64] + one[64:]


def _lie_of_length(one: bytes, _other: bytes, chance: Random) -> bytes:
    size = chance.choice([0, 1, 4, 16, 64, 256, 4096, 65535, chance.randrange(65536)])
    head = one[: OUTER - 2] + size.to_bytes(2, "big")
    tail = one[OUTER:]
    return head + chance.choice([tail, tail + bytes(chance.randrange(64 * KIB)), tail + bytes(12 * KIB)])
