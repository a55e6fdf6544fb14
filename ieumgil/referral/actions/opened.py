"""Open a packet, and tell the referrer that it was opened, by which role and how often: never by whom."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.referral.actions.say import speak
from ieumgil.referral.models import Opening, ThreadRow
from ieumgil.referral.queries.packet import PacketView, packet
from ieumgil.referral.rules import Kind

TELL_AGAIN_AFTER = timedelta(days=1)


def open_packet(
    actor: Actor, *, thread: ThreadId, asked_for: PurposeCode, now: datetime | None = None
) -> PacketView:
    """Open a received packet; its referrer hears of the first opening by a role at once, of more once a day.

    Raises what `queries.packet.packet` raises.
    """
    moment = now or timezone.now()
    view = packet(actor, thread, asked_for=asked_for, now=moment)
    if _count(actor, thread):
        _tell(actor, thread, actor.role, moment)
    return view


def tell_openings(*, now: datetime) -> int:
    """Tell, by the clock, of openings that the referrer has not heard of for a day; gives how many were told."""
    behind = Opening.objects.filter(times__gt=F("told")).exclude(told_at__gt=now - TELL_AGAIN_AFTER)
    told = 0
    for row in behind.select_related("thread")[:200]:
        agency = AgencyId(row.agency_id)
        if vault.is_unlocked(agency):
            told += _tell(clock(agency), ThreadId(row.thread.thread), row.role, now)
    return told


@transaction.atomic
def _count(actor: Actor, thread: ThreadId) -> bool:
    row = ThreadRow.objects.get(agency_id=actor.agency, thread=thread)
    opening, first = Opening.objects.get_or_create(agency_id=actor.agency, thread=row, role=actor.role)
    Opening.objects.filter(pk=opening.pk).update(times=F("times") + 1)
    return first


def _tell(actor: Actor, thread: ThreadId, role: str, now: datetime) -> int:
    opening = Opening.objects.get(agency_id=actor.agency, thread__thread=thread, role=role)
    try:
        speak(actor, thread, Kind.OPENED, {"role": role, "times": opening.times}, now=now)
    except (AbsentError, DeniedError, StaleError):
        return 0  # a frozen thread, or a referrer who left: the ledger has the opening all the same
    Opening.objects.filter(pk=opening.pk).update(told=opening.times, told_at=now)
    return 1
