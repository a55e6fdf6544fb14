"""What the receiver answers: can take, cannot take, ask back, accept, decline, arrived, progress, outcome."""

from datetime import datetime
from uuid import UUID

from ieumgil.casefile.actions import open_case
from ieumgil.casefile.rules import Stage
from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, MessageId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions.say import NO_CLICK, Click, Content, speak
from ieumgil.referral.contents import Spoken, spoken_part
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.packet import packets_in
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.rules import Kind


def can_take(
    actor: Actor,
    *,
    thread: ThreadId,
    place_until: datetime,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Say that the person can be taken, and until when the place is kept; `spoken`: it was said before, and how."""

    def content(_row: ThreadRow, moment: datetime) -> dict[str, Json]:
        return {"place_until": time_text(place_until), **spoken_part(spoken, moment)}

    return speak(actor, thread, Kind.CAN_TAKE, content, click=click, now=now)


def cannot_take(
    actor: Actor,
    *,
    thread: ThreadId,
    reason: str,
    suggested: tuple[AgencyId, ...] = (),
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Say that the person cannot be taken, with a reason's code ("safety" says no more) and who else might."""
    return speak(actor, thread, Kind.CANNOT_TAKE, _no(reason, suggested), click=click, now=now)


def query(
    actor: Actor, *, thread: ThreadId, question: str, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Ask the referrer something that is needed to decide or to help."""
    kept = Click(click.heads, click.once, click.words or question)
    return speak(actor, thread, Kind.QUERY, {"question": question}, click=kept, now=now)


def accept(
    actor: Actor,
    *,
    thread: ThreadId,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> tuple[MessageId, CaseId]:
    """Accept the referral and open a case of one's own, which points to the packet and never copies it."""

    def content(row: ThreadRow, moment: datetime) -> dict[str, Json]:
        if row.case_id is None:
            row.case_id = open_case(actor, stage=Stage.ASSISTANCE, now=now)
            row.save(update_fields=["case"])
        return spoken_part(spoken, moment)

    message = speak(actor, thread, Kind.ACCEPT, content, click=click, now=now)
    return message, case_of(row_of(actor, thread))


def decline(
    actor: Actor,
    *,
    thread: ThreadId,
    reason: str,
    suggested: tuple[AgencyId, ...] = (),
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Decline the referral, or say that one is no longer able to take the person."""
    return speak(actor, thread, Kind.DECLINE, _no(reason, suggested), click=click, now=now)


def arrived(
    actor: Actor,
    *,
    thread: ThreadId,
    at: datetime | None = None,
    spoken: Spoken | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Say that the person is here; also after NOT ARRIVED, and after that was closed while the packet lives."""

    def content(_row: ThreadRow, moment: datetime) -> dict[str, Json]:
        return {"at": time_text(at or moment), **spoken_part(spoken, moment)}

    return speak(actor, thread, Kind.ARRIVED, content, click=click, now=now)


def not_arrived(
    actor: Actor, *, thread: ThreadId, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Say that the person has not come: a safety event, which the referrer now owes a step on."""
    return speak(actor, thread, Kind.NOT_ARRIVED, {}, click=click, now=now)


def progress(
    actor: Actor, *, thread: ThreadId, code: str, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Tell the referrer how it goes, as far as the person agreed; raises DeniedError(no-feedback) otherwise."""
    return speak(actor, thread, Kind.PROGRESS, _as_agreed("progress", code), click=click, now=now)


def outcome(
    actor: Actor, *, thread: ThreadId, code: str, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Tell the referrer the outcome: without the person's agreement to that, only that it ended ("ended")."""
    return speak(
        actor, thread, Kind.OUTCOME, _as_agreed("outcome", code, otherwise="ended"), click=click, now=now
    )


def ask_onward(
    actor: Actor,
    *,
    thread: ThreadId,
    to: UUID,
    purpose: PurposeCode,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Ask the referrer whether the person may be referred onward to a third agency, for a purpose."""
    content: dict[str, Json] = {"to": str(to), "purpose": purpose}
    return speak(actor, thread, Kind.ASK_ONWARD, content, click=click, now=now)


def _as_agreed(what: str, code: str, otherwise: str | None = None) -> Content:
    def content(row: ThreadRow, _now: datetime) -> dict[str, Json]:
        if what in _feedback(row):
            return {"code": code}
        if otherwise is None:
            raise DeniedError("no-feedback")
        return {"code": otherwise}

    return content


def _feedback(row: ThreadRow) -> set[str]:
    agreed: set[str] = set()
    for packet in packets_in(row):
        if isinstance(packet["feedback"], list):
            agreed |= {str(item) for item in packet["feedback"]}
    return agreed


def _no(reason: str, suggested: tuple[AgencyId, ...]) -> dict[str, Json]:
    return {"reason": reason, "suggested": [str(agency) for agency in suggested]}
