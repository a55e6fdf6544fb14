"""Attempt something on the record: how every action of every room runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ieumgil.ground.accounts.queries import ledger_handle
from ieumgil.ground.audit.actions.entries import Event, HeldHeads, record
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError


@dataclass(slots=True)
class Entry:
    """What an attempt will be recorded with; may be filled in while it runs, once the case is known."""

    subject: str | None
    purpose: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Refusal:
    agency: AgencyId
    actor_handle: str
    event: Event
    code: str
    at: datetime


_refused: ContextVar[list[_Refusal] | None] = ContextVar("refused", default=None)


@contextmanager
def attempt(
    actor: Actor,
    action: AuditAction,
    *,
    subject: str | None = None,
    purpose: str | None = None,
    reason: str | None = None,
    now: datetime | None = None,
) -> Iterator[Entry]:
    """Run the block in one transaction that commits only together with its ledger entry.

    DeniedError, AbsentError and StaleError undo the block, are recorded in a transaction of their own with
    their code as the decision, and go on to the caller. Any other exception undoes the block and records
    nothing. An attempt within an attempt is part of the outer one: undone with it, its refusals kept with it.
    The outermost one must not stand in somebody else's transaction, which could undo a refusal: RuntimeError.
    """
    entry, handle, outer = Entry(subject, purpose, reason), ledger_handle(actor), _refused.get()
    kept: list[_Refusal] = [] if outer is None else outer
    token = _refused.set(kept)
    try:
        with transaction.atomic(durable=outer is None), HeldHeads():
            yield entry
            if outer is None:
                _record_all(kept)
            record(actor.agency, handle, _event(action, entry), now=now)
    except (DeniedError, AbsentError, StaleError) as refusal:
        at = now or timezone.now()
        kept.append(_Refusal(actor.agency, handle, _event(action, entry), refusal.code, at))
        if outer is None:
            with transaction.atomic(durable=True):
                _record_all(kept)
        raise
    finally:
        _refused.reset(token)


def _event(action: AuditAction, entry: Entry) -> Event:
    return Event(action, entry.subject, entry.purpose, entry.reason)


def _record_all(refusals: list[_Refusal]) -> None:
    for refusal in refusals:
        record(refusal.agency, refusal.actor_handle, refusal.event, refusal.code, now=refusal.at)
