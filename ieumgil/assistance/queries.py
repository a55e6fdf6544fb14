"""Reads of services: only those in cases of the actor's own team."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieumgil.assistance.gate import may_see
from ieumgil.assistance.models import ServiceDelivery
from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import Context
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, KeyId, WorkerId
from ieumgil.kernel.outcome import require

NOTE_PLACE = ("assistance.servicedelivery", "note")  # model and field that a note is bound to


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service as it is delivered: its code, its days (UTC), what was noted, who started it."""

    id: UUID
    service: str
    started_at: datetime
    ended_at: datetime | None
    note: str | None
    by: WorkerId


def services(actor: Actor, case: CaseId) -> list[ServiceView]:
    """Give the services in a case, first started first; raises AbsentError, DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.SERVICE_READ) as entry:
        require(may_see(actor))
        entry.subject, key = casefile.handle_of(actor, case), casefile.key_of(actor, case)
        rows = ServiceDelivery.objects.filter(agency=actor.agency, case=case).order_by("started_at", "pk")
        return [_view(actor, key, row) for row in rows]


def _view(actor: Actor, key: KeyId, row: ServiceDelivery) -> ServiceView:
    note = None
    if row.sealed is not None:
        place = Context(*NOTE_PLACE, row.pk, row.case_id)
        note = vault.get(actor.agency, key, place, bytes(row.sealed)).decode()
    return ServiceView(row.pk, row.service, row.started_at, row.ended_at, note, WorkerId(row.by_id))
