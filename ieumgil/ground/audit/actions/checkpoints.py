"""Sign a checkpoint of one's own ledger; keep a partner's."""

from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ieumgil.ground.accounts.queries import CLOCK
from ieumgil.ground.audit import note as notes
from ieumgil.ground.audit import rules
from ieumgil.ground.audit.actions.entries import Event, locked_head, record
from ieumgil.ground.audit.models import Checkpoint, LedgerHead, PeerCheckpoint
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.ids import AgencyId


class BrokenLedgerError(Exception):
    """The ledger is not the one that was signed before: nothing is signed until people looked into it."""


class Alarm(StrEnum):
    """How a partner's checkpoint contradicts one that was kept earlier."""

    SPLIT = "split"  # the same size with another root: the past was rewritten, or there are two ledgers
    WENT_BACK = "went-back"  # fewer entries than before: an old copy was restored, or the end was cut off


@transaction.atomic
def checkpoint(agency: AgencyId, sign: notes.Signer, *, now: datetime | None = None) -> str:
    """Sign where the ledger stands, as a C2SP note; if it has not grown, give the note signed before.

    A new key signs anew. Raises BrokenLedgerError if the ledger is shorter than, or not, what was signed.
    """
    head = locked_head(agency)
    root, key = head.tree.root(), sign.public_key().public_bytes_raw()
    signed = Checkpoint.objects.filter(agency_id=agency, size__gte=head.size)
    if any(row.size > head.size or bytes(row.root) != root for row in signed):
        raise BrokenLedgerError
    same = signed.filter(key=key).first()
    if same is not None:
        return same.note
    note = notes.sign_checkpoint(sign, notes.origin_of(agency), head.size, root)
    made_at = now or timezone.now()
    Checkpoint.objects.create(
        agency_id=agency, size=head.size, root=root, key=key, note=note, made_at=made_at
    )
    LedgerHead.objects.filter(pk=agency).update(newest=rules.checkpoint_name(head.size, root))
    return note


@transaction.atomic
def keep_peer_checkpoint(
    agency: AgencyId,
    peer: AgencyId,
    note: str,
    public_key: Ed25519PublicKey,
    *,
    late: bool = False,
    now: datetime | None = None,
) -> Alarm | None:
    """Keep a partner's checkpoint, whatever it says; give, and record, how it contradicts an earlier one.

    `late`: the note came with a message older than one already taken; a smaller size then means nothing.
    Raises NoteError, keeping nothing, unless the key has signed the note for the partner's own ledger.
    """
    told = notes.open_checkpoint(public_key, note)
    if told.origin != notes.origin_of(peer):
        raise notes.NoteError("it is of another ledger")
    locked_head(agency)
    alarm = _contradiction(agency, peer, told, late=late)
    at = now or timezone.now()
    PeerCheckpoint.objects.get_or_create(
        agency_id=agency,
        peer=peer,
        size=told.size,
        root=told.root,
        defaults={"note": note, "received_at": at},
    )
    if alarm is not None:
        record(agency, CLOCK, Event(AuditAction.LEDGER_ALARM, None), alarm.value, now=at)
    return alarm


def _contradiction(agency: AgencyId, peer: AgencyId, told: notes.Checkpoint, *, late: bool) -> Alarm | None:
    kept = PeerCheckpoint.objects.filter(agency_id=agency, peer=peer)
    if kept.filter(size=told.size).exclude(root=told.root).exists():
        return Alarm.SPLIT
    largest = kept.aggregate(largest=Max("size"))["largest"] or 0
    return Alarm.WENT_BACK if told.size < largest and not late else None
