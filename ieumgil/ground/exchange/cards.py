"""Agency cards: what an agency is and which keys it uses, signed by its own root key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ieumgil.ground.exchange.forms import Form, fits
from ieumgil.ground.exchange.keys import (
    BadKeyError,
    SealPublicKey,
    from_text,
    key_ident,
    seal_public,
    to_text,
    verify_key,
)
from ieumgil.ground.exchange.rules import SKEW, VALIDITY, RefusedBundleError, Suite, parse_time, time_text
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical
from ieumgil.kernel.ids import AgencyId

CARD_TAG = b"nrm-card-v1\0"


class CardFault(StrEnum):
    """Why a card or a roll is not believed (texts: data/refusals.json)."""

    BAD_CARD = "bad-card"
    BAD_CARD_SIGNATURE = "bad-card-signature"
    WRONG_KEY_ID = "wrong-key-id"
    WEAK_KEY = "weak-key"
    WRONG_AGENCY = "wrong-agency"
    ROOT_CHANGED = "root-changed"
    VERSION_NOT_GROWN = "version-not-grown"
    SAME_VERSION_OTHER_CONTENT = "same-version-other-content"
    NO_SEAL_KEY = "no-seal-key"
    WRONG_COORDINATOR = "wrong-coordinator"
    WRONG_ROLL = "wrong-roll"
    WRONG_PREVIOUS_ROLL = "wrong-previous-roll"
    REVOCATION_TAKEN_BACK = "revocation-taken-back"
    VERSION_JUMPED = "version-jumped"
    ROLL_TWO_VERSIONS = "roll-two-versions"


class RefusedCardError(Exception):
    """A card or a roll is not believed; `fault` says why."""

    def __init__(self, fault: CardFault) -> None:
        """Keep the fault."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class SignKey:
    """A public key that an agency signs bundles with, and from when until when it does."""

    public: bytes
    not_before: datetime
    not_after: datetime

    @property
    def ident(self) -> str:
        """The key's name, 32 hex digits."""
        return key_ident(self.public).hex()

    def in_force(self, moment: datetime) -> bool:
        """Whether the key was for sending at this moment, ten minutes of skew allowed."""
        return self.not_before - SKEW <= moment <= self.not_after + SKEW


@dataclass(frozen=True, slots=True)
class SealKey(SignKey):
    """A public key to seal bundles to, of one of the two suites."""

    suite: Suite = Suite.X25519

    @property
    def key(self) -> SealPublicKey:
        """The key as `seal_bundle` wants it."""
        return SealPublicKey(self.suite, self.public)


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """An agency as others see it: names, class, address, public keys; a new version replaces the last."""

    agency: AgencyId
    slug: str
    name_en: str
    name_ko: str
    agency_class: AgencyClass
    node: str
    root: bytes
    sign_keys: tuple[SignKey, ...]
    seal_keys: tuple[SealKey, ...]
    log_key: bytes
    version: int
    issued_at: datetime


def card_document(card: AgencyCard) -> dict[str, Json]:
    """Write a card as the JSON object that its root signs."""
    return {
        "v": 1,
        "agency": str(card.agency),
        "slug": card.slug,
        "name": {"en": card.name_en, "ko": card.name_ko},
        "agency_class": card.agency_class.value,
        "node": card.node,
        "root": to_text(card.root),
        "sign_keys": [_key_document(key) for key in card.sign_keys],
        "seal_keys": [_key_document(key) | {"suite": int(key.suite)} for key in card.seal_keys],
        "log_key": to_text(card.log_key),
        "version": card.version,
        "issued_at": time_text(card.issued_at),
    }


def sign_card(card: AgencyCard, root_key: Ed25519PrivateKey) -> dict[str, Json]:
    """Sign a card with its root key: `{"card", "signature"}`; raises RefusedCardError as a reader would."""
    document = card_document(card)
    signed: dict[str, Json] = {
        "card": document,
        "signature": to_text(root_key.sign(CARD_TAG + canonical(document))),
    }
    verify_card(signed)
    return signed


def verify_card(signed: Json) -> AgencyCard:
    """Read a signed card: form, root signature, key names and keys; not whether the root is the right one.

    Raises RefusedCardError: bad-card, bad-card-signature, wrong-key-id, weak-key.
    """
    if not fits(Form.CARD, signed):
        raise RefusedCardError(CardFault.BAD_CARD)
    document = cast("Mapping[str, Any]", signed)
    card = _read_card(document["card"])
    check_signature(document["card"], document["signature"], CARD_TAG, [card.root])
    return card


