"""Write one entry at the end of a ledger, one writer at a time."""

import os
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ieumgil.ground import rows
from ieumgil.ground.audit import rules
from ieumgil.ground.audit.models import LedgerEntry, LedgerHead
from ieumgil.ground.audit.rules import AuditAction, Frontier
from ieumgil.kernel.ids import AgencyId

ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in codes and pseudonyms: `subject` is a handle, never a name nor the id of a row."""

    action: AuditAction
    subject: str | None
    purpose: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger stands in a transaction that has locked it; `saved`: whether its row says so."""

    agency: AgencyId
    tree: Frontier
    newest: str | None  # checkpoint
    saved: bool = True


class MovedLedgerError(Exception):
    """The ledger does not stand where this transaction has left it: what was undone in between was not forgotten."""


_held: ContextVar[dict[AgencyId, Head] | None] = ContextVar("held", default=None)


def record(
    agency: AgencyId,
    actor_handle: str,
    event: Event,
    decision: str = ALLOW,
    *,
    now: datetime | None = None,
) -> int:
    """Write one entry at the end of an agency's ledger, in the caller's transaction; give its number.

    One writer at a time: the others wait until the transaction ends. Raises TransactionManagementError
    outside a transaction, MalformedEntryError for what has no place in an entry.
    """
    head = locked_head(agency)
    data = rules.write_entry(_line(head, actor_handle, event, decision, now or timezone.now()))
    leaf = rules.leaf_hash(data)
    tree = head.tree.append(leaf)
    rows.add(LedgerEntry(agency_id=agency, seq=tree.size, entry=data.decode(), leaf_hash=leaf))
    _save(replace(head, tree=tree), at=head.tree.size)
    return tree.size


def locked_head(agency: AgencyId) -> Head:
    """Give the head of an agency's ledger, and make other writers wait until the transaction ends.

    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a ledger is written within a transaction")
    held = _held.get()
    head = held.get(agency) if held else None
    if head is None:
        head = _read(agency)
        _hold(head)
    return head


def name_newest(agency: AgencyId, checkpoint: str) -> None:
    """Note the newest checkpoint; within an attempt it is written along with the entry that ends it."""
    named = replace(locked_head(agency), newest=checkpoint, saved=False)
    if not _hold(named):
        _save(named, at=named.tree.size)


class HeldHeads(AbstractContextManager[None]):
    """Hold, for one attempt, what its transaction has locked; what an attempt within it changed and undid is forgotten."""

    def __enter__(self) -> None:
        """Begin with what the attempt around it holds."""
        self._outer = _held.get()
        self._inner = dict(self._outer or {})
        self._token = _held.set(self._inner)

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        """Give what was changed to the attempt around it, or write what is not written yet."""
        try:
            if fault is None and self._outer is not None:
                self._outer.update(self._inner)
            elif fault is None:
                for head in [head for head in self._inner.values() if not head.saved]:
                    _save(head, at=head.tree.size)
        finally:
            _held.reset(self._token)


def _read(agency: AgencyId) -> Head:
    row = rows.one(LedgerHead, lock=True, agency_id=agency)
    if row is None:
        LedgerHead.objects.get_or_create(pk=agency)
        return _read(agency)
    return Head(agency, row.tree, row.newest)


def _hold(head: Head) -> bool:
    held = _held.get()
    if held is not None:
        held[head.agency] = head
    return held is not None


def _save(head: Head, *, at: int) -> None:
    by = {"agency_id": head.agency, "size": at}
    tree = head.tree
    if not rows.change(LedgerHead, by, size=tree.size, frontier=tree.to_bytes(), newest=head.newest):
        raise MovedLedgerError
    _hold(replace(head, saved=True))


def _line(head: Head, actor_handle: str, event: Event, decision: str, at: datetime) -> rules.Entry:
    nonce = os.urandom(rules.NONCE_SIZE)
    return rules.Entry(
        seq=head.tree.size + 1,
        t=rules.time_text(at),
        actor=actor_handle,
        agency=str(head.agency),
        action=event.action.value,
        subject=event.subject,
        purpose=event.purpose,
        decision=decision,
        reason_commit=None if event.reason is None else rules.commit_reason(nonce, event.reason),
        prev_checkpoint=head.newest,
        nonce=rules.to_base64(nonce),
    )
