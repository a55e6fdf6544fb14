"""Count answers as they are given, and tell the coordinator each month, in numbers that point to nobody."""

from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db.models import F

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason
from ieumgil.ground.vault.queries import open_clocks
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.contents import fits
from ieumgil.referral.counting import Counting, band_of, month_of, tellable
from ieumgil.referral.guard import tried
from ieumgil.referral.models import Counted, MessageRow, Tally, ThreadRow
from ieumgil.referral.queries.rows import header_of
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.rules import Kind

COUNTED = frozenset({Kind.CAN_TAKE, Kind.CANNOT_TAKE, Kind.ACCEPT, Kind.DECLINE})


def count_answer(row: ThreadRow, kind: Kind, reason: str, now: datetime) -> None:
    """Count one answer of the thread's receiver; inside the transaction that gives it. No thread is remembered."""
    asked = MessageRow.objects.filter(thread=row, message_id=row.moved_by).first()
    if asked is None:
        return
    enquiry = MessageRow.objects.filter(thread=row, kind=Kind.ENQUIRY).select_related("thread").first()
    said = (content_of(enquiry) or {}) if enquiry else {}
    tally, _ = Tally.objects.get_or_create(
        agency_id=row.agency_id,
        month=month_of(now),
        kind=kind.value,
        reason=reason,
        need=str(said.get("need", row.purpose)),
        region=str(said.get("region", "")),
        band=band_of(header_of(asked).said_at, now),
    )
    Tally.objects.filter(pk=tally.pk).update(times=F("times") + 1)


def tell_counts(*, now: datetime) -> int:
    """Tell the coordinator, by the clock, of every month that is over and was not told yet; gives how many months."""
    told = 0
    for actor in open_clocks():
        untold = Tally.objects.filter(agency_id=actor.agency, told_at=None, month__lt=month_of(now))
        for month in sorted(set(untold.values_list("month", flat=True))):
            told += tried(actor, month, partial(_tell, actor, month, now), now=now)
    return told


def take_counts(actor: Actor, came: Received, now: datetime) -> None:
    """Keep, as coordinator, what an agency told of a month; the same month again takes its place.

    Raises DeniedError (bad-form, wrong-recipient).
    """
    if not fits("counts", came.body):
        raise DeniedError(RefusalReason.BAD_FORM)
    if exchange.card_on_roll(actor.agency).agency_class is not AgencyClass.COORDINATION:
        raise DeniedError(RefusalReason.WRONG_RECIPIENT)
    Counted.objects.update_or_create(
        agency_id=actor.agency,
        told_by=came.sender,
        month=str(came.body["month"]),
        defaults={"rows": came.body["rows"], "received_at": now},
    )


def _tell(actor: Actor, month: str, now: datetime) -> int:
    try:
        coordinator = exchange.roll().coordinator
    except AbsentError:
        return 0
    if coordinator != actor.agency:
        exchange.seal_to(coordinator, now)  # asked first: each attempt in vain would stand in the ledger
    with audit.attempt(actor, AuditAction.COUNTS_TELL, subject=month):
        of_month = Tally.objects.select_for_update().filter(agency_id=actor.agency, month=month, told_at=None)
        rows = [Counting(r.kind, r.reason, r.need, r.region, r.band, r.times) for r in of_month]
        of_month.update(told_at=now)
        body: dict[str, Json] = {"month": month, "rows": [asdict(row) for row in tellable(rows)]}
        if coordinator != actor.agency:
            send(actor, parcel=Parcel(coordinator, "counts", body), now=now)
    return 1
