"""Sign a roll, take one in, and send it round."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from django.db import transaction

from ieumgil.ground.accounts.queries import is_hosted
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries
from ieumgil.ground.exchange.actions.keys import keep_card, keyring
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.cards import AgencyCard, CardFault, RefusedCardError, verify_card
from ieumgil.ground.exchange.models import RollVersion
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.roll import (
    Roll,
    TimeLimit,
    read_signed_roll,
    roll_hash,
    sign_roll,
    verify_roll,
)
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require
from ieumgil.kernel.permission import Permission

DEFAULT_LIMITS = {
    "emergency": TimeLimit(2, "hours"),
    "urgent": TimeLimit(24, "hours"),
    "ordinary": TimeLimit(5, "working-days"),
}  # thread page, joining basis: data of the roll


def sign_first_roll(actor: Actor, *, cards: Iterable[Mapping[str, Json]], now: datetime) -> dict[str, Json]:
    """Sign the first roll of a mechanism, of which the actor's agency is the coordinator; raises DeniedError."""
    with audit.attempt(actor, AuditAction.ROLL_SIGN):
        require(actor.may(Permission.ROLL_SIGN))
        signed_cards = tuple(cards)
        made = Roll(uuid4(), 1, now, actor.agency, DEFAULT_LIMITS, signed_cards)
        signed = sign_roll(made, keyring(actor.agency).sign)
        root = next(c.root for c in map(verify_card, signed_cards) if c.agency == actor.agency)
        _keep(_verified(signed, root), signed, now)
    return signed


def sign_next_roll(
    actor: Actor,
    *,
    cards: Iterable[Mapping[str, Json]] = (),
    revoke_keys: Iterable[str] = (),
    revoke_agencies: Iterable[AgencyId] = (),
    compared_roots: frozenset[bytes] = frozenset(),
    now: datetime,
) -> dict[str, Json]:
    """Sign the next roll with these cards in the place of older ones, and lay it in the outbox for every agency on it.

    A revocation is never taken back; `compared_roots` are new root keys whose words people here compared by voice.
    Raises DeniedError, for a card that does not follow with its CardFault; AbsentError before there is a roll.
    """
    with audit.attempt(actor, AuditAction.ROLL_SIGN):
        require(actor.may(Permission.ROLL_SIGN))
        before, signed_before = queries.roll(), queries.signed_roll()
        by_agency = {_agency_of(card): card for card in [*before.signed_cards, *cards]}
        made = replace(
            before,
            version=before.version + 1,
            issued_at=now,
            signed_cards=tuple(by_agency.values()),
            cards={},
            revoked_keys=before.revoked_keys | frozenset(revoke_keys),
            revoked_agencies=before.revoked_agencies | frozenset(revoke_agencies),
            prev=roll_hash(signed_before),
        )
        signed = sign_roll(made, keyring(actor.agency).sign)
        verified = _verified(signed, before.cards[before.coordinator].root, compared_roots)
        _keep(verified, signed, now)
        for agency in verified.cards:
            if agency not in verified.revoked_agencies and not is_hosted(agency):
                send(actor, parcel=Parcel(agency, "roll", signed), now=now)
    return signed


@transaction.atomic
def join_roll(
    signed: Json, *, coordinator_root: bytes, compared_roots: frozenset[bytes] = frozenset(), now: datetime
) -> Roll:
    """Take in the first roll of this node, after its people compared the coordinator's twelve words by voice.

    Or the next one, in which an agency has a new root that they compared as well. For whoever installs the node.
    Raises DeniedError with a CardFault for a roll that these roots do not vouch for.
    """
    verified = _verified(signed, coordinator_root, compared_roots)
    _keep(verified, signed, now)
    return verified


def take_roll(_actor: Actor, came: Received, now: datetime) -> None:
    """Take in a newer roll that came as a bundle from the coordinator; an older one, or the same again, changes nothing.

    Raises DeniedError with a CardFault for one that does not follow from the roll in force, and for another one of a
    version that is held: then the coordinator, or who has its key, tells two stories.
    """
    try:
        before = queries.roll()
    except AbsentError:
        raise DeniedError("unknown-agency") from None
    signed = cast("Json", came.body)
    if came.sender != before.coordinator:
        raise DeniedError("wrong-coordinator")
    try:
        root, read = before.cards[before.coordinator].root, read_signed_roll(signed)
        if read.roll == before.roll and read.version <= before.version:
            _check_told_before(read, signed, root)
            return
    except RefusedCardError as error:
        raise DeniedError(error.fault) from error
    _keep(_verified(signed, root), signed, now)


def _check_told_before(read: Roll, signed: Json, root: bytes) -> None:
    held = RollVersion.objects.filter(roll=read.roll, version=read.version).first()
    if held is not None and held.digest == roll_hash(signed):
        return
    verify_roll(signed, coordinator_root=root)
    if held is not None:
        raise RefusedCardError(CardFault.ROLL_TWO_VERSIONS)


def _verified(signed: Json, root: bytes, compared_roots: frozenset[bytes] = frozenset()) -> Roll:
    try:
        return verify_roll(
            signed,
            coordinator_root=root,
            compared_roots=compared_roots,
            previous=queries.signed_roll() if queries.has_roll() else None,
            kept_card=_kept_card,
        )
    except RefusedCardError as error:
        raise DeniedError(error.fault) from error


def _kept_card(agency: AgencyId) -> AgencyCard | None:
    return next(iter(queries.cards_of(agency)), None)


def _keep(verified: Roll, signed: Json, now: datetime) -> None:
    RollVersion.objects.create(
        roll=verified.roll,
        version=verified.version,
        body=canonical(signed).decode(),
        digest=roll_hash(signed),
        taken_at=now,
    )
    for raw in verified.signed_cards:
        keep_card(raw, now)


def _agency_of(signed: Mapping[str, Json]) -> UUID:
    return verify_card(dict(signed)).agency
