"""Table of services delivered; what was noted is sealed under the case's key."""

import uuid
from typing import ClassVar

from django.db import models


class ServiceDelivery(models.Model):
    """One service given to one person, from its start to its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casefile.Case", on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(null=True)  # the note, if there is one

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "service"],
                condition=models.Q(ended_at=None),
                name="service_runs_once_in_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="service_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} in {self.case_id}"
