"""Take bytes that came, by whatever way: open, check, keep, and answer with a signed receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions import keys
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.actions.receipt import apply_receipt
from ieumgil.ground.exchange.actions.send import ANSWER_SEQ, body_hash, seal_answer
from ieumgil.ground.exchange.models import InboxItem, Refused, SealedArrival
from ieumgil.ground.exchange.queries import key_by_ident, missing_before, verify_sender
from ieumgil.ground.exchange.rules import RefusalReason, check_window, instant, moment
from ieumgil.ground.exchange.seal import Opened, RefusedBundleError, open_bundle, peek
from ieumgil.ground.vault.actions import is_unlocked
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import DeniedError

MAX_SEALED_ARRIVALS = 2000  # a peer cannot fill the disk of a locked agency
OK, KEPT_SEALED, BAD, FULL = 200, 202, 422, 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a sealed receipt, or a bare reason where nothing could be proven about who sent."""

    status: int
    receipt: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An opened and verified bundle, for the room that takes its kind."""

    agency: AgencyId
    sender: UUID
    bundle_id: str
    kind: str
    body: dict[str, Json]
    created: datetime


TakesArrival = Callable[[Actor, Arrival, datetime], None]


def receive(data: bytes, *, now: datetime) -> Answer:
    """Take sealed bytes. A receipt is given only after what it vouches for is committed; a refusal leaves nothing but itself."""
    digest = sha256(data).hexdigest()
    try:
        key = key_by_ident(peek(data).recipient_key_id)
    except RefusedBundleError as refusal:
        return _refuse(None, None, refusal.reason, digest, now)
    if key is None:
        return _refuse(None, None, RefusalReason.UNKNOWN_KEY, digest, now)
    agency = AgencyId(key.agency_id)
    if not is_unlocked(agency):
        return _keep_sealed(agency, data, digest, now)
    return _open(agency, key.ident, data, now)


def open_what_came_while_locked(agency: AgencyId, *, now: datetime) -> int:
    """Open what came while the agency was locked, oldest first; its senders learn the answer at their next try. Gives how many."""
    arrivals = list(SealedArrival.objects.filter(agency_id=agency).order_by("arrived_at", "pk"))
    for arrival in arrivals:
        receive(bytes(arrival.sealed), now=now)
        arrival.delete()
    return len(arrivals)


def _open(agency: AgencyId, ident: str, data: bytes, now: datetime) -> Answer:
    digest, sender = sha256(data).hexdigest(), None
    try:
        opened = open_bundle(data, private_key=keys.seal_key(agency, ident), recipient=agency)
        sender = UUID(str(opened.inner["from"]))
        verify_sender(opened, now)
        return Answer(OK, _keep(agency, opened, digest, now))
    except RefusedBundleError as refusal:
        return _refuse(agency, sender, refusal.reason, digest, now)
    except _RefusedArrivalError as refusal:
        _refuse(agency, sender, refusal.reason, digest, now)
        return Answer(OK, _receipt(refusal.arrival, now, "refused", refusal.reason, []))


def _keep(agency: AgencyId, opened: Opened, digest: str, now: datetime) -> bytes:
    inner = opened.inner
    arrival = _arrival(agency, inner)
    given = _given_before(arrival)
    if given is not None:
        return given
    check_window(arrival.created, instant(str(inner["not_after"])), now)
    try:
        with audit.attempt(clock(agency), AuditAction.BUNDLE_ACCEPT, subject=digest[:32]):
            return _take(arrival, inner, digest, now)
    except DeniedError as refusal:
        raise _RefusedArrivalError(arrival, refusal.code) from refusal
    except IntegrityError:  # the same bundle in two hands at once: the other one kept it
        again = _given_before(arrival)
        if again is None:
            raise
        return again


def _take(arrival: Arrival, inner: dict[str, Json], digest: str, now: datetime) -> bytes:
    seq, prev = int(str(inner["seq"])), str(inner["prev_hash"] or "")
    item = InboxItem.objects.create(
        agency_id=arrival.agency, peer=arrival.sender, bundle_id=arrival.bundle_id, kind=arrival.kind, seq=seq,
        prev_hash=prev, own_hash=digest, body_hash=body_hash(arrival.body), received_at=now,
    )  # fmt: skip
    if inner["checkpoint"]:
        keys.keep_checkpoint(arrival.agency, arrival.sender, str(inner["checkpoint"]), now)
    taker_of(arrival.kind)(clock(arrival.agency), arrival, now)
    if seq == ANSWER_SEQ:
        return b""
    _watch_numbering(arrival, item, now)
    missing = missing_before(arrival.agency, arrival.sender, seq)
    item.receipt = _receipt(arrival, now, "kept", None, missing)
    item.save(update_fields=["receipt"])
    return bytes(item.receipt)


def taker_of(kind: str) -> TakesArrival:
    """Give the verb of the room that takes this kind of bundle; raises DeniedError if there is none."""
    if kind == "receipt":
        return lambda actor, arrival, now: apply_receipt(actor, sender=arrival.sender, body=arrival.body, now=now)
    path = settings.EXCHANGE_TAKERS.get(kind)
    if path is None:
        raise DeniedError(RefusalReason.UNKNOWN_KIND)
    taker: TakesArrival = import_string(path)
    return taker


def _given_before(arrival: Arrival) -> bytes | None:
    item = InboxItem.objects.filter(
        agency_id=arrival.agency, peer=arrival.sender, bundle_id=arrival.bundle_id
    ).first()  # fmt: skip
    if item is None:
        return None
    if item.body_hash != body_hash(arrival.body):
        raise RefusedBundleError(RefusalReason.SAME_ID_OTHER_CONTENT)
    return bytes(item.receipt or b"")


def _receipt(arrival: Arrival, now: datetime, status: str, reason: str | None, missing: list[int]) -> bytes:
    body: dict[str, Json] = {
        "bundle_id": arrival.bundle_id, "from": str(arrival.sender), "hash": body_hash(arrival.body),
        "status": status, "reason": reason, "at": moment(now), "missing": missing,
    }  # fmt: skip
    return seal_answer(clock(arrival.agency), to=arrival.sender, body=body, now=now)


def _watch_numbering(arrival: Arrival, item: InboxItem, now: datetime) -> None:
    same = InboxItem.objects.filter(agency_id=arrival.agency, peer=arrival.sender)
    twin = same.filter(seq=item.seq).exclude(pk=item.pk).exists()
    before = same.filter(seq=item.seq - 1).first() if item.seq > 1 else None
    if twin or (before is not None and before.own_hash != item.prev_hash):
        raise_alarm(arrival.agency, code="peer-went-back", peer=arrival.sender, subject=str(item.seq), now=now)


def _arrival(agency: AgencyId, inner: dict[str, Json]) -> Arrival:
    body = inner["body"]
    if not isinstance(body, dict):
        raise RefusedBundleError(RefusalReason.BAD_FORM)
    return Arrival(
        agency, UUID(str(inner["from"])), str(inner["bundle_id"]), str(inner["kind"]), body, instant(str(inner["created"]))
    )  # fmt: skip


@transaction.atomic
def _keep_sealed(agency: AgencyId, data: bytes, digest: str, now: datetime) -> Answer:
    if SealedArrival.objects.filter(agency_id=agency).count() >= MAX_SEALED_ARRIVALS:
        return Answer(FULL, reason="full-while-locked")
    SealedArrival.objects.get_or_create(
        agency_id=agency, sha256=digest, defaults={"sealed": data, "arrived_at": now}
    )  # fmt: skip
    return Answer(KEPT_SEALED, reason="kept-sealed")


@transaction.atomic
def _refuse(agency: AgencyId | None, sender: UUID | None, reason: str, digest: str, now: datetime) -> Answer:
    Refused.objects.create(agency_id=agency, peer=sender, reason=reason, sha256=digest, refused_at=now)
    if agency is not None:
        event = audit.Event(AuditAction.BUNDLE_REFUSE, digest[:32], reason=reason)
        audit.record(agency, "clock", event, decision=reason, now=now)
        if reason == RefusalReason.SAME_ID_OTHER_CONTENT:
            raise_alarm(agency, code="same-id-other-content", peer=sender, subject=digest, now=now)
    return Answer(BAD, reason=reason)


class _RefusedArrivalError(Exception):
    def __init__(self, arrival: Arrival, reason: str) -> None:
        super().__init__(reason)
        self.arrival, self.reason = arrival, reason
