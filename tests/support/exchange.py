"""Invented agencies with fixed keys, a roll, and bundles between them, honest and hostile."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from ieumgil.ground.exchange import seal
from ieumgil.ground.exchange.arrival import Arrival, examine
from ieumgil.ground.exchange.cards import AgencyCard, SealKey, SignKey, sign_card
from ieumgil.ground.exchange.keys import SealPrivateKey, sign_key
from ieumgil.ground.exchange.roll import Roll, TimeLimit, sign_roll, verify_roll
from ieumgil.ground.exchange.rules import KIB, VALIDITY, Suite, pad, time_text
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
BEGUN = NOW - timedelta(days=20)
ENDS = NOW + timedelta(days=20)
LIMITS = {
    "emergency": TimeLimit(2, "hours"),
    "urgent": TimeLimit(24, "hours"),
    "ordinary": TimeLimit(5, "working-days"),
}

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=30,
)
bodies = documents.map(lambda value: {"value": value})


def seed(label: str) -> bytes:
    """Make 32 bytes that are the same in every run."""
    return hashlib.sha256(f"invented for tests: {label}".encode()).digest()


@dataclass(frozen=True)
class Body:
    """An invented agency with all of its private keys."""

    slug: str
    suites: tuple[Suite, ...] = (Suite.X25519, Suite.MLKEM768_X25519)
    agency_class: AgencyClass = AgencyClass.PROTECTION
    changes: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> AgencyId:
        return AgencyId(uuid.UUID(bytes=seed(f"{self.slug} id")[:16], version=4))

    @property
    def root(self) -> Ed25519PrivateKey:
        return sign_key(seed(f"{self.slug} root"))

    @property
    def sign(self) -> Ed25519PrivateKey:
        return sign_key(seed(f"{self.slug} sign"))

    def seal(self, suite: Suite) -> SealPrivateKey:
        return _seal_key(self.slug, suite)

    @property
    def card(self) -> AgencyCard:
        card = AgencyCard(
            agency=self.id,
            slug=self.slug,
            name_en=f"Invented body {self.slug}",
            name_ko=f"지어낸 기관 {self.slug}",
            agency_class=self.agency_class,
            node=f"https://{self.slug}.example/nrm",
            root=self.root.public_key().public_bytes_raw(),
            sign_keys=(SignKey(self.sign.public_key().public_bytes_raw(), BEGUN, ENDS),),
            seal_keys=tuple(SealKey(self.seal(s).public.raw, BEGUN, ENDS, s) for s in self.suites),
            log_key=sign_key(seed(f"{self.slug} log")).public_key().public_bytes_raw(),
            version=1,
            issued_at=BEGUN,
        )
        return replace(card, **self.changes)  # type: ignore[arg-type]

    @property
    def signed_card(self) -> dict[str, Json]:
        return sign_card(self.card, self.root)


@cache
def _seal_key(slug: str, suite: Suite) -> SealPrivateKey:
    return SealPrivateKey(suite, seed(f"{slug} seal {int(suite)}"))


POLICE = Body("hill-police", agency_class=AgencyClass.ENFORCEMENT)
OFFICE = Body("port-office", agency_class=AgencyClass.ENFORCEMENT)
SHELTER = Body("lake-shelter")
OLD_SHELTER = Body("old-shelter", suites=(Suite.X25519,))
CLINIC = Body("plain-clinic")
SECRETARIAT = Body("secretariat", agency_class=AgencyClass.COORDINATION)
STRANGER = Body("stranger")
RECEIVERS = {Suite.X25519: OLD_SHELTER, Suite.MLKEM768_X25519: SHELTER}


def make_roll(bodies_on_it: Iterable[Body] = (), **changes: object) -> Roll:
    """Make a verified roll of all invented agencies but the stranger."""
    listed = [*(bodies_on_it or (POLICE, OFFICE, SHELTER, OLD_SHELTER, CLINIC)), SECRETARIAT]
    cards = tuple(body.signed_card for body in listed)
    roll = replace(
        Roll(uuid.UUID(bytes=seed("roll")[:16], version=4), 1, BEGUN, SECRETARIAT.id, LIMITS, cards),
        **changes,  # type: ignore[arg-type]
    )
    return verify_roll(sign_roll(roll, SECRETARIAT.sign), coordinator_root=SECRETARIAT.card.root)


@cache
def everyone() -> Roll:
    return make_roll()


def make_inner(sender: Body, receiver: Body, suite: Suite, **changes: Json) -> dict[str, Json]:
    """Make an inner part of a bundle as an honest sender would."""
    inner: dict[str, Json] = {
        "v": 1,
        "bundle_id": str(uuid.UUID(bytes=seed("bundle")[:16], version=4)),
        "from": str(sender.id),
        "to": str(receiver.id),
        "to_key_id": receiver.seal(suite).public.ident.hex(),
        "created": time_text(NOW),
        "not_after": time_text(NOW + VALIDITY),
        "seq": 1,
        "prev_hash": None,
        "kind": "counts",
        "body": {"region": "North", "note": "words " * 40 + "한글", "counts": [1, 2, 3]},
        "checkpoint": None,
    }
    return inner | changes


def seal_honestly(sender: Body, receiver: Body, suite: Suite, **changes: Json) -> bytes:
    """Seal as the house does."""
    return seal.seal_bundle(
        make_inner(sender, receiver, suite, **changes),
        sign_key=sender.sign,
        recipient_public=receiver.seal(suite).public,
        recipient=receiver.id,
    )


def sign_inner(inner: Mapping[str, Json] | bytes, key: Ed25519PrivateKey) -> bytes:
    data = inner if isinstance(inner, bytes) else canonical(inner)
    return key.sign(seal.SIGN_TAG + data) + data


def seal_anything(
    signed: bytes, receiver: Body, suite: Suite, *, padded: bytes | None = None, name: Body | None = None
) -> bytes:
    """Seal as anybody can who has read the receiver's card: no check at all; `name` is who the context names."""
    padded = pad(signed) if padded is None else padded
    public = receiver.seal(suite).public
    head = seal.Outer(suite, public.ident, len(padded) // KIB).encode()
    info = seal.INFO_TAG + head + (name or receiver).id.bytes
    return head + seal._HPKE[suite].encrypt(padded, public.hpke, info=info)


def receive(
    bundle: bytes, receiver: Body, suite: Suite, roll: Roll | None = None, now: datetime = NOW
) -> Arrival:
    """Take a bundle as the receiver's node does, with the key for this suite."""
    return examine(
        bundle,
        private_key=receiver.seal(suite),
        own_cards=[receiver.card],
        roll=roll or everyone(),
        now=now,
    )


def doubled(inner: Mapping[str, Json]) -> bytes:
    """Write an inner with one key twice, each half as canonical as it can be."""
    return canonical(inner)[:-1] + b"," + json.dumps("v").encode() + b":1}"
