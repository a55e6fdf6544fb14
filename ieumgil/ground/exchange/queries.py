"""Reads: the roll in force, cards, keys to seal to and to verify with, and what has not been delivered."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from django.db import connection
from django.db.models import QuerySet

from ieumgil.ground import rows
from ieumgil.ground.exchange.cards import (
    AgencyCard,
    RefusedCardError,
    SealKey,
    seal_key_for,
    sign_keys_of,
    verify_card,
)
from ieumgil.ground.exchange.keys import BadKeyError, from_text, verify_key
from ieumgil.ground.exchange.models import AgencyKey, Alarm, Card, InboxItem, OutboxItem, RollVersion
from ieumgil.ground.exchange.roll import Roll, read_signed_roll
from ieumgil.ground.exchange.rules import Neighbours, RefusalReason
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A bundle that its peer has not signed for: its sender owes delivery."""

    peer: UUID
    subject: UUID | None
    kind: str
    state: str
    reason: str
    since: datetime


def roll() -> Roll:
    """Give the roll in force on this node; raises AbsentError before the node has joined one."""
    # Asked several times a message; through a query set it would cost ten times as much.
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM exchange_rollversion ORDER BY version DESC LIMIT 1")
        newest = cursor.fetchone()
    if newest is None:
        raise AbsentError
    return _parsed_roll(newest[0])


def has_roll() -> bool:
    """Say whether this node has joined a roll."""
    return RollVersion.objects.exists()


def signed_roll() -> Json:
    """Give the newest roll as it was signed; raises AbsentError."""
    newest = RollVersion.objects.order_by("-version").first()
    if newest is None:
        raise AbsentError
    signed: Json = json.loads(newest.body)
    return signed


@lru_cache(maxsize=8)
def _parsed_roll(digest: str) -> Roll:
    return read_signed_roll(
        json.loads(RollVersion.objects.filter(digest=digest).values_list("body", flat=True)[0])
    )


def seal_keys_listed_since(since: datetime) -> frozenset[str]:
    """Give the names of the seal keys of every roll that was in force here at any time since then."""
    names: set[str] = set()
    for version in RollVersion.objects.order_by("-version"):
        cards = _parsed_roll(version.digest).cards.values()
        names.update(key.ident for card in cards for key in card.seal_keys)
        if version.taken_at < since:
            break
    return frozenset(names)


def cards_of(agency: AgencyId) -> Sequence[AgencyCard]:
    """Give every card of an agency that this node has kept, newest first."""
    kept = sorted(rows.some(Card, agency_ref=agency), key=lambda card: card.version, reverse=True)
    return [_parsed_card(card.digest) for card in kept]


@lru_cache(maxsize=512)
def _parsed_card(digest: str) -> AgencyCard:
    return verify_card(json.loads(Card.objects.filter(digest=digest).values_list("body", flat=True)[0]))


def card_on_roll(agency: AgencyId) -> AgencyCard:
    """Give the card in force; raises DeniedError(unknown-agency) or DeniedError(revoked-agency)."""
    return _card_on(roll(), agency)


def _card_on(listed: Roll, agency: AgencyId) -> AgencyCard:
    if agency in listed.revoked_agencies:
        raise DeniedError(RefusalReason.REVOKED_AGENCY)
    card = listed.cards.get(agency)
    if card is None:
        raise DeniedError(RefusalReason.UNKNOWN_AGENCY)
    return card


def seal_to(agency: AgencyId, now: datetime) -> SealKey:
    """Give the key to seal to this agency with; raises DeniedError with a RefusalReason or a CardFault."""
    listed = roll()
    try:
        return seal_key_for(_card_on(listed, agency), now, listed.revoked_keys)
    except RefusedCardError as error:
        raise DeniedError(error.fault) from error


def signed_by(agency: AgencyId, data: bytes, signature: str, at: datetime) -> bool:
    """Say whether a signing key of the agency that was in force at this moment, and is not revoked, made the signature."""
    listed = roll()
    try:
        raw = from_text(signature)
    except BadKeyError:
        return False
    for key in sign_keys_of(_newest_first(listed, agency)):
        if key.ident in listed.revoked_keys or not key.in_force(at):
            continue
        try:
            verify_key(key.public).verify(raw, data)
        except InvalidSignature:
            continue
        return True
    return False


def _newest_first(listed: Roll, agency: AgencyId) -> Iterator[AgencyCard]:
    yield _card_on(listed, agency)
    yield from cards_of(agency)


def node_of(agency: AgencyId) -> str:
    """Give the address of the node that hosts the agency, without a slash at the end; raises DeniedError."""
    return card_on_roll(agency).node.rstrip("/")


def key_named(ident: bytes) -> AgencyKey | None:
    """Give the seal key of a hosted agency by the name on the outside of a bundle."""
    return rows.one(AgencyKey, ident=ident.hex(), use="seal")


def neighbours(agency: AgencyId, peer: AgencyId, seq: int) -> Neighbours:
    """Give what is held around a number of a peer's chain; receipts, all numbered 0, are not of it."""
    newest = rows.one(InboxItem, greatest="seq", agency_id=agency, peer=peer)
    near = {newest.seq: newest} if newest else {}
    last = max(near, default=0)
    if last >= seq:
        held = InboxItem.objects.filter(agency_id=agency, peer=peer, seq__gt=0)
        near = {row.seq: row for row in held.filter(seq__in=[seq - 1, seq, seq + 1])}
    before, same, after = near.get(seq - 1) if seq > 1 else None, near.get(seq), near.get(seq + 1)
    return Neighbours(
        last_seq=last,
        before=before.own_hash if before else None,
        same=same.own_hash if same else None,
        after_names=after.prev_hash or None if after else None,
    )


def undelivered(actor: Actor, *, subjects: Sequence[UUID] | None = None) -> list[Undelivered]:
    """Give what the actor's agency has sent and nobody has signed for, oldest first; `subjects` narrows it to these."""
    items = waiting_about(actor.agency)
    if subjects is not None:
        items = items.filter(subject__in=subjects)
    return [
        Undelivered(item.peer, item.subject, item.kind, item.state, item.reason, item.made_at)
        for item in items.order_by("made_at")[:200]
    ]


def open_alarms(actor: Actor) -> list[Alarm]:
    """Give the alarms of the actor's agency that nobody has settled, newest first."""
    return list(Alarm.objects.filter(agency_id=actor.agency, settled_at=None).order_by("-raised_at")[:200])


def has_sent(agency: AgencyId, peer: AgencyId, bundle_id: str) -> bool:
    """Say whether the agency has laid a bundle of this id in its outbox for this peer, whatever became of it."""
    return OutboxItem.objects.filter(agency_id=agency, peer=peer, bundle_id=bundle_id).exists()


def waiting_about(agency: AgencyId) -> QuerySet[OutboxItem]:
    """Give, to be asked further, what waits for a receipt, as seen by the room that sent it (`subject` is its mark)."""
    return OutboxItem.objects.filter(agency_id=agency, state=OutboxItem.State.WAITING)


def agency_by_slug(slug: str) -> AgencyId:
    """Give an agency by its short name on the roll; raises AbsentError."""
    for card in roll().cards.values():
        if card.slug == slug:
            return card.agency
    raise AbsentError
