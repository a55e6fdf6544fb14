"""Reads: a ledger as entries and as an export, and the checkpoints that partners keep of one another."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Max

from ieumgil.ground.audit import gate
from ieumgil.ground.audit.models import Checkpoint, LedgerEntry, LedgerHead, PeerCheckpoint
from ieumgil.ground.audit.rules import AuditAction, Entry, Frontier, read_entry, time_text
from ieumgil.ground.audit.verify.line import checkpoint_line, entry_line, head_line, held_line
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import require

PAGE = 100


def entries(
    actor: Actor,
    *,
    after: int = 0,
    limit: int = PAGE,
    action: AuditAction | None = None,
    subject: str | None = None,
) -> list[Entry]:
    """Give up to `limit` entries of the actor's own agency with a number above `after`, in their order.

    Raises DeniedError without the right to read the ledger.
    """
    require(gate.read_ledger(actor))
    rows = LedgerEntry.objects.filter(agency_id=actor.agency, seq__gt=after).order_by("seq")
    found: list[Entry] = []
    for text in rows.values_list("entry", flat=True).iterator():
        entry = read_entry(text.encode())
        if (action is None or entry.action == action) and (subject is None or entry.subject == subject):
            found.append(entry)
        if len(found) == limit:
            break
    return found


def head(agency: AgencyId) -> tuple[int, bytes]:
    """Give the size and the root of an agency's ledger; a ledger not begun has size 0."""
    row = LedgerHead.objects.filter(pk=agency).first()
    tree = row.tree if row else Frontier()
    return tree.size, tree.root()


def export(agency: AgencyId) -> Iterator[bytes]:
    """Give the whole ledger as lines for the verifier: the head, then entries, checkpoints among them.

    The lines hold pseudonyms and hashes only. Format: docs/protocol/ledger.md.
    """
    # Read in this order, whatever is written meanwhile can not look like something missing.
    checkpoints = list(Checkpoint.objects.filter(agency_id=agency).order_by("size", "made_at", "id"))
    top = LedgerEntry.objects.filter(agency_id=agency).aggregate(top=Max("seq"))["top"] or 0
    size, root = head(agency)
    keys = list(dict.fromkeys(bytes(row.key) for row in checkpoints))
    yield head_line(agency, size, root, keys)
    rows = LedgerEntry.objects.filter(agency_id=agency, seq__lte=max(top, size)).order_by("seq")
    for row in rows.iterator():
        while checkpoints and checkpoints[0].size < row.seq:
            yield checkpoint_line(checkpoints.pop(0).note)
        yield entry_line(row.entry.encode(), bytes(row.leaf_hash))
    for checkpoint in checkpoints:
        yield checkpoint_line(checkpoint.note)


def held(agency: AgencyId, peer: UUID | None = None) -> Iterator[bytes]:
    """Give the checkpoints of partners, or of one, that this agency keeps, as lines to hand over."""
    rows = PeerCheckpoint.objects.filter(agency_id=agency).order_by("peer", "size", "received_at")
    for row in rows if peer is None else rows.filter(peer=peer):
        yield held_line(row.note, row.peer, time_text(row.received_at))


def held_of(agency: AgencyId) -> list[str]:
    """Give the checkpoints of this agency's ledger that the other agencies of this node keep."""
    return list(PeerCheckpoint.objects.filter(peer=agency).order_by("size").values_list("note", flat=True))
