"""Reads: what a person agreed to and said no to, and what may therefore be sent."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import cast
from uuid import UUID

from django.utils import timezone

from ieumgil.agreements import queries as agreed
from ieumgil.agreements.rules import Basis
from ieumgil.casefile import queries as casefile
from ieumgil.consent.gate import may_read
from ieumgil.consent.models import GrantRow, GuardianDoubt, LeaveToEnquire, OfCase, Refusal
from ieumgil.consent.rules import (
    Disclosure,
    FormFacts,
    Grant,
    GrantBody,
    GrantColumns,
    How,
    LegalDuty,
    Refused,
    RefusedWhat,
    Text,
    disclose,
    grant_from,
    newest,
    text_from,
    under_suspicion,
    valid,
)
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.documents.queries import require_ready
from ieumgil.ground.exchange.queries import card_on_roll
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import Context
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId, KeyId, PurposeCode
from ieumgil.kernel.outcome import AbsentError, Allow, DeniedError, require


def grants_of(actor: Actor, case: CaseId) -> list[Grant]:
    """Give the newest version of each consent of a case, ended ones too; AbsentError, DeniedError."""
    with attempt(actor, AuditAction.CONSENT_READ) as entry:
        require(may_read(actor))
        entry.subject = casefile.handle_of(actor, case)
        key = casefile.key_of(actor, case)
        rows = GrantRow.objects.filter(agency=actor.agency, case=case).order_by("given_at", "version")
        grants = newest(grant_in(actor.agency, key, row) for row in rows)
        return list(map(under_suspicion, grants)) if _is_doubted(actor.agency, case) else grants


def live_grants(actor: Actor, case: CaseId, now: datetime | None = None) -> list[Grant]:
    """Give the consents of a case that count now; AbsentError, DeniedError."""
    moment = now or timezone.now()
    return [grant for grant in grants_of(actor, case) if isinstance(valid(grant, moment), Allow)]


def ended(actor: Actor, grants: Iterable[GrantId], now: datetime) -> frozenset[GrantId]:
    """Give those of the agency's consents that no longer count, without opening anything: for the clock.

    A consent that is not the agency's, or not there, counts as ended.
    """
    asked = frozenset(grants)
    rows = GrantRow.objects.filter(agency=actor.agency, grant__in=asked).order_by("version")
    last = {GrantId(row.grant): row for row in rows}
    return frozenset(grant for grant in asked if grant not in last or _has_ended(last[grant], now))


def standing(actor: Actor, case: CaseId, now: datetime) -> tuple[tuple[GrantId, int, bool], ...]:
    """Give, of each consent of a case, its newest version and whether it has ended, without opening any.

    What this gives stays the same as long as no consent of the case changed. Raises AbsentError.
    """
    casefile.handle_of(actor, case)
    rows = GrantRow.objects.filter(agency=actor.agency, case=case).order_by("version")
    last = {GrantId(row.grant): row for row in rows}
    return tuple(sorted((grant, row.version, _has_ended(row, now)) for grant, row in last.items()))


def has_leave(actor: Actor, case: CaseId) -> bool:
    """Say whether agencies may be asked without a name for this case; AbsentError."""
    casefile.handle_of(actor, case)
    return LeaveToEnquire.objects.filter(agency=actor.agency, case=case, withdrawn_at=None).exists()


def language_of_leave(actor: Actor, case: CaseId) -> str | None:
    """Give the language in which the person last gave leave to be asked for, None if they never did; AbsentError, DeniedError."""
    with attempt(actor, AuditAction.CONSENT_READ) as entry:
        require(may_read(actor))
        entry.subject = casefile.handle_of(actor, case)
        row = LeaveToEnquire.objects.filter(agency=actor.agency, case=case).order_by("-given_at").first()
        return str(opened(actor.agency, casefile.key_of(actor, case), row)["language"]) if row else None


def guardian_may_be_told(actor: Actor, case: CaseId) -> bool:
    """Say whether a guardian may be told: never once suspected (Korean Act, art. 23(2)); AbsentError."""
    casefile.handle_of(actor, case)
    return not _is_doubted(actor.agency, case)


def refusals(actor: Actor, case: CaseId) -> list[Refused]:
    """Give what the person said no to, oldest first; AbsentError, DeniedError."""
    with attempt(actor, AuditAction.CONSENT_READ) as entry:
        require(may_read(actor))
        entry.subject = casefile.handle_of(actor, case)
        key = casefile.key_of(actor, case)
        rows = Refusal.objects.filter(agency=actor.agency, case=case).order_by("refused_at")
        return [_refused(row.refused_at, opened(actor.agency, key, row)) for row in rows]


def preview(
    actor: Actor,
    case: CaseId,
    *,
    purpose: PurposeCode,
    basis: Basis,
    recipient: AgencyId,
    now: datetime | None = None,
    legal_duty: LegalDuty | None = None,
    recipient_class: AgencyClass | None = None,
) -> Disclosure:
    """Give what a packet would hold and what is held back, and why; AbsentError, DeniedError."""
    with attempt(actor, AuditAction.PACKET_PREVIEW, purpose=purpose) as entry:
        require(may_read(actor))
        entry.subject = casefile.handle_of(actor, case)
        known = agreed.purposes().get(purpose)
        if known is None:
            raise AbsentError
        return disclose(
            casefile.packet_fields(actor, case),
            purpose=known,
            basis=basis,
            grants=grants_of(actor, case),
            recipient=recipient,
            now=now or timezone.now(),
            fields=agreed.fields(),
            legal_duty=legal_duty,
            recipient_class=recipient_class,
        )


def grant_in(agency: AgencyId, key: KeyId, row: GrantRow) -> Grant:
    """Open one version of a consent."""
    columns = GrantColumns(GrantId(row.grant), row.version, row.given_at, row.until, row.withdrawn_at)
    return grant_from(columns, cast("GrantBody", opened(agency, key, row)))


def place(row: OfCase) -> Context:
    """Give the one place where the sealed words of this row belong."""
    return Context(f"consent.{type(row).__name__.lower()}", "sealed", row.pk, row.case_id)


def opened(agency: AgencyId, key: KeyId, row: OfCase) -> dict[str, object]:
    """Open the sealed words of a row."""
    return cast("dict[str, object]", vault.get_json(agency, key, place(row), bytes(row.sealed)))


@cache
def reason_label(code: str, language: str) -> str:
    """Give the words for why a field is held back, in `ko` or else English; the code itself if there are none."""
    rows = json.loads((files("ieumgil.consent") / "data" / "reasons.json").read_text("utf-8"))["reasons"]
    found: dict[str, str] = next((row for row in rows if row["code"] == code), {})
    return found.get("ko" if language == "ko" else "en", code)


def languages_with_texts() -> tuple[str, ...]:
    """Give the languages (BCP 47) in which a person can be told what they agree to, English and Korean first."""
    return tuple(sorted(_texts(), key=lambda tag: (tag not in {"en", "ko"}, tag)))


def text_for(language: str) -> Text:
    """Give what is told before a person agrees, in a language or its main form (`vi` for `vi-VN`); AbsentError if none."""
    found = _texts().get(language) or _texts().get(language.partition("-")[0].lower())
    if found is None:
        raise AbsentError
    return found


def form(
    actor: Actor, case: CaseId, *, grant: GrantId | None = None, recipient: AgencyId | None = None
) -> FormFacts:
    """Give what stands on the form of a consent that was given, or on a blank one for an agency; making it is on record.

    Raises AbsentError (also for an agency that is not on the roll), DeniedError("no-pango") before anything is made.
    """
    with attempt(actor, AuditAction.DOCUMENT_MAKE, reason="consent-form") as entry:
        require(may_read(actor))
        entry.subject = casefile.handle_of(actor, case)
        require_ready()
        given = _given(grants_of(actor, case), grant) if grant else None
        named = given.recipients if given else _on_roll(recipient)
        return FormFacts(casefile.case(actor, case).ref, actor.agency, tuple(sorted(named)), given)


@cache
def _texts() -> Mapping[str, Text]:
    folder = files("ieumgil.consent") / "data" / "texts"
    texts = (text_from(json.loads(page.read_text("utf-8"))) for page in folder.iterdir())
    return MappingProxyType({text.language: text for text in texts})


def _given(grants: Iterable[Grant], grant: GrantId) -> Grant:
    for found in grants:
        if found.id == grant:
            return found
    raise AbsentError


def _on_roll(agency: AgencyId | None) -> frozenset[AgencyId]:
    if agency is None:
        return frozenset()
    try:
        card_on_roll(agency)
    except DeniedError:
        raise AbsentError from None
    return frozenset({agency})


def _has_ended(row: GrantRow, now: datetime) -> bool:
    return row.withdrawn_at is not None or now >= row.until


def _is_doubted(agency: AgencyId, case: CaseId) -> bool:
    return GuardianDoubt.objects.filter(agency=agency, case=case).exists()


def _refused(at: datetime, body: dict[str, object]) -> Refused:
    return Refused(
        what=RefusedWhat(str(body["what"])),
        language=str(body["language"]),
        how=How(str(body["how"])),
        at=at,
        purposes=frozenset(map(PurposeCode, cast("list[str]", body["purposes"]))),
        recipients=frozenset(AgencyId(UUID(agency)) for agency in cast("list[str]", body["recipients"])),
    )
