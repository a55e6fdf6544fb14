"""Verbs: record a consent, withdraw it, record a refusal, a leave to enquire, doubt about a guardian."""

from datetime import datetime

from django.utils import timezone

from ieumgil.agreements import queries as agreed
from ieumgil.casefile import queries as casefile
from ieumgil.consent import queries
from ieumgil.consent.gate import may_note, may_record
from ieumgil.consent.models import GrantRow, GuardianDoubt, LeaveToEnquire, OfCase, Refusal
from ieumgil.consent.rules import (
    GivenBy,
    Grant,
    Leave,
    Refused,
    RefusedWhat,
    body_of,
    under_suspicion,
    withdrawn,
)
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId
from ieumgil.kernel.outcome import AbsentError, require


def record_grant(actor: Actor, case: CaseId, grant: Grant, *, now: datetime | None = None) -> Grant:
    """Keep a new consent and give it as it counts; AbsentError, DeniedError (`gate.may_record`)."""
    with attempt(actor, AuditAction.CONSENT_RECORD, now=now) as entry:
        require(may_note(actor))
        entry.subject = casefile.handle_of(actor, case)
        told = grant if queries.guardian_may_be_told(actor, case) else under_suspicion(grant)
        purposes, categories = agreed.purposes().keys(), agreed.categories()
        require(may_record(actor, told, now or timezone.now(), purposes=purposes, categories=categories))
        _keep_grant(actor, case, told)
    return told


def withdraw(actor: Actor, case: CaseId, grant: GrantId, *, now: datetime | None = None) -> None:
    """Keep that the person withdrew: nothing is shared on it from now on. Again changes nothing.

    Raises AbsentError, DeniedError.
    """
    with attempt(actor, AuditAction.CONSENT_WITHDRAW, now=now) as entry:
        require(may_note(actor))
        entry.subject = casefile.handle_of(actor, case)
        _withdraw(actor, case, grant, now or timezone.now())


def record_refusal(actor: Actor, case: CaseId, refused: Refused, *, now: datetime | None = None) -> None:
    """Keep a no; a no to enquiring takes back leave to enquire. Offers go on. AbsentError, DeniedError."""
    with attempt(actor, AuditAction.CONSENT_RECORD, reason=f"refused-{refused.what}", now=now) as entry:
        require(may_note(actor))
        entry.subject = casefile.handle_of(actor, case)
        _seal(actor, Refusal(refused_at=refused.at), case, _refusal_body(refused))
        if refused.what is RefusedWhat.ENQUIRY:
            leaves = LeaveToEnquire.objects.filter(agency=actor.agency, case=case, withdrawn_at=None)
            leaves.update(withdrawn_at=refused.at)


def record_leave(actor: Actor, case: CaseId, leave: Leave, *, now: datetime | None = None) -> None:
    """Keep the person's spoken leave to ask agencies without a name; raises AbsentError, DeniedError."""
    with attempt(actor, AuditAction.CONSENT_ENQUIRE, now=now) as entry:
        require(may_note(actor))
        entry.subject = casefile.handle_of(actor, case)
        body: dict[str, Json] = {"language": leave.language, "how": leave.how.value}
        _seal(actor, LeaveToEnquire(given_at=leave.at), case, body)


def suspect_guardian(actor: Actor, case: CaseId, *, now: datetime | None = None) -> None:
    """Keep that the guardian is suspected: consents through the guardian are withdrawn.

    Korean Act on trafficking victims, art. 23(2). Raises AbsentError, DeniedError.
    """
    moment = now or timezone.now()
    with attempt(actor, AuditAction.CONSENT_WITHDRAW, reason="guardian-suspected", now=now) as entry:
        require(may_note(actor))
        entry.subject = casefile.handle_of(actor, case)
        _seal(actor, GuardianDoubt(since=moment), case, {})
        for grant in queries.grants_of(actor, case):
            if grant.by_whom is GivenBy.GUARDIAN:
                _withdraw(actor, case, grant.id, moment)


def _withdraw(actor: Actor, case: CaseId, grant: GrantId, now: datetime) -> None:
    versions = GrantRow.objects.filter(agency=actor.agency, case=case, grant=grant)
    # The first version is the lock: two withdrawals at once make one.
    if versions.select_for_update().filter(version=1).first() is None:
        raise AbsentError
    newest = versions.order_by("-version")[0]
    if newest.withdrawn_at is None:
        key = casefile.key_of(actor, case)
        _keep_grant(actor, case, withdrawn(queries.grant_in(actor.agency, key, newest), now))


def _keep_grant(actor: Actor, case: CaseId, grant: Grant) -> None:
    row = GrantRow(
        grant=grant.id,
        version=grant.version,
        given_at=grant.given_at,
        until=grant.until,
        withdrawn_at=grant.withdrawn_at,
    )
    _seal(actor, row, case, body_of(grant))


def _seal(actor: Actor, row: OfCase, case: CaseId, body: dict[str, Json]) -> None:
    key = casefile.key_of(actor, case)
    row.agency_id, row.case_id = AgencyId(actor.agency), case
    row.sealed = vault.put_json(actor.agency, key, queries.place(row), body)
    row.save(force_insert=True)


def _refusal_body(refused: Refused) -> dict[str, Json]:
    return {
        "what": refused.what.value,
        "language": refused.language,
        "how": refused.how.value,
        "purposes": sorted(refused.purposes),
        "recipients": sorted(map(str, refused.recipients)),
    }
