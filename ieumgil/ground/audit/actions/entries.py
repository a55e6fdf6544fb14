"""Write one entry at the end of a ledger, one writer at a time."""

import os
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ieumgil.ground.audit import rules
from ieumgil.ground.audit.models import LedgerEntry, LedgerHead
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.ids import AgencyId

ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in codes and pseudonyms: `subject` is a handle, never a name nor the id of a row."""

    action: AuditAction
    subject: str | None
    purpose: str | None = None
    reason: str | None = None


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
    frontier = head.tree.append(leaf)
    LedgerEntry.objects.create(agency_id=agency, seq=frontier.size, entry=data.decode(), leaf_hash=leaf)
    LedgerHead.objects.filter(pk=agency).update(size=frontier.size, frontier=frontier.to_bytes())
    return frontier.size


def locked_head(agency: AgencyId) -> LedgerHead:
    """Give the head of an agency's ledger, and make other writers wait until the transaction ends.

    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a ledger is written within a transaction")
    heads = LedgerHead.objects.select_for_update()
    head = heads.filter(pk=agency).first()
    if head is None:
        LedgerHead.objects.get_or_create(pk=agency)
        head = heads.get(pk=agency)
    return head


def _line(head: LedgerHead, actor_handle: str, event: Event, decision: str, at: datetime) -> rules.Entry:
    nonce = os.urandom(rules.NONCE_SIZE)
    return rules.Entry(
        seq=head.size + 1,
        t=rules.time_text(at),
        actor=actor_handle,
        agency=str(head.agency_id),
        action=event.action.value,
        subject=event.subject,
        purpose=event.purpose,
        decision=decision,
        reason_commit=None if event.reason is None else rules.commit_reason(nonce, event.reason),
        prev_checkpoint=head.newest,
        nonce=rules.to_base64(nonce),
    )
