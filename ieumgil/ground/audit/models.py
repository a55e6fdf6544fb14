"""Tables of the ledger; triggers refuse to change or remove a row of any of them but the head."""

import uuid
from typing import ClassVar

from django.db import models

from ieumgil.ground.audit.rules import Frontier


class LedgerEntry(models.Model):
    """One entry: its canonical bytes as text, and the leaf hash made when it was written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField()
    entry = models.TextField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "seq"], name="ledger_entry_once"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="ledger_entry_from_one"),
        ]

    def __str__(self) -> str:
        return f"entry {self.seq}"


class LedgerHead(models.Model):
    """Where the ledger of an agency stands: what one writer at a time locks, reads and moves on."""

    agency = models.OneToOneField(
        "accounts.Agency", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    newest = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null: there is no checkpoint yet

    def __str__(self) -> str:
        return f"{self.size} entries"

    @property
    def tree(self) -> Frontier:
        """Give the Merkle tree over the entries, as far as it is needed to go on."""
        return Frontier.from_bytes(self.size, bytes(self.frontier))


class Checkpoint(models.Model):
    """What this agency signed of its own ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    key = models.BinaryField(max_length=32)  # the public key that signed: keys change, notes stay
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "size", "key"], name="checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"checkpoint over {self.size}"


class PeerCheckpoint(models.Model):
    """What a partner signed of its ledger and this agency keeps, contradictions included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    peer = models.UUIDField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "peer", "size", "root"], name="peer_checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"checkpoint of {self.peer} over {self.size}"
