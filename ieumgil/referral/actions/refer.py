"""Refer a person with a packet, and answer what the receiver asks back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.utils import timezone

from ieumgil.agreements.rules import Basis, may_skip_enquiry
from ieumgil.casefile import queries as casefile
from ieumgil.consent import queries as consent
from ieumgil.consent.rules import Disclosure, DutyGround, Feedback, Grant, LegalDuty, compare, feedback_agreed
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath, MessageId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError, require
from ieumgil.referral.actions.duty import note_duty, own_word
from ieumgil.referral.actions.enquire import Begun, begin_once
from ieumgil.referral.actions.say import NO_CLICK, Click, new_thread, say, speak
from ieumgil.referral.contents import Spoken, spoken_part
from ieumgil.referral.gate import SayingFacts, may_say
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.basis import basis_for, basis_of, basis_ref
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.rules import Kind, Side, State

DEFAULT_RETENTION = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the receiver would see, what is held back and why; `digest` names exactly this, to be sent unchanged.

    `grants`: the consents it rests on; `not_after`: until when the receiver may hold it, were it sent now.
    """

    disclosure: Disclosure
    digest: str
    basis: Basis
    grants: tuple[Grant, ...]
    feedback: frozenset[Feedback]
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says: words, yes or no to an onward referral, and whether fields agreed to since are added."""

    text: str | None = None
    onward: str | None = None
    with_packet: bool = False
    shown: str | None = None


def preview(actor: Actor, *, thread: ThreadId, now: datetime | None = None) -> Preview:
    """Show the packet as the receiver will see it, before anything is sent; raises AbsentError, DeniedError."""
    row = row_of(actor, thread)
    if row.side != Side.F:
        raise AbsentError
    return _preview(actor, row, now or timezone.now(), None)


def preview_at_once(
    actor: Actor,
    *,
    case: CaseId,
    to: AgencyId,
    purpose: PurposeCode,
    duty: LegalDuty | None = None,
    now: datetime | None = None,
) -> Preview:
    """Show what `refer_at_once` would send, before there is a thread.

    Raises AbsentError, DeniedError (enquiry-first, no-basis, no-right).
    """
    moment = now or timezone.now()
    basis = basis_for(actor.agency, to, purpose, moment)
    require(may_skip_enquiry(basis, danger_to_life=_is_danger(duty)))
    begun = ThreadRow(
        agency_id=actor.agency, peer=to, case_id=case, purpose=purpose, basis=basis_ref(basis).body()
    )
    return _preview(actor, begun, moment, own_word(actor, duty, moment) if duty else None)


def refer(
    actor: Actor,
    *,
    thread: ThreadId,
    shown: str | None = None,
    duty: LegalDuty | None = None,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Refer the person to the agency that can take them, with the fields that purpose, basis and consent let through.

    `shown`: the digest of the preview the worker saw; if consent or case changed since, nothing is sent (StaleError).
    `spoken`: the person was referred by telephone or on paper before. Raises DeniedError: nothing-to-send where neither
    consent nor a duty opens a single field, enquiry-first where the enquiry was refused by the receiver's node and so was
    never made.
    """

    def content(row: ThreadRow, moment: datetime) -> dict[str, Json]:
        if row.state == State.START:
            require(may_skip_enquiry(basis_of(row), danger_to_life=_is_danger(duty)))
        return {"packet": _packet(actor, row, moment, shown, duty), **spoken_part(spoken, moment)}

    return speak(actor, thread, Kind.REFER, content, click=click, now=now)


