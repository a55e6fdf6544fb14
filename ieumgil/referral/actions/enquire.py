"""Ask an agency without a name, and close what is over."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from django.db import IntegrityError
from django.utils import timezone

from ieumgil.casefile import queries as casefile
from ieumgil.consent import queries as consent
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, KeyId, MessageId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import DeniedError, require
from ieumgil.referral.actions.say import NO_CLICK, Click, lock_thread, new_thread, said_before, say, speak
from ieumgil.referral.contents import Spoken, spoken_part
from ieumgil.referral.enquiry import Enquiry, coarsened
from ieumgil.referral.gate import SayingFacts, may_say
from ieumgil.referral.models import MessageRow, Sent
from ieumgil.referral.queries.basis import basis_for, basis_ref
from ieumgil.referral.queries.region import common_values
from ieumgil.referral.queries.rows import case_of
from ieumgil.referral.rules import Kind, Side, State


@dataclass(frozen=True, slots=True)
class Begun:
    """A thread that began, and its first message."""

    thread: ThreadId
    message: MessageId


def enquire(
    actor: Actor,
    *,
    case: CaseId,
    to: AgencyId,
    enquiry: Enquiry,
    urgency: str,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> Begun:
    """Ask one agency whether it can take the person, without identity, with the person's spoken leave.

    What would be rare in the region goes as "ask-later". `spoken`: it was asked by telephone or on paper before.
    Raises DeniedError (no-leave, no-basis, no-right, spoken-in-future, spoken-too-long-ago), AbsentError.
    """
    moment, click = now or timezone.now(), click.bound_to(actor, Kind.ENQUIRY, f"{case}|{to}")

    def begin(entry: audit.Entry) -> Begun:
        entry.subject = casefile.handle_of(actor, case)
        casefile.case(actor, case)
        require(may_say(actor, Kind.ENQUIRY, SayingFacts(Side.F, frozen=False, on_the_case=True)))
        if not consent.has_leave(actor, case):
            raise DeniedError("no-leave")
        basis = basis_for(actor.agency, to, PurposeCode(enquiry.need), moment)
        asked = coarsened(enquiry, common_values(enquiry.region))
        row = new_thread(
            actor, case=case, to=to, urgency=urgency, basis=basis_ref(basis), purpose=enquiry.need, now=moment
        )
        content = cast("dict[str, Json]", asdict(asked)) | spoken_part(spoken, moment)
        said = say(actor, row, Kind.ENQUIRY, content, click=click, now=moment)
        return Begun(ThreadId(row.thread), said)

    return begin_once(actor, AuditAction.REFERRAL_ENQUIRY, enquiry.need, begin, click=click)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one of several enquiries: the thread that began, or the code of the refusal."""

    agency: AgencyId
    begun: Begun | None
    refused: str = ""


def enquire_each(
    actor: Actor,
    *,
    case: CaseId,
    to: Sequence[AgencyId],
    enquiry: Enquiry,
    urgency: str,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> list[Told]:
    """Ask several agencies, each in a thread and a transaction of its own: one that refuses keeps back no other.

    Raises DeniedError (no-leave, no-right), AbsentError, LockedAgencyError: these stop all.
    """
    told = []
    for agency in to:
        try:
            begun = enquire(
                actor, case=case, to=agency, enquiry=enquiry, urgency=urgency, click=click, now=now
            )
        except DeniedError as denied:
            if denied.code in {"no-leave", "no-right"}:
                raise
            told.append(Told(agency, None, denied.code))
        else:
            told.append(Told(agency, begun))
    return told


def begin_once(
    actor: Actor,
    action: AuditAction,
    purpose: str,
    begin: Callable[[audit.Entry], Begun],
    *,
    click: Click = NO_CLICK,
) -> Begun:
    """Begin a thread on the record; the same click again, in the same moment too, gives the thread that it began."""
    try:
        with audit.attempt(actor, action, purpose=purpose) as entry:
            return _begun_before(actor, click) or begin(entry)
    except IntegrityError:  # the same click in two hands at once: the other one began it
        begun = _begun_before(actor, click)
        if begun is None:
            raise
        return begun


def close(
    actor: Actor, *, thread: ThreadId, reason: str, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Close a thread; it reopens if the other side had said something that this side had not seen."""
    return speak(actor, thread, Kind.CLOSE, {"reason": reason}, click=click, now=now)


def let_go(actor: Actor, *, thread: ThreadId, now: datetime | None = None) -> None:
    """Put a thread aside whose first message the other node refused: nothing of it is anywhere but here.

    The person is asked for anew in a thread of its own. Raises AbsentError, DeniedError (no-right, begun: it is to be
    closed), LockedAgencyError.
    """
    with audit.attempt(actor, AuditAction.REFERRAL_CLOSE, reason="never-begun", now=now) as entry:
        row = lock_thread(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        casefile.case(actor, case_of(row))
        require(may_say(actor, Kind.CLOSE, SayingFacts(Side(row.side), frozen=False, on_the_case=True)))
        standing = {MessageRow.Standing.ADMITTED, MessageRow.Standing.WAITING}
        if row.packet_lives or row.out_since or row.messages.filter(standing__in=standing).exists():
            raise DeniedError("begun")
        row.state, row.owes, row.due_at = State.CLOSED, "", None
        row.save(update_fields=["state", "owes", "due_at"])


def _begun_before(actor: Actor, click: Click) -> Begun | None:
    message = said_before(actor, click)
    if message is None:
        return None
    thread = Sent.objects.values_list("thread", flat=True).get(agency_id=actor.agency, key=click.once)
    return Begun(ThreadId(thread), message)
