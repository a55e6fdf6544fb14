"""Tables of keys, cards and the roll; of what goes out, what came in, what was refused, and alarms."""

import uuid
from typing import ClassVar

from django.db import models


class AgencyKey(models.Model):
    """A private key of a hosted agency, sealed under its AGENCY key in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    ident = models.CharField(max_length=32)  # hex of the first 16 bytes of SHA-256 of the public key
    use = models.CharField(max_length=8, choices=[("sign", "sign"), ("seal", "seal"), ("log", "log")])
    suite = models.PositiveSmallIntegerField(default=0)
    public = models.TextField()
    vault_key = models.UUIDField()
    sealed_private = models.BinaryField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # no more on the newest card; still opens what was under way

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "ident"], name="agency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.ident}"


class Card(models.Model):
    """A signed card of any agency, own or another's; the newest version that the roll lists is the one in force."""

    agency_ref = models.UUIDField()
    version = models.PositiveIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the body
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency_ref", "version"], name="card_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_ref} v{self.version}"


class RollVersion(models.Model):
    """A coordinator-signed list of cards as this node took it; versions only grow."""

    roll = models.UUIDField()
    version = models.PositiveIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the body
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["roll", "version"], name="roll_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.roll} v{self.version}"


class PeerLink(models.Model):
    """The numbering of bundles between a hosted agency and a peer: delivery only, a thread has its own."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    peer = models.UUIDField()
    out_seq = models.PositiveBigIntegerField(default=0)
    out_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "peer"], name="peer_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} to {self.peer}"


class OutboxItem(models.Model):
    """Sealed bytes that must reach a peer; retried with the same bytes until the peer's signed receipt is kept."""

    class State(models.TextChoices):
        """Where delivery stands; `delivered` only after a signed receipt."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    peer = models.UUIDField()
    bundle_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    subject = models.UUIDField(null=True)  # the thread it belongs to, for the room that sent it
    seq = models.PositiveBigIntegerField()
    body_hash = models.CharField(max_length=64)
    sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    receipt = models.BinaryField(null=True)  # the peer's signed receipt, kept as proof

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "peer", "bundle_id"], name="outbox_bundle_once"),
            models.UniqueConstraint(
                fields=["agency", "peer", "seq"], condition=models.Q(seq__gt=0), name="outbox_seq_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "next_try_at"], name="outbox_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.bundle_id[:8]}"


class InboxItem(models.Model):
    """What came in and was kept: proof against replay, and the receipt to give again for the same bundle."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    peer = models.UUIDField()
    bundle_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    seq = models.PositiveBigIntegerField()
    prev_hash = models.CharField(max_length=64, blank=True, default="")
    own_hash = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    receipt = models.BinaryField(null=True)  # sealed to the peer

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "peer", "bundle_id"], name="inbox_bundle_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "peer", "seq"], name="inbox_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.bundle_id[:8]}"


class SealedArrival(models.Model):
    """Bytes that came for an agency while it was locked; opened, answered and discarded once it is unlocked."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    arrived_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "sha256"], name="sealed_arrival_once"),
        ]

    def __str__(self) -> str:
        return self.sha256[:8]


class Refused(models.Model):
    """That something was refused, and why; nothing else of it is kept."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+", null=True)
    peer = models.UUIDField(null=True)
    reason = models.CharField(max_length=40)
    sha256 = models.CharField(
        max_length=64, blank=True
    )  # empty for junk of nobody knows whom, which is only counted
    times = models.PositiveIntegerField(default=1)
    refused_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reason


class Alarm(models.Model):
    """Something that people must look into: a fork, a rewritten log, one id with two contents."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    peer = models.UUIDField(null=True)
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, blank=True, default="")
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agency", "code", "subject"],
                condition=models.Q(settled_at=None),
                name="alarm_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code
