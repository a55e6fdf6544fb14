"""The agreements that the agencies of this node have loaded, each its own copy."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Agreement(models.Model):
    """A version of an agreement as one agency loaded it, in the canonical JSON it came as; its words never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    for_parties = models.BooleanField()  # its coordinator loaded it: it counts for every party hosted here
    agreement = models.UUIDField()
    version = models.PositiveIntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    loaded_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "agreement", "version"], name="agreement_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} version {self.version}"
