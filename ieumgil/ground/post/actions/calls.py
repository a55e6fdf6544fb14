"""Ring whoever is on duty until somebody answers: start, stop, and by the clock go on."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.post import gate
from ieumgil.ground.post.models import Call
from ieumgil.ground.post.rules import (
    Answered,
    CallState,
    DutyPhone,
    Gateway,
    Heard,
    NoAnswer,
    Ringing,
    Step,
    next_step,
    rung,
)
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.ground.vault.rules import ErasedError
from ieumgil.ground.words.queries import word
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require

LOG = logging.getLogger(__name__)
NOBODY = "nobody-answered"


def start_call(
    actor: Actor,
    *,
    subject: UUID,
    numbers: Sequence[DutyPhone],
    key: KeyId | None = None,
    now: datetime | None = None,
) -> UUID:
    """Begin to ring these numbers in their order, about something of the room above, in its attempt; gives the call.

    One that rings about it already is given again. `key`: whose ledger pseudonym the entries of the clock bear.
    Raises DeniedError (no-right, no-worker, no-duty-phone: there is no number to ring).
    """
    require(gate.may_ring(actor))
    begun = _ringing_about(actor, subject)
    if begun is not None:
        return begun
    try:
        with transaction.atomic():
            return _started(actor, subject, numbers, key, now or timezone.now())
    except IntegrityError:  # the same click in two hands at once: the other one began it
        begun = _ringing_about(actor, subject)
        if begun is None:
            raise
        return begun


def stop_call(actor: Actor, *, call: UUID, now: datetime | None = None) -> None:
    """Stop ringing, whoever of the agency started it. Raises AbsentError, DeniedError (no-right, call-over)."""
    moment = now or timezone.now()
    with audit.attempt(actor, AuditAction.CALL_STOP, now=now) as entry:
        row = _own(actor, call)
        entry.subject = _handle(actor.agency, row.key)
        require(gate.may_ring(actor))
        _end(row, CallState.CANCELLED, moment)
    _hush(call)


def answered(actor: Actor, *, call: UUID, number: str, now: datetime) -> None:
    """Note that somebody pressed 1 at a number: nothing rings any more. Raises AbsentError, DeniedError (call-over)."""
    with audit.attempt(actor, AuditAction.CALL_ANSWERED, now=now) as entry:
        row = _own(actor, call)
        entry.subject = _handle(actor.agency, row.key)
        whose = next((phone.agency for phone in row.phones if phone.number == number), None)
        _end(row, CallState.ANSWERED, now, answered_at=now, answered_by=whose)


def no_more_needed(agency: AgencyId, *, call: UUID, now: datetime) -> None:
    """Stop ringing, by the clock, because what it was about has been answered in another way."""
    actor = clock(agency)
    with suppress(DeniedError), audit.attempt(actor, AuditAction.CALL_STOP, reason="answered") as entry:
        row = _own(actor, call)
        entry.subject = _handle(agency, row.key)
        _end(row, CallState.CANCELLED, now)
    _hush(call)


def ring_on(*, now: datetime) -> int:
    """Go on, by the clock each few seconds, with every call that rings: ring again, ring the next, hear who answered.

    Gives how many phones were rung. It rings before it notes so: after a crash in between, the same phone rings once more.
    """
    return sum(
        _guarded(row, now) for row in Call.objects.filter(state=CallState.RINGING).order_by("started_at")
    )


def _guarded(row: Call, now: datetime) -> int:
    try:
        return _go_on(row, now)
    except (InterfaceError, OperationalError):
        raise  # the database went away: the next round does it all again
    except Exception as fault:  # noqa: BLE001  one call must not keep the others from ringing
        LOG.warning("a call could not go on: %s", type(fault).__name__)
        return 0


def _go_on(row: Call, now: datetime) -> int:
    heard = _heard(row.pk)
    if isinstance(heard, Answered):
        answered(clock(AgencyId(row.agency_id)), call=row.pk, number=heard.number, now=now)
        return 0
    step = next_step(row.turn, now, over=isinstance(heard, NoAnswer))
    if step is Step.RING:
        return _ring(row, now)
    if step is Step.NOBODY:
        _give_up(row, now)
    return 0


def _ring(row: Call, now: datetime) -> int:
    turn = rung(row.turn, now)
    words = {language: word("duty-call.words", language) for language in ("ko", "en")}
    rang = 1
    try:
        _gateway().ring(row.phones[turn.index].number, words, row.pk)
    except (InterfaceError, OperationalError):
        raise
    except Exception as fault:  # noqa: BLE001  a number that cannot be rung has had its try: the next ones must ring
        LOG.warning("a phone could not be rung: %s", type(fault).__name__)
        rang = 0
    unmoved = Call.objects.filter(pk=row.pk, state=CallState.RINGING, index=row.index, tries=row.tries)
    if not unmoved.update(index=turn.index, tries=turn.tries, last_ring_at=turn.last_ring_at):
        _hush_if_over(row.pk)
    return rang


def _give_up(row: Call, now: datetime) -> None:
    agency = AgencyId(row.agency_id)
    with audit.attempt(clock(agency), AuditAction.CALL_NOBODY, now=now) as entry:
        entry.subject = _handle(agency, row.key)
        _end(row, CallState.NOBODY, now)
        raise_alarm(agency, code=NOBODY, peer=None, subject=str(row.subject), now=now)
    _hush(row.pk)


def _gateway() -> Gateway:
    made: Gateway = import_string(settings.IEUMGIL_DUTY_GATEWAY)()
    return made


def _heard(call: UUID) -> Heard:
    try:
        return _gateway().heard(call)
    except (InterfaceError, OperationalError):
        raise
    except Exception as fault:  # noqa: BLE001  a line that is down says nothing: the rings go on by the clock
        LOG.warning("the phone gateway did not say: %s", type(fault).__name__)
        return Ringing()


def _hush_if_over(call: UUID) -> None:
    """End the ring that began in the moment in which somebody stopped the call."""
    if not Call.objects.filter(pk=call, state=CallState.RINGING).exists():
        _hush(call)


def _hush(call: UUID) -> None:
    try:
        _gateway().end(call)
    except (InterfaceError, OperationalError):
        raise
    except Exception as fault:  # noqa: BLE001  it stops by itself after 25 seconds
        LOG.warning("a phone could not be silenced: %s", type(fault).__name__)


def _started(
    actor: Actor, subject: UUID, numbers: Sequence[DutyPhone], key: KeyId | None, now: datetime
) -> UUID:
    if actor.worker is None:
        raise DeniedError("no-worker")
    if not numbers:
        raise DeniedError("no-duty-phone")
    listed = [[str(phone.agency), phone.number] for phone in dict.fromkeys(numbers)]
    made = Call(agency_id=actor.agency, subject=subject, key=key, numbers=listed, started_at=now)
    made.started_by_id = actor.worker
    made.save(force_insert=True)
    return made.pk


def _ringing_about(actor: Actor, subject: UUID) -> UUID | None:
    ringing = Call.objects.filter(agency_id=actor.agency, subject=subject, state=CallState.RINGING)
    return ringing.values_list("pk", flat=True).first()


def _own(actor: Actor, call: UUID) -> Call:
    row = Call.objects.filter(pk=call, agency_id=actor.agency).first()
    if row is None:
        raise AbsentError
    return row


def _end(row: Call, state: CallState, now: datetime, **facts: object) -> None:
    ringing = Call.objects.filter(pk=row.pk, state=CallState.RINGING)
    if not ringing.update(state=state, ended_at=now, **facts):
        raise DeniedError("call-over")


def _handle(agency: AgencyId, key: UUID | None) -> str | None:
    """Give the pseudonym of what the call is about; none while the agency is locked: its phones ring all the same."""
    if key is None:
        return None
    with suppress(LockedAgencyError, ErasedError, AbsentError):
        return vault.handle(agency, KeyId(key))
    return None
