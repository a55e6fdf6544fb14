"""Keep what came, hand it to the room it is for, and make the receipt: all in the transaction that it vouches for."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from ieumgil.ground import rows
from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.note import NoteError
from ieumgil.ground.exchange import queries
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.actions.receipt import apply_receipt
from ieumgil.ground.exchange.actions.send import Parcel, seal_for, send
from ieumgil.ground.exchange.keys import verify_key
from ieumgil.ground.exchange.models import InboxItem
from ieumgil.ground.exchange.received import Received, Taker
from ieumgil.ground.exchange.rules import (
    SKEW,
    Kind,
    LinkKind,
    RefusalReason,
    RefusedBundleError,
    next_link,
    parse_time,
    time_text,
)
from ieumgil.ground.exchange.seal import Inner, body_hash, inner_hash
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError


def answer_given(came: Received) -> bytes | None:
    """Give the receipt that this very bundle was given before, None if it is new.

    Raises RefusedBundleError(same-id-other-content) if the id stands for something else.
    """
    item = rows.one(InboxItem, agency_id=came.agency, peer=came.sender, bundle_id=came.bundle_id)
    if item is None:
        return None
    if item.body_hash != body_hash(came.body):
        raise RefusedBundleError(RefusalReason.SAME_ID_OTHER_CONTENT)
    return bytes(item.receipt or b"")


def keep(came: Received, inner: Inner, now: datetime) -> bytes:
    """Keep a new bundle and give its sealed receipt (empty for a receipt, which is not receipted).

    Raises DeniedError with the room's reason, and then nothing of it may be committed.
    """
    own, link = inner_hash(inner), None
    if inner["seq"]:
        held = queries.neighbours(came.agency, came.sender, inner["seq"])
        link = next_link(held, inner["seq"], inner["prev_hash"], own)
    item = InboxItem(
        agency_id=came.agency,
        peer=came.sender,
        bundle_id=came.bundle_id,
        kind=came.kind,
        seq=inner["seq"],
        prev_hash=inner["prev_hash"] or "",
        own_hash=own,
        body_hash=body_hash(came.body),
        received_at=now,
    )
    rows.add(item)
    if link and link.kind is LinkKind.FORK:
        raise_alarm(came.agency, code="peer-went-back", peer=came.sender, subject=own, now=now)
    _taker(came.kind)(clock(came.agency), came, now)
    _keep_checkpoint(came, inner, now)  # after the room: whoever sends has locked the thread, then the ledger
    if came.kind == Kind.RECEIPT:
        return b""
    receipt = _sealed_receipt(came, now, missing=link.missing if link else ())
    rows.change(InboxItem, {"id": item.pk}, receipt=receipt)
    return receipt


@transaction.atomic
def refusal_receipt(came: Received, reason: str, now: datetime) -> bytes:
    """Make the sealed receipt that tells a known sender why its bundle was refused."""
    return _sealed_receipt(came, now, reason=reason)


def refuse_after_all(
    actor: Actor, *, peer: AgencyId, bundle_id: str, reason: str, subject: UUID, now: datetime
) -> None:
    """Tell a peer that a bundle, kept and receipted, does not stand: its own past came later and forbids it.

    To be called inside a transaction. Raises AbsentError for a bundle that was never kept, and what `send` raises.
    """
    kept = InboxItem.objects.filter(agency_id=actor.agency, peer=peer, bundle_id=bundle_id).first()
    if kept is None:
        raise AbsentError
    body = _receipt(bundle_id, peer, kept.body_hash, now, reason=reason)
    send(actor, parcel=Parcel(peer, Kind.RECEIPT, body, subject=subject), now=now)


def _sealed_receipt(
    came: Received, now: datetime, *, reason: str | None = None, missing: tuple[int, ...] = ()
) -> bytes:
    body = _receipt(came.bundle_id, came.sender, body_hash(came.body), now, reason=reason, missing=missing)
    return seal_for(clock(came.agency), Parcel(came.sender, Kind.RECEIPT, body), now)[0]


def _receipt(
    bundle_id: str,
    sender: AgencyId,
    digest: str,
    now: datetime,
    *,
    reason: str | None = None,
    missing: tuple[int, ...] = (),
) -> dict[str, Json]:
    return {
        "bundle_id": bundle_id,
        "from": str(sender),
        "hash": digest,
        "status": "kept" if reason is None else "refused",
        "reason": None if reason is None else str(reason),
        "at": time_text(now),
        "missing": list(missing),
    }


def _taker(kind: str) -> Taker:
    if kind == Kind.RECEIPT:
        return apply_receipt
    path = settings.EXCHANGE_TAKERS.get(kind)
    if path is None:
        raise DeniedError(RefusalReason.UNKNOWN_KIND)
    taker: Taker = import_string(path)
    return taker


def _keep_checkpoint(came: Received, inner: Inner, now: datetime) -> None:
    note = inner["checkpoint"]
    if note is None:
        return
    log_key = verify_key(queries.card_on_roll(came.sender).log_key)
    made_at = parse_time(inner["created"]) - SKEW
    try:
        alarm = audit.keep_peer_checkpoint(came.agency, came.sender, note, log_key, made_at=made_at, now=now)
    except NoteError as error:
        raise DeniedError(RefusalReason.BAD_SIGNATURE) from error
    if alarm is not None:
        raise_alarm(came.agency, code=f"ledger-{alarm}", peer=came.sender, subject=came.bundle_id, now=now)
