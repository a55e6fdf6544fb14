"""Take bytes that came, by whatever way: open, check, keep, and answer with a signed receipt."""

import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Length

from ieumgil.ground.accounts.queries import CLOCK, clock
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.actions.keep import answer_given, keep, refusal_receipt
from ieumgil.ground.exchange.actions.keys import seal_key
from ieumgil.ground.exchange.arrival import check_receiving, check_time, vouch
from ieumgil.ground.exchange.cards import CardFault
from ieumgil.ground.exchange.models import AgencyKey, Refused, SealedArrival
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason, RefusedBundleError
from ieumgil.ground.exchange.seal import Opened, open_bundle, peek
from ieumgil.ground.vault.actions import LockedAgencyError, TamperedError, is_unlocked
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError

MAX_SEALED_ARRIVALS = 2000  # a peer cannot fill the disk of a locked agency
MAX_SEALED_BYTES = 256 * 1024 * 1024
OK, KEPT_SEALED, BAD, FULL, NOT_NOW = 200, 202, 422, 503, 503
UNFIT = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
ALARMING = {
    RefusalReason.SAME_ID_OTHER_CONTENT,
    CardFault.ROLL_TWO_VERSIONS,
    CardFault.ROOT_CHANGED,
    CardFault.SAME_VERSION_OTHER_CONTENT,
    CardFault.VERSION_JUMPED,
    CardFault.WRONG_PREVIOUS_ROLL,
}
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a sealed receipt, or a bare reason where nothing could be proven about who sent."""

    status: int
    receipt: bytes = b""
    reason: str = ""


def receive(data: bytes, *, now: datetime) -> Answer:
    """Take sealed bytes. A receipt is given only once what it vouches for is committed; a refusal leaves only itself."""
    digest = sha256(data).hexdigest()
    try:
        key = queries.key_named(peek(data).key_id)
        if key is None:
            raise RefusedBundleError(RefusalReason.UNKNOWN_KEY)
    except RefusedBundleError as refusal:
        return _refuse(None, None, refusal.reason, digest, now)
    if not is_unlocked(AgencyId(key.agency_id)):
        return _keep_sealed(AgencyId(key.agency_id), data, digest, now)
    return _open(key, data, digest, now)


def open_what_came_while_locked(agency: AgencyId, *, now: datetime) -> int:
    """Open what came while the agency was locked, oldest first; gives how many.

    Its senders learn the answer at their next try. What cannot be taken yet stays: the agency is locked again, or
    the program fails on it, and then those behind it are still opened.
    """
    arrivals = list(SealedArrival.objects.filter(agency_id=agency).order_by("arrived_at", "pk"))
    return sum(_open_arrival(arrival, now) for arrival in arrivals)


def _open_arrival(arrival: SealedArrival, now: datetime) -> bool:
    try:
        status = receive(bytes(arrival.sealed), now=now).status
    except Exception as fault:  # noqa: BLE001  whatever it is, it must not keep back those behind it
        LOG.warning("a bundle that came while locked could not be opened: %s", type(fault).__name__)
        return False
    if status == KEPT_SEALED:
        return False
    arrival.delete()
    return True


def _open(key: AgencyKey, data: bytes, digest: str, now: datetime) -> Answer:
    agency, sender = AgencyId(key.agency_id), None
    try:
        opened = _opened(key, data)
        came = _vouched(agency, data, opened)
        sender = came.sender  # known only now: before, anybody could have written any name there
        given = answer_given(came)
        if given is not None:
            return Answer(OK, given)
        check_time(opened.inner, now)
    except RefusedBundleError as refusal:
        return _refuse(agency, sender, refusal.reason, digest, now)
    return _take(came, opened, digest, now)


def _opened(key: AgencyKey, data: bytes) -> Opened:
    try:
        return open_bundle(data, private_key=seal_key(key), recipient=AgencyId(key.agency_id))
    except TamperedError as error:  # the private key was erased after its time
        raise RefusedBundleError(RefusalReason.UNKNOWN_KEY) from error


def _vouched(agency: AgencyId, data: bytes, opened: Opened) -> Received:
    try:
        listed = queries.roll()
    except AbsentError as error:
        raise RefusedBundleError(RefusalReason.UNKNOWN_AGENCY) from error
    vouch(opened, listed, queries.cards_of)
    check_receiving(data, opened.inner, queries.cards_of(agency), listed)
    inner = opened.inner
    return Received(
        agency, AgencyId(UUID(inner["from"])), inner["bundle_id"], inner["kind"], dict(inner["body"])
    )


def _take(came: Received, opened: Opened, digest: str, now: datetime) -> Answer:
    try:
        with audit.attempt(clock(came.agency), AuditAction.BUNDLE_ACCEPT, subject=digest[:32]):
            return Answer(OK, keep(came, opened.inner, now))
    except DeniedError as refusal:
        return _refuse_known(came, refusal.code, digest, now, recorded=True)
    except (
        UNFIT
    ) as fault:  # a form that slipped through the schema: its sender is told, and this node goes on
        LOG.warning("a bundle of kind %s was not fit to be taken: %s", came.kind, type(fault).__name__)
        return _refuse_known(came, RefusalReason.BAD_FORM, digest, now, recorded=False)
    except (AbsentError, StaleError, LockedAgencyError) as fault:
        LOG.warning("a bundle of kind %s cannot be taken now: %s", came.kind, type(fault).__name__)
        return Answer(NOT_NOW, reason="not-now")
    except IntegrityError:  # the same bundle in two hands at once: the other one kept it
        given = answer_given(came)
        if given is None:
            raise
        return Answer(OK, given)


def _refuse_known(came: Received, reason: str, digest: str, now: datetime, *, recorded: bool) -> Answer:
    _refuse(came.agency, came.sender, reason, digest, now, recorded=recorded)
    try:
        return Answer(OK, refusal_receipt(came, reason, now), reason)
    except DeniedError:  # its sender has no key to seal to any more
        return Answer(BAD, reason=reason)


@transaction.atomic
def _keep_sealed(agency: AgencyId, data: bytes, digest: str, now: datetime) -> Answer:
    held = SealedArrival.objects.filter(agency_id=agency)
    size = held.aggregate(number=Count("pk"), bytes=Sum(Length("sealed")))
    full = size["number"] >= MAX_SEALED_ARRIVALS or (size["bytes"] or 0) + len(data) > MAX_SEALED_BYTES
    if full and not held.filter(sha256=digest).exists():
        return Answer(FULL, reason=RefusalReason.TOO_MANY)
    SealedArrival.objects.get_or_create(
        agency_id=agency, sha256=digest, defaults={"sealed": data, "arrived_at": now}
    )
    return Answer(KEPT_SEALED, reason="kept-sealed")


@transaction.atomic
def _refuse(
    agency: AgencyId | None,
    sender: UUID | None,
    reason: str,
    digest: str,
    now: datetime,
    *,
    recorded: bool = False,
) -> Answer:
    if agency is None or sender is None:
        # Anybody can send junk: it is counted by day and reason, and no ledger grows by it.
        _count_junk(agency, reason, now)
        return Answer(BAD, reason=reason)
    Refused.objects.create(agency_id=agency, peer=sender, reason=reason, sha256=digest, refused_at=now)
    if not recorded:
        event = audit.Event(AuditAction.BUNDLE_REFUSE, digest[:32], reason=reason)
        audit.record(agency, CLOCK, event, decision=reason, now=now)
    if reason in ALARMING:
        raise_alarm(agency, code=reason, peer=sender, subject=digest, now=now)
    return Answer(BAD, reason=reason)


def _count_junk(agency: AgencyId | None, reason: str, now: datetime) -> None:
    of_agency = Refused.objects.filter(agency_id=agency) if agency else Refused.objects.filter(agency=None)
    of_day = of_agency.filter(peer=None, reason=reason, sha256="", refused_at__date=now.date())
    if not of_day.update(times=F("times") + 1):
        Refused.objects.create(agency_id=agency, reason=reason, sha256="", refused_at=now)
