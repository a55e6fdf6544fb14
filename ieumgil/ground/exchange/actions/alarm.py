"""Raise what people must look into, once, and settle it."""

from datetime import datetime
from uuid import UUID

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.models import Alarm
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError


def raise_alarm(agency: AgencyId, *, code: str, peer: UUID | None, subject: str, now: datetime) -> None:
    """Raise an alarm for an agency; the same one changes nothing while it is open, and rises again once it was settled.

    To be called inside a transaction.
    """
    Alarm.objects.get_or_create(
        agency_id=agency,
        code=code,
        subject=subject[:64],
        settled_at=None,
        defaults={"peer": peer, "raised_at": now},
    )


def settle_alarm(actor: Actor, *, alarm: UUID, now: datetime) -> None:
    """Note that people have looked into an alarm of the actor's agency; raises AbsentError for any other."""
    with audit.attempt(actor, AuditAction.ALARM_SETTLE, now=now):
        if not Alarm.objects.filter(pk=alarm, agency_id=actor.agency, settled_at=None).update(settled_at=now):
            raise AbsentError