def check_signature(document: Json, signature: str, tag: bytes, publics: Sequence[bytes]) -> None:
    """Raise RefusedCardError(bad-card-signature) unless one of the keys signed tag and canonical document."""
    try:
        data, raw = tag + canonical(document), from_text(signature)
    except (NotCanonicalError, BadKeyError) as error:
        raise RefusedCardError(CardFault.BAD_CARD) from error
    for public in publics:
        try:
            return verify_key(public).verify(raw, data)
        except InvalidSignature:
            continue
    raise RefusedCardError(CardFault.BAD_CARD_SIGNATURE)


def check_successor(old: AgencyCard, new: AgencyCard) -> None:
    """Hold a newer card against the one known: same root, version grown (the same card again is no fault).

    Raises RefusedCardError: wrong-agency, root-changed, version-not-grown, same-version-other-content.
    """
    if new.agency != old.agency:
        raise RefusedCardError(CardFault.WRONG_AGENCY)
    if new.root != old.root:
        raise RefusedCardError(CardFault.ROOT_CHANGED)
    if new.version < old.version:
        raise RefusedCardError(CardFault.VERSION_NOT_GROWN)
    if new.version == old.version and new != old:
        raise RefusedCardError(CardFault.SAME_VERSION_OTHER_CONTENT)


def seal_key_for(card: AgencyCard, now: datetime, revoked: frozenset[str] = frozenset()) -> SealKey:
    """Choose the key to seal to: of the highest suite that the card lists by now, the newest in force.

    No falling back to a lower suite: RefusedCardError(no-seal-key) when its keys have run out or are revoked.
    """
    begun = [key for key in card.seal_keys if key.not_before <= now]
    suite = max((key.suite for key in begun), default=None)
    usable = [
        key for key in begun if key.suite is suite and now <= key.not_after and key.ident not in revoked
    ]
    if not usable:
        raise RefusedCardError(CardFault.NO_SEAL_KEY)
    return max(usable, key=lambda key: key.not_before)


def lowest_suite(cards: Sequence[AgencyCard], created: datetime) -> Suite:
    """Give the weakest suite that a bundle of this moment may come in; the receiver's cards, newest first.

    A suite that the newest card lists binds senders 14 days after it was first listed.
    """
    listed = {key.suite for key in cards[0].seal_keys}
    keys = [key for card in cards for key in card.seal_keys if key.not_before + VALIDITY <= created]
    return max((key.suite for key in keys if key.suite in listed), default=Suite.X25519)


def sign_keys_of(cards: Iterable[AgencyCard]) -> Iterator[SignKey]:
    """List the signing keys of an agency's cards, newest first; one that a newer card omits ended then."""
    seen: set[bytes] = set()
    newer: AgencyCard | None = None
    for card in cards:
        for key in card.sign_keys:
            if key.public not in seen:
                seen.add(key.public)
                end = min(key.not_after, newer.issued_at) if newer else key.not_after
                yield SignKey(key.public, key.not_before, end)
        newer = card


def _key_document(key: SignKey) -> dict[str, Json]:
    return {
        "id": key.ident,
        "public": to_text(key.public),
        "not_before": time_text(key.not_before),
        "not_after": time_text(key.not_after),
    }


def _read_card(document: Mapping[str, Any]) -> AgencyCard:
    try:
        return AgencyCard(
            agency=AgencyId(UUID(document["agency"])),
            slug=document["slug"],
            name_en=document["name"]["en"],
            name_ko=document["name"]["ko"],
            agency_class=AgencyClass(document["agency_class"]),
            node=document["node"],
            root=_verify_public(document["root"]),
            sign_keys=tuple(_read_sign_key(key) for key in document["sign_keys"]),
            seal_keys=tuple(_read_seal_key(key) for key in document["seal_keys"]),
            log_key=_verify_public(document["log_key"]),
            version=document["version"],
            issued_at=parse_time(document["issued_at"]),
        )
    except RefusedBundleError as error:
        raise RefusedCardError(CardFault.BAD_CARD) from error
    except BadKeyError as error:
        raise RefusedCardError(CardFault.WEAK_KEY) from error


def _read_sign_key(document: Mapping[str, Any]) -> SignKey:
    key = SignKey(_verify_public(document["public"]), *_period(document))
    _check_ident(key, document["id"])
    return key


def _read_seal_key(document: Mapping[str, Any]) -> SealKey:
    public = seal_public(Suite(document["suite"]), from_text(document["public"]))
    key = SealKey(public.raw, *_period(document), public.suite)
    _check_ident(key, document["id"])
    return key


def _verify_public(text: str) -> bytes:
    raw = from_text(text)
    verify_key(raw)
    return raw


def _period(document: Mapping[str, Any]) -> tuple[datetime, datetime]:
    not_before, not_after = parse_time(document["not_before"]), parse_time(document["not_after"])
    if not_after <= not_before:
        raise RefusedCardError(CardFault.BAD_CARD)
    return not_before, not_after


def _check_ident(key: SignKey, ident: str) -> None:
    if key.ident != ident:
        raise RefusedCardError(CardFault.WRONG_KEY_ID)
