"""What is sent and what is held back: purpose's needs, and basis, and consent (thread page, rules 1-3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from ieumgil.agreements.rules import Basis, BasisKind, DataField, Purpose, stands
from ieumgil.consent.rules.duty import LegalDuty, duty_holds
from ieumgil.consent.rules.grants import Grant, newest, valid
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, FieldPath, GrantId, PurposeCode
from ieumgil.kernel.outcome import Allow, DeniedError, Deny


class Reason(StrEnum):
    """Why a field is held back, nearest to being sent first; the words are in `data/reasons.json`."""

    NOT_NAMED = "not-named-in-consent"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_EXPIRED = "consent-expired"
    CONSENT_NOT_YET = "consent-not-yet"
    GUARDIAN_SUSPECTED = "guardian-suspected"
    CHILD_ALONE = "child-alone"
    NOT_ONE_RECIPIENT = "not-one-recipient"
    NO_CONSENT = "no-consent"
    NOT_IN_BASIS = "not-in-basis"
    KIND_WALLED = "kind-walled"
    NOTHING_KNOWN = "nothing-known"
    NOT_NEEDED = "not-needed-for-purpose"
    UNKNOWN_FIELD = "unknown-field"
    NEVER_LEAVES = "never-leaves"


_NEARNESS = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One field that is not sent, and why."""

    path: FieldPath
    reason_code: Reason


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is sent, what is held back, and the grants (id, version) or the article that opened it."""

    purpose: PurposeCode
    recipient: AgencyId
    basis: tuple[str, int]
    sent: dict[FieldPath, Json]
    held_back: tuple[HeldBack, ...]
    grants: tuple[tuple[GrantId, int], ...]
    article: str | None


@dataclass(frozen=True, slots=True)
class _Ask:
    """One question to the walls: may this go, for this purpose, on this basis, to this agency, now."""

    purpose: Purpose
    basis: Basis
    recipient: AgencyId
    recipient_class: AgencyClass | None
    fields: Mapping[FieldPath, DataField]
    grants: tuple[Grant, ...]
    duty: LegalDuty | None
    now: datetime


def disclose(
    case_fields: Mapping[FieldPath, Json],
    *,
    purpose: Purpose,
    basis: Basis,
    grants: Iterable[Grant],
    recipient: AgencyId,
    now: datetime,
    fields: Mapping[FieldPath, DataField],
    legal_duty: LegalDuty | None = None,
    recipient_class: AgencyClass | None = None,
) -> Disclosure:
    """Compute what of a case may be sent: needed by the purpose, in the basis, and consented or a legal duty.

    `fields` is the catalogue; a field it does not know is held back, as is all if the basis does not stand.
    Under the joining basis a consent counts only if it names this one recipient.
    A duty that does not hold is as none.
    `recipient_class`, where known, keeps a purpose from a class of agency that may not receive for it.
    """
    duty = legal_duty if legal_duty and isinstance(duty_holds(legal_duty, now), Allow) else None
    concerned = tuple(g for g in newest(grants) if purpose.code in g.purposes and recipient in g.recipients)
    ask = _Ask(purpose, basis, recipient, recipient_class, fields, concerned, duty, now)
    reasons = {
        path: _reason(path, case_fields.get(path), ask) for path in sorted(case_fields.keys() | purpose.needs)
    }
    sent = {path: case_fields[path] for path, reason in reasons.items() if reason is None}
    return Disclosure(
        purpose=purpose.code,
        recipient=recipient,
        basis=(basis.id, basis.version),
        sent=sent,
        held_back=tuple(HeldBack(path, reason) for path, reason in reasons.items() if reason is not None),
        grants=tuple((grant.id, grant.version) for grant in concerned if _opened(grant, sent, ask)),
        article=duty.article if duty and any(_under_duty(duty, fields[path]) for path in sent) else None,
    )


def compare(packet: Mapping[FieldPath, Json], disclosure: Disclosure) -> None:
    """Check, byte for byte and right before sealing, that a packet's fields are exactly the disclosure's.

    Raises DeniedError("packet-differs") otherwise, and NotCanonicalError for what has no canonical form.
    """
    if _encoded(packet) != _encoded(disclosure.sent):
        raise DeniedError("packet-differs")


def _encoded(fields: Mapping[FieldPath, Json]) -> bytes:
    return canonical(cast("dict[str, Json]", dict(fields)))


def _reason(path: FieldPath, value: Json, ask: _Ask) -> Reason | None:
    field = ask.fields.get(path)
    if field is None:
        return Reason.UNKNOWN_FIELD
    if not field.may_leave_for(ask.purpose.code):
        return Reason.NEVER_LEAVES
    if path not in ask.purpose.needs:
        return Reason.NOT_NEEDED
    if _is_nothing(value):
        return Reason.NOTHING_KNOWN
    return _outside_the_basis(field, ask) or _outside_the_consent(field, ask)


def _is_nothing(value: Json) -> bool:
    return value is None or (not isinstance(value, int) and not value)


def _outside_the_basis(field: DataField, ask: _Ask) -> Reason | None:
    if ask.purpose.receivers and ask.recipient_class not in {None, *ask.purpose.receivers}:
        return Reason.KIND_WALLED
    standing = stands(ask.basis, ask.purpose, ask.now)
    if isinstance(standing, Deny):
        return Reason.KIND_WALLED if standing.code == Reason.KIND_WALLED else Reason.NOT_IN_BASIS
    if not (ask.basis.binds(ask.recipient) and ask.basis.allows(field.category)):
        return Reason.NOT_IN_BASIS
    return None


def _outside_the_consent(field: DataField, ask: _Ask) -> Reason | None:
    if ask.duty and _under_duty(ask.duty, field):
        return None
    heard = [_says(grant, field, ask) for grant in ask.grants]
    if None in heard:
        return None
    return min((reason for reason in heard if reason), key=_NEARNESS.__getitem__, default=Reason.NO_CONSENT)


def _under_duty(duty: LegalDuty, field: DataField) -> bool:
    return duty.covers(field.category, named_only=field.named_only)


def _opened(grant: Grant, sent: Iterable[FieldPath], ask: _Ask) -> bool:
    return any(_says(grant, ask.fields[path], ask) is None for path in sent)


def _says(grant: Grant, field: DataField, ask: _Ask) -> Reason | None:
    if not grant.covers(field.category, named_only=False):
        return Reason.NO_CONSENT
    counts = valid(grant, ask.now)
    if isinstance(counts, Deny):
        return Reason(counts.code)
    if ask.basis.kind is BasisKind.JOINING and grant.recipients != {ask.recipient}:
        return Reason.NOT_ONE_RECIPIENT
    return None if grant.covers(field.category, named_only=field.named_only) else Reason.NOT_NAMED
