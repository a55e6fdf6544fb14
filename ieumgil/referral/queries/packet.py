"""Open a received packet: every opening is in the ledger before a field is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ieumgil.ground import rows
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.rules import time_text
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import FieldPath, KeyId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, Deny, require
from ieumgil.referral.gate import may_open_packet
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.moves import was_recalled
from ieumgil.referral.queries.rows import row_of
from ieumgil.referral.queries.sealed import content_of
from ieumgil.referral.rules import Side, State


@dataclass(frozen=True, slots=True)
class PacketView:
    """The fields of all packets of a thread, later ones over earlier; which purpose they may be read for, and no other."""

    purpose: PurposeCode
    fields: dict[FieldPath, Json]
    feedback: frozenset[str]
    not_after: str


def packet(
    actor: Actor, thread: ThreadId, *, asked_for: PurposeCode, now: datetime | None = None
) -> PacketView:
    """Give the packet as R holds it, for the purpose of its thread, until its time runs out or a recall has come.

    Raises AbsentError (none, erased, or not this agency's), DeniedError (recalled, no-right, other-purpose, packet-ran-out),
    LockedAgencyError.
    """
    with audit.attempt(actor, AuditAction.PACKET_OPEN, purpose=asked_for) as entry:
        row = row_of(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        state = State.RECALLED if was_recalled(row) else State(row.state)
        allowed = may_open_packet(actor, Side(row.side), state, lives=row.packet_lives)
        if allowed == Deny("absent"):
            raise AbsentError
        require(allowed)
        return read_packet(row, asked_for, time_text(now or timezone.now()))


def read_packet(row: ThreadRow, asked_for: PurposeCode, now: str) -> PacketView:
    """Open the packets of a thread that was found for the actor; raises AbsentError, DeniedError, LockedAgencyError."""
    bodies = [body for body in packets_in(row) if body["purpose"] == row.purpose]
    if bodies and asked_for != row.purpose:
        raise DeniedError("other-purpose")
    view: PacketView | None = None
    for body in bodies:
        if str(body["not_after"]) >= now:
            view = _merged(view, body)
    if view is None:
        raise DeniedError("packet-ran-out") if bodies else AbsentError
    return view


def packets_of(row: ThreadRow) -> list[MessageRow]:
    """Give the messages of a thread that brought a packet, oldest first."""
    brought = [
        message
        for message in rows.some(MessageRow, thread_id=row.pk, packet=True)
        if message.standing != MessageRow.Standing.REFUSED
    ]
    for message in brought:
        message.thread = row
    return sorted(brought, key=lambda message: (message.author, message.seq))


def packets_in(row: ThreadRow) -> Iterator[dict[str, Json]]:
    """Open the packets of a thread that are still there, oldest first; raises LockedAgencyError.

    What waits for a message before it is not of the thread yet.
    """
    for message in packets_of(row):
        if message.standing != MessageRow.Standing.ADMITTED:
            continue
        body = (content_of(message) or {}).get("packet")
        if isinstance(body, dict):
            yield body


def _merged(view: PacketView | None, body: dict[str, Json]) -> PacketView:
    fields, feedback = body["fields"], body["feedback"]
    if not isinstance(fields, dict) or not isinstance(feedback, list):
        raise AbsentError
    before = view.fields if view else {}
    return PacketView(
        PurposeCode(str(body["purpose"])),
        before | {FieldPath(path): value for path, value in fields.items()},
        frozenset(str(item) for item in feedback),
        str(body["not_after"]),
    )
