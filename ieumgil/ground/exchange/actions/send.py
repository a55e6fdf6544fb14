"""Seal something for a peer and lay it in the outbox, in the transaction of whoever sends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.exchange.actions.keys import Keyring, keyring
from ieumgil.ground.exchange.models import OutboxItem, PeerLink
from ieumgil.ground.exchange.queries import SealTo, seal_to
from ieumgil.ground.exchange.rules import VALID_FOR, moment
from ieumgil.ground.exchange.seal import seal_bundle
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical

ANSWER_SEQ = 0  # a receipt given as the answer has no place in the numbering: it is given again as it was


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: `kind` names the room that takes it, `subject` is the sender's own mark on it."""

    to: UUID
    kind: str
    body: dict[str, Json]
    bundle_id: str | None = None
    subject: UUID | None = None


def send(actor: Actor, *, parcel: Parcel, now: datetime) -> UUID:
    """Seal a parcel and lay it in the outbox; gives the outbox item's id. To be called inside a transaction.

    Raises LockedAgencyError if the agency's keys are locked, DeniedError with a RefusalReason if the peer's card is not good for sending.
    """
    keys, target = keyring(actor.agency), seal_to(parcel.to, now)
    link, _ = PeerLink.objects.select_for_update().get_or_create(agency_id=actor.agency, peer=parcel.to)
    seq, bundle_id = link.out_seq + 1, parcel.bundle_id or str(uuid4())
    inner = _inner(actor, parcel, bundle_id, keys, target, now) | {"seq": seq, "prev_hash": link.out_hash or None}
    sealed = seal_bundle(
        inner, sign_key=keys.sign, recipient_public=target.public, suite=target.suite, recipient=parcel.to
    )
    link.out_seq, link.out_hash = seq, sha256(sealed).hexdigest()
    link.save(update_fields=["out_seq", "out_hash"])
    item = OutboxItem.objects.create(
        agency_id=actor.agency, peer=parcel.to, bundle_id=bundle_id, kind=parcel.kind, subject=parcel.subject, seq=seq,
        body_hash=body_hash(parcel.body), sealed=sealed, made_at=now, next_try_at=now,
    )  # fmt: skip
    return item.id


def seal_answer(actor: Actor, *, to: UUID, body: dict[str, Json], now: datetime) -> bytes:
    """Seal a receipt as the answer to a bundle; it is not laid in the outbox, for it is given again whenever asked."""
    keys, target = keyring(actor.agency), seal_to(to, now, answering=True)
    parcel = Parcel(to, "receipt", body)
    inner = _inner(actor, parcel, str(uuid4()), keys, target, now) | {"seq": ANSWER_SEQ, "prev_hash": None}
    return seal_bundle(inner, sign_key=keys.sign, recipient_public=target.public, suite=target.suite, recipient=to)


def body_hash(body: dict[str, Json]) -> str:
    """Give the SHA-256 (hex) of a body's canonical form: what a receipt vouches for."""
    return sha256(canonical(body)).hexdigest()


def _inner(
    actor: Actor, parcel: Parcel, bundle_id: str, keys: Keyring, target: SealTo, now: datetime
) -> dict[str, Json]:
    return {
        "v": 1,
        "bundle_id": bundle_id,
        "from": str(actor.agency),
        "to": str(parcel.to),
        "to_key_id": target.key_id,
        "created": moment(now),
        "not_after": moment(now + VALID_FOR),
        "kind": parcel.kind,
        "body": parcel.body,
        "checkpoint": audit.checkpoint(actor.agency, keys.log, now=now),
    }


def expired(item: OutboxItem, now: datetime) -> bool:
    """Say whether the bundle may no longer be accepted by a peer that has not kept it yet."""
    return now > item.made_at + VALID_FOR + timedelta(minutes=10)
