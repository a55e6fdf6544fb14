"""Seal something for a peer and lay it in the outbox, in the transaction of whoever sends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ieumgil.ground import rows
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.exchange.actions.keys import Keyring, keyring
from ieumgil.ground.exchange.models import OutboxItem, PeerLink
from ieumgil.ground.exchange.queries import seal_to
from ieumgil.ground.exchange.rules import VALIDITY, Kind, RefusedBundleError, time_text
from ieumgil.ground.exchange.seal import Inner, body_hash, inner_hash, seal_bundle
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import DeniedError


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: `kind` names the room that takes it, `subject` is the sender's own mark on it."""

    to: AgencyId
    kind: str
    body: dict[str, Json]
    bundle_id: str | None = None
    subject: UUID | None = None


def send(actor: Actor, *, parcel: Parcel, now: datetime, keys: Keyring | None = None) -> UUID:
    """Seal a parcel and lay it in the outbox; gives the outbox item's id. To be called inside a transaction.

    `keys`: the agency's, where the caller has them already. Raises LockedAgencyError, and DeniedError with the reason if
    there is no card to seal to or the parcel is too large.
    """
    sealed, inner = seal_for(actor, parcel, now, keys)
    item = OutboxItem(
        agency_id=actor.agency,
        peer=parcel.to,
        bundle_id=inner["bundle_id"],
        kind=parcel.kind,
        subject=parcel.subject,
        seq=inner["seq"],
        body_hash=body_hash(parcel.body),
        sealed=sealed,
        made_at=now,
        next_try_at=now,
    )
    return rows.add(item).id


def seal_for(actor: Actor, parcel: Parcel, now: datetime, keys: Keyring | None = None) -> tuple[bytes, Inner]:
    """Seal a parcel under the next number to this peer; to be called inside a transaction. Raises what `send` raises."""
    keys = keys or keyring(actor.agency)
    target, kind = seal_to(parcel.to, now), str(parcel.kind)
    # The ledger before the link: whoever holds both has locked them in this order, or two could wait for each other.
    checkpoint = audit.checkpoint(actor.agency, keys.log, now=now)
    # A receipt is given again whenever it is asked for: it has no place in the numbering.
    link = None if kind == Kind.RECEIPT else _link(actor.agency, parcel.to)
    inner: Inner = {
        "v": 1,
        "bundle_id": parcel.bundle_id or str(uuid4()),
        "from": str(actor.agency),
        "to": str(parcel.to),
        "to_key_id": target.ident,
        "created": time_text(now),
        "not_after": time_text(now + VALIDITY),
        "seq": link.out_seq + 1 if link else 0,
        "prev_hash": (link.out_hash or None) if link else None,
        "kind": kind,
        "body": parcel.body,
        "checkpoint": checkpoint,
    }
    try:
        sealed = seal_bundle(inner, sign_key=keys.sign, recipient_public=target.key, recipient=parcel.to)
    except RefusedBundleError as error:
        raise DeniedError(error.reason) from error
    if link:
        rows.change(PeerLink, {"id": link.pk}, out_seq=inner["seq"], out_hash=inner_hash(inner))
    return sealed, inner


def _link(agency: AgencyId, peer: AgencyId) -> PeerLink:
    found = rows.one(PeerLink, lock=True, agency_id=agency, peer=peer)
    return found or PeerLink.objects.select_for_update().get_or_create(agency_id=agency, peer=peer)[0]
