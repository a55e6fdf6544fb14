"""Sign a checkpoint of one's own ledger; keep a partner's."""

from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ieumgil.ground import rows
from ieumgil.ground.accounts.queries import CLOCK
from ieumgil.ground.audit import note as notes
from ieumgil.ground.audit import rules
from ieumgil.ground.audit.actions.entries import Event, locked_head, name_newest, record
from ieumgil.ground.audit.models import Checkpoint, PeerCheckpoint
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.ids import AgencyId


class BrokenLedgerError(Exception):
    """The ledger is not the one that was signed before: nothing is signed until people looked into it."""


class Alarm(StrEnum):
    """How a partner's checkpoint contradicts one that was kept earlier."""

    SPLIT = "split"  # the same size with another root: the past was rewritten, or there are two ledgers
    WENT_BACK = "went-back"  # fewer entries than before: an old copy was restored, or the end was cut off


def checkpoint(agency: AgencyId, sign: notes.Signer, *, now: datetime | None = None) -> str:
    """Sign where the ledger stands, as a C2SP note; if it has not grown, give the note signed before.

    A new key signs anew. Raises BrokenLedgerError if the ledger is shorter than, or not, what was signed.
    """
    with transaction.atomic(savepoint=False):
        note = _signed(agency, sign, now or timezone.now())
    if note is None:
        raise BrokenLedgerError
    return note


def keep_peer_checkpoint(
    agency: AgencyId,
    peer: AgencyId,
    note: str,
    public_key: Ed25519PublicKey,
    *,
    late: bool = False,
    made_at: datetime | None = None,
    now: datetime | None = None,
) -> Alarm | None:
    """Keep a partner's checkpoint, whatever it says; give, and record, how it contradicts an earlier one.

    `late`: the note came with a message older than one already taken; a smaller size then means nothing.
    `made_at`: when the note was made at the earliest, clocks apart as they may be; a larger size that was kept after
    that means nothing either: the two crossed on the way.
    Raises NoteError, keeping nothing, unless the key has signed the note for the partner's own ledger.
    """
    told = notes.open_checkpoint(public_key, note)
    if told.origin != notes.origin_of(peer):
        raise notes.NoteError("it is of another ledger")
    alarm, known, at = None, False, now or timezone.now()
    with transaction.atomic(savepoint=False):
        locked_head(agency)
        kept = PeerCheckpoint.objects.filter(agency_id=agency, peer=peer)
        largest = rows.one(PeerCheckpoint, greatest="size", agency_id=agency, peer=peer)
        if largest is not None and largest.size >= told.size:
            alarm = _contradiction(kept, told, late=late, before=made_at)
            known = kept.filter(size=told.size, root=told.root).exists()
        if not known:
            theirs = PeerCheckpoint(agency_id=agency, peer=peer, size=told.size, root=told.root, note=note)
            theirs.received_at = at
            rows.add(theirs)
        if alarm is not None:
            record(agency, CLOCK, Event(AuditAction.LEDGER_ALARM, None), alarm.value, now=at)
    return alarm


def _signed(agency: AgencyId, sign: notes.Signer, at: datetime) -> str | None:
    head = locked_head(agency)
    size, root, key = head.tree.size, head.tree.root(), sign.public_key().public_bytes_raw()
    largest = rows.one(Checkpoint, greatest="size", agency_id=agency)
    if largest is not None and largest.size >= size:
        same = rows.some(Checkpoint, agency_id=agency, size=size)
        if largest.size > size or any(bytes(row.root) != root for row in same):
            return None
        for row in same:
            if bytes(row.key) == key:
                return row.note
    note = notes.sign_checkpoint(sign, notes.origin_of(agency), size, root)
    rows.add(Checkpoint(agency_id=agency, size=size, root=root, key=key, note=note, made_at=at))
    name_newest(agency, rules.checkpoint_name(size, root))
    return note


def _contradiction(
    kept: QuerySet[PeerCheckpoint], told: notes.Checkpoint, *, late: bool, before: datetime | None
) -> Alarm | None:
    if kept.filter(size=told.size).exclude(root=told.root).exists():
        return Alarm.SPLIT
    earlier = kept.filter(received_at__lt=before) if before else kept
    went_back = not late and earlier.filter(size__gt=told.size).exists()
    return Alarm.WENT_BACK if went_back else None
