"""Verbs: start a service, end it."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from ieumgil.assistance.gate import may_deliver
from ieumgil.assistance.models import ServiceDelivery
from ieumgil.assistance.queries import NOTE_PLACE
from ieumgil.assistance.rules import check_service, may_end
from ieumgil.casefile import actions as casefile_actions
from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import Context
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, WorkerId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError, require


def start_service(
    actor: Actor, case: CaseId, service: str, *, note: str | None = None, now: datetime | None = None
) -> UUID:
    """Start a service in a case of the actor's team and give the delivery's id.

    Raises ValueError for what is no code, AbsentError, DeniedError, LockedAgencyError; StaleError, with the note
    kept as a draft, if the same service is running already.
    """
    check_service(service)
    try:
        return _start(actor, case, service, note, now)
    except StaleError as stale:
        if note is None:
            raise
        subject = AuditAction.SERVICE_START.value
        kept = casefile_actions.keep_draft(
            actor, text=note, why=stale.code, subject=subject, case=case, now=now
        )
        raise StaleError(str(kept)) from stale


def end_service(actor: Actor, delivery: UUID, *, now: datetime | None = None) -> None:
    """End a running service.

    Raises AbsentError, DeniedError ("no-right", "already-ended", "ends-before-it-starts"), LockedAgencyError.
    """
    moment = now or timezone.now()
    with attempt(actor, AuditAction.SERVICE_END, now=now) as entry:
        require(may_deliver(actor))
        row = ServiceDelivery.objects.filter(agency=actor.agency, pk=delivery).first()
        if row is None:
            raise AbsentError
        entry.subject = casefile.handle_of(actor, CaseId(row.case_id))
        require(may_end(row.started_at, row.ended_at, moment))
        if not ServiceDelivery.objects.filter(pk=row.pk, ended_at=None).update(ended_at=moment):
            raise DeniedError("already-ended")


def _start(actor: Actor, case: CaseId, service: str, note: str | None, now: datetime | None) -> UUID:
    with attempt(actor, AuditAction.SERVICE_START, now=now) as entry:
        require(may_deliver(actor))
        entry.subject, key = casefile.handle_of(actor, case), casefile.key_of(actor, case)
        row = ServiceDelivery(agency_id=actor.agency, case_id=case, service=service)
        row.by_id = cast("WorkerId", actor.worker)  # the gate has refused the clock
        row.started_at = now or timezone.now()
        if note:
            place = Context(*NOTE_PLACE, row.pk, case)
            row.sealed = vault.put(actor.agency, key, place, note.encode())
        _save_once(row)
        return row.pk


def _save_once(row: ServiceDelivery) -> None:
    running = ServiceDelivery.objects.filter(case=row.case_id, service=row.service, ended_at=None)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not running.exists():
            raise
        raise StaleError(None) from None
