"""Verbs on a worker's own words: keep them when things moved on, let go of them."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.utils import timezone

from ieumgil.casefile.gate import may_keep_words
from ieumgil.casefile.models import Draft
from ieumgil.casefile.queries import draft_place, key_of
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.queries import of_kind
from ieumgil.ground.vault.rules import KeyKind
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, KeyId, WorkerId
from ieumgil.kernel.outcome import AbsentError, require


def keep_draft(
    actor: Actor,
    *,
    text: str,
    why: str,
    subject: str,
    case: CaseId | None = None,
    key: KeyId | None = None,
    now: datetime | None = None,
) -> UUID:
    """Keep a worker's words, sealed under the case's key or, if they are about none, the agency's; gives their id.

    `key`: of what they are about where that is no case, such as a thread: they go with it.
    `subject` and `why` are codes or handles, never words about a person.
    Raises DeniedError, AbsentError, LockedAgencyError.
    """
    with attempt(actor, AuditAction.DRAFT_KEEP, now=now) as entry:
        require(may_keep_words(actor))
        held = key if case is None else key_of(actor, case)
        entry.subject = None if held is None else vault.handle(actor.agency, held)
        held = held or _agency_key(actor.agency)
        row = Draft(agency_id=actor.agency, worker_id=_worker(actor), case_id=case, key_id=held)
        row.subject, row.why, row.at = subject, why, now or timezone.now()
        row.sealed = vault.put(actor.agency, held, draft_place(actor, row), text.encode())
        row.save(force_insert=True)
        return row.pk


def drop_draft(actor: Actor, draft: UUID) -> None:
    """Let go of words of the actor's own that were kept; raises AbsentError, DeniedError."""
    with attempt(actor, AuditAction.DRAFT_DROP):
        require(may_keep_words(actor))
        dropped, _ = Draft.objects.filter(agency=actor.agency, worker=_worker(actor), pk=draft).delete()
        if not dropped:
            raise AbsentError


def _agency_key(agency: AgencyId) -> KeyId:
    held = Draft.objects.filter(agency=agency, case=None).values_list("key_id", flat=True).distinct()
    own = of_kind(agency, [KeyId(key) for key in held], KeyKind.AGENCY)
    return min(own, default=None) or vault.new_key(agency, KeyKind.AGENCY)


def _worker(actor: Actor) -> WorkerId:
    return cast("WorkerId", actor.worker)  # the gate has refused the clock
