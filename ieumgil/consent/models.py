"""Tables of what people agreed to and said no to; the words are sealed under the case's key."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class OfCase(models.Model):
    """What every table here has: whose it is, of which case, and the sealed words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casefile.Case", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        abstract = True


class GrantRow(OfCase):
    """One version of one consent; a change or a withdrawal is a row of its own."""

    grant = models.UUIDField()
    version = models.PositiveIntegerField()
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "grant", "version"], name="grant_version_once"),
            models.CheckConstraint(condition=Q(until__gt=F("given_at")), name="grant_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.grant} version {self.version}"


class Refusal(OfCase):
    """The person said no to an enquiry, to sharing or to a service."""

    refused_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"refusal {self.id}"


class LeaveToEnquire(OfCase):
    """The person agreed that agencies are asked without a name."""

    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"leave {self.id}"


class GuardianDoubt(OfCase):
    """From this moment the guardian is suspected: neither consents nor is told (Korean Act, art. 23(2))."""

    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"doubt {self.id}"
