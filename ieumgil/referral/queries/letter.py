"""What stands on a letter about a thread: who asks whom for what, under which reference; fields only if asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.utils import timezone

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.documents.queries import require_ready
from ieumgil.ground.exchange.rules import time_text
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, FieldPath, KeyId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import DeniedError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.moves import was_recalled
from ieumgil.referral.queries.packet import packet, read_packet
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.rules import Side

NOTHING: Mapping[FieldPath, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter from the referrer to the receiver; `reference` is the thread's, which both nodes know and nobody else."""

    reference: ThreadId
    sender: AgencyId
    receiver: AgencyId
    purpose: PurposeCode
    urgency: str
    basis: str
    due_at: datetime | None
    fields: Mapping[FieldPath, Json]

    @property
    def ref(self) -> str:
        """The first signs of the thread's id, as work lists show them on both sides."""
        return str(self.reference)[:8].upper()


def letter(
    actor: Actor, thread: ThreadId, *, with_packet: bool = False, now: datetime | None = None
) -> Letter:
    """Give what a letter says: no identity, unless `with_packet` encloses what the thread has already sent, no more and no less.

    Making it is on record, and so is opening the packet for it. Raises AbsentError (also: no packet), DeniedError (no-right,
    recalled, packet-ran-out, no-pango), LockedAgencyError.
    """
    reason = "letter-with-packet" if with_packet else "letter"
    with audit.attempt(actor, AuditAction.DOCUMENT_MAKE, reason=reason) as entry:
        row = row_of(actor, thread)
        entry.subject, entry.purpose = vault.handle(actor.agency, KeyId(row.key)), row.purpose
        require(actor.may(Permission.REFERRAL_READ))
        if row.side == Side.F:
            casefile.case(actor, case_of(row))
        require_ready()
        ends = AgencyId(row.agency_id), AgencyId(row.peer)
        sender, receiver = ends if row.side == Side.F else ends[::-1]
        return Letter(
            reference=ThreadId(row.thread),
            sender=sender,
            receiver=receiver,
            purpose=PurposeCode(row.purpose),
            urgency=row.urgency,
            basis=str(row.basis["kind"]),
            due_at=row.due_at,
            fields=_enclosed(actor, row, now or timezone.now()) if with_packet else NOTHING,
        )


def _enclosed(actor: Actor, row: ThreadRow, now: datetime) -> Mapping[FieldPath, Json]:
    purpose = PurposeCode(row.purpose)
    if row.side == Side.R:
        return packet(actor, ThreadId(row.thread), asked_for=purpose, now=now).fields
    if was_recalled(row):
        raise DeniedError("recalled")
    with audit.attempt(actor, AuditAction.PACKET_OPEN, purpose=purpose) as entry:
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        return read_packet(row, purpose, time_text(now)).fields
