"""Tables of wrapped keys, of destroyed ones and of name tokens; useless without an agency's open key."""

import uuid
from typing import ClassVar

from django.db import models

from ieumgil.ground.vault.rules import KeyKind


class WrappedKey(models.Model):
    """A key under its agency's key; the ordinary backup leaves this table out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in KeyKind])
    wrapped = models.BinaryField()
    version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in KeyKind]),
                name="vault_key_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} key {self.pk}"


class Tombstone(models.Model):
    """A key that was destroyed, so that no restored copy brings it back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    key_id = models.UUIDField()
    reason = models.CharField(max_length=120)
    destroyed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "key_id"], name="vault_key_destroyed_once"),
        ]

    def __str__(self) -> str:
        return f"tombstone of {self.key_id}"


class NameToken(models.Model):
    """A keyed hash of one form of a person's full name; it goes with the key.

    No foreign key: the table of keys is backed up and restored apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    key_id = models.UUIDField()
    case = models.UUIDField()
    token = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agency", "key_id", "case", "token"], name="vault_name_token_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "token"], name="vault_token_of_agency"),
        ]

    def __str__(self) -> str:
        return f"name token of {self.key_id}"