def refer_at_once(
    actor: Actor,
    *,
    case: CaseId,
    to: AgencyId,
    purpose: PurposeCode,
    urgency: str,
    duty: LegalDuty | None = None,
    onward_of: UUID | None = None,
    shown: str | None = None,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> Begun:
    """Refer without an enquiry first: where the agreement lets it be skipped, or in danger to life.

    `shown` and `spoken` as in `refer`, `shown` from `preview_at_once`: if that changed, nothing is sent (StaleError).
    Raises DeniedError (enquiry-first, no-basis, nothing-to-send, no-right), AbsentError.
    """
    moment, click = now or timezone.now(), click.bound_to(actor, Kind.REFER, f"{case}|{to}")

    def begin(entry: audit.Entry) -> Begun:
        entry.subject = casefile.handle_of(actor, case)
        casefile.case(actor, case)
        require(may_say(actor, Kind.REFER, SayingFacts(Side.F, frozen=False, on_the_case=True)))
        basis = basis_for(actor.agency, to, purpose, moment)
        require(may_skip_enquiry(basis, danger_to_life=_is_danger(duty)))
        row = new_thread(
            actor, case=case, to=to, urgency=urgency, basis=basis_ref(basis), purpose=purpose, now=moment,
            onward_of=onward_of,
        )  # fmt: skip
        content = {"packet": _packet(actor, row, moment, shown, duty), **spoken_part(spoken, moment)}
        said = say(actor, row, Kind.REFER, content, click=click, now=moment)
        return Begun(ThreadId(row.thread), said)

    return begin_once(actor, AuditAction.REFERRAL_REFER, purpose, begin, click=click)


def reply(
    actor: Actor, *, thread: ThreadId, answer: Answer, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Answer a query or a wish to refer onward; added fields pass the same walls as the first packet did.

    `answer.shown` as in `refer`.
    """

    def content(row: ThreadRow, moment: datetime) -> dict[str, Json]:
        packet = _packet(actor, row, moment, answer.shown, None) if answer.with_packet else None
        return {"text": answer.text, "onward": answer.onward, "packet": packet}

    kept = Click(click.heads, click.once, click.words or answer.text or "")
    return speak(actor, thread, Kind.REPLY, content, click=kept, now=now)


def _is_danger(duty: LegalDuty | None) -> bool:
    return duty is not None and duty.ground is DutyGround.DANGER_TO_LIFE


def _preview(actor: Actor, row: ThreadRow, now: datetime, duty: LegalDuty | None) -> Preview:
    disclosure, basis = _disclosure(actor, row, now, duty), basis_of(row)
    grants = consent.grants_of(actor, case_of(row))
    used = {grant for grant, _version in disclosure.grants}
    return Preview(
        disclosure,
        _digest(disclosure),
        basis,
        tuple(grant for grant in grants if grant.id in used),
        _feedback_agreed(row, grants, now),
        now + _retention(basis),
    )


def _packet(
    actor: Actor, row: ThreadRow, now: datetime, shown: str | None, duty: LegalDuty | None
) -> dict[str, Json]:
    duty = own_word(actor, duty, now) if duty else None
    disclosure = _disclosure(actor, row, now, duty)
    if shown is not None and shown != _digest(disclosure):
        raise StaleError(None)
    if not disclosure.sent:
        raise DeniedError("nothing-to-send")
    fields = _by_name(disclosure.sent)
    grants = consent.grants_of(actor, case_of(row))
    packet: dict[str, Json] = {
        "purpose": row.purpose,
        "fields": fields,
        "consent": _consent(row, disclosure, grants),
        "duty": _duty(disclosure, duty),
        "feedback": [kind.value for kind in sorted(_feedback_agreed(row, grants, now))],
        "not_after": time_text(now + _retention(basis_of(row))),
    }
    # Computed twice and compared byte for byte right before sealing (security page, c2).
    compare({path: fields[path] for path in disclosure.sent}, _disclosure(actor, row, now, duty))
    if duty and packet["duty"]:
        note_duty(row, duty)
    return packet


def _disclosure(actor: Actor, row: ThreadRow, now: datetime, duty: LegalDuty | None) -> Disclosure:
    card = exchange.card_on_roll(AgencyId(row.peer))
    return consent.preview(
        actor,
        case_of(row),
        purpose=PurposeCode(row.purpose),
        basis=basis_of(row),
        recipient=AgencyId(row.peer),
        now=now,
        legal_duty=duty,
        recipient_class=card.agency_class,
    )


def _duty(disclosure: Disclosure, duty: LegalDuty | None) -> dict[str, Json] | None:
    if duty is None or not disclosure.article:
        return None
    return {"article": disclosure.article, "kind": duty.ground.value}


def _consent(row: ThreadRow, disclosure: Disclosure, grants: Sequence[Grant]) -> dict[str, Json] | None:
    if not disclosure.grants:
        return None
    grant_id, version = disclosure.grants[0]
    grant = next(g for g in grants if g.id == grant_id)
    row.grants = sorted({*row.grants, *(str(used) for used, _version in disclosure.grants)})
    row.save(update_fields=["grants"])
    return {
        "grant": str(grant_id),
        "version": version,
        "until": time_text(grant.until),
        "language": grant.language,
    }


def _feedback_agreed(row: ThreadRow, grants: Sequence[Grant], now: datetime) -> frozenset[Feedback]:
    return feedback_agreed(grants, purpose=PurposeCode(row.purpose), recipient=AgencyId(row.peer), now=now)


def _retention(basis: Basis) -> timedelta:
    return timedelta(days=basis.retention_days) if basis.retention_days else DEFAULT_RETENTION


def _digest(disclosure: Disclosure) -> str:
    shown: dict[str, Json] = {"to": str(disclosure.recipient), "sent": _by_name(disclosure.sent)}
    return sha256(canonical(shown)).hexdigest()


def _by_name(sent: Mapping[FieldPath, Json]) -> dict[str, Json]:
    return {str(path): value for path, value in sent.items()}
