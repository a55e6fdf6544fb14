"""The roll: the coordinator's signed list of cards, revocations and default time limits."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ieumgil.ground.exchange.cards import (
    AgencyCard,
    CardFault,
    RefusedCardError,
    check_signature,
    check_successor,
    verify_card,
)
from ieumgil.ground.exchange.forms import Form, fits
from ieumgil.ground.exchange.keys import to_text
from ieumgil.ground.exchange.rules import RefusedBundleError, parse_time, time_text
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

ROLL_TAG = b"nrm-roll-v1\0"
GREATEST_JUMP = 1000  # a roll of the last version there can be would leave no number for the next one


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a step may take by default: an amount of `hours`, `days` or `working-days`."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Roll:
    """Who takes part; `signed_cards` are kept as they came, `cards` are the same once verified."""

    roll: UUID
    version: int
    issued_at: datetime
    coordinator: AgencyId
    time_limits: Mapping[str, TimeLimit]
    signed_cards: tuple[Mapping[str, Json], ...]
    revoked_agencies: frozenset[AgencyId] = frozenset()
    revoked_keys: frozenset[str] = frozenset()
    prev: str | None = None
    cards: Mapping[AgencyId, AgencyCard] = field(default_factory=dict)


def roll_document(roll: Roll) -> dict[str, Json]:
    """Write a roll as the JSON object that the coordinator signs."""
    return {
        "v": 1,
        "roll": str(roll.roll),
        "version": roll.version,
        "issued_at": time_text(roll.issued_at),
        "coordinator": str(roll.coordinator),
        "time_limits": {
            urgency: {"amount": limit.amount, "unit": limit.unit}
            for urgency, limit in roll.time_limits.items()
        },
        "cards": list(roll.signed_cards),
        "revoked_agencies": sorted(str(agency) for agency in roll.revoked_agencies),
        "revoked_keys": sorted(roll.revoked_keys),
        "prev": roll.prev,
    }


def sign_roll(roll: Roll, key: Ed25519PrivateKey) -> dict[str, Json]:
    """Sign a roll with the coordinator's root key or a signing key of its card: `{"roll", "signature"}`."""
    document = roll_document(roll)
    return {"roll": document, "signature": to_text(key.sign(ROLL_TAG + canonical(document)))}


def roll_hash(signed: Json) -> str:
    """Name a signed roll, as the `prev` of the next version does: SHA-256 of its canonical form."""
    return hashlib.sha256(canonical(signed)).hexdigest()


def verify_roll(
    signed: Json,
    *,
    coordinator_root: bytes,
    compared_roots: frozenset[bytes] = frozenset(),
    previous: Json = None,
    kept_card: Callable[[AgencyId], AgencyCard | None] = lambda _agency: None,
) -> Roll:
    """Read a signed roll; hold it against the coordinator's root, compared by voice, the roll before and cards kept.

    `compared_roots` are new root keys that people here compared by voice; `kept_card` gives the newest card that was
    ever kept of an agency, on the roll before or not. Raises RefusedCardError: whatever a card raises,
    wrong-coordinator, root-changed, and against the roll before: wrong-roll, version-not-grown, version-jumped,
    wrong-previous-roll, revocation-taken-back.
    """
    roll, whole = read_signed_roll(signed), cast("Mapping[str, Any]", signed)
    coordinator = roll.cards.get(roll.coordinator)
    if (
        coordinator is None
        or coordinator.root != coordinator_root
        or roll.coordinator in roll.revoked_agencies
    ):
        raise RefusedCardError(CardFault.WRONG_COORDINATOR)
    before = None if previous is None else read_signed_roll(previous)
    check_signature(whole["roll"], whole["signature"], ROLL_TAG, _signers(coordinator, roll, before))
    if before is not None and previous is not None:
        _check_growth(before, roll, roll_hash(previous))
    for agency, card in roll.cards.items():
        listed, kept = before.cards.get(agency) if before else None, kept_card(agency)
        _check_card(listed or kept, kept or listed, card, compared_roots)
    return roll


def read_signed_roll(signed: Json) -> Roll:
    """Read a roll that was verified when it was taken: its cards are verified again, its signature is not.

    Raises RefusedCardError.
    """
    if not fits(Form.ROLL, signed):
        raise RefusedCardError(CardFault.BAD_CARD)
    return _read_roll(cast("Mapping[str, Any]", signed)["roll"])


def _signers(coordinator: AgencyCard, roll: Roll, before: Roll | None) -> list[bytes]:
    revoked = roll.revoked_keys | (before.revoked_keys if before else frozenset())
    usable = [
        key.public
        for key in coordinator.sign_keys
        if key.in_force(roll.issued_at) and key.ident not in revoked
    ]
    return [coordinator.root, *usable]


def _check_growth(before: Roll, roll: Roll, before_hash: str) -> None:
    if roll.roll != before.roll or roll.coordinator != before.coordinator:
        raise RefusedCardError(CardFault.WRONG_ROLL)
    if roll.version <= before.version:
        raise RefusedCardError(CardFault.VERSION_NOT_GROWN)
    if roll.version > before.version + GREATEST_JUMP:
        raise RefusedCardError(CardFault.VERSION_JUMPED)
    if roll.version == before.version + 1 and roll.prev != before_hash:
        raise RefusedCardError(CardFault.WRONG_PREVIOUS_ROLL)
    if not (before.revoked_keys <= roll.revoked_keys and before.revoked_agencies <= roll.revoked_agencies):
        raise RefusedCardError(CardFault.REVOCATION_TAKEN_BACK)


def _check_card(
    listed: AgencyCard | None, newest: AgencyCard | None, card: AgencyCard, compared_roots: frozenset[bytes]
) -> None:
    if listed is None or newest is None:
        return
    if card.root == newest.root:
        check_successor(listed, card)
    elif card.root not in compared_roots:
        raise RefusedCardError(CardFault.ROOT_CHANGED)
    elif card.version <= newest.version:
        raise RefusedCardError(CardFault.VERSION_NOT_GROWN)


def _read_roll(document: Mapping[str, Any]) -> Roll:
    cards = [verify_card(signed) for signed in document["cards"]]
    by_agency = {card.agency: card for card in cards}
    if len(by_agency) != len(cards) or len({card.slug for card in cards}) != len(cards):
        raise RefusedCardError(CardFault.BAD_CARD)
    try:
        issued_at = parse_time(document["issued_at"])
    except RefusedBundleError as error:
        raise RefusedCardError(CardFault.BAD_CARD) from error
    return Roll(
        roll=UUID(document["roll"]),
        version=document["version"],
        issued_at=issued_at,
        coordinator=AgencyId(UUID(document["coordinator"])),
        time_limits={urgency: TimeLimit(**limit) for urgency, limit in document["time_limits"].items()},
        signed_cards=tuple(document["cards"]),
        revoked_agencies=frozenset(AgencyId(UUID(agency)) for agency in document["revoked_agencies"]),
        revoked_keys=frozenset(document["revoked_keys"]),
        prev=document["prev"],
        cards=by_agency,
    )
