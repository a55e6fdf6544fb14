"""Tables of screenings and readings: what was concluded, beside the sealed answers it came from."""

import uuid
from typing import ClassVar

from django.db import models

from ieumgil.identification.rules import ConclusionCode, Outcome


class Screening(models.Model):
    """One screening at first contact; asking again makes another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casefile.Case", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    conclusion = models.CharField(max_length=16)
    rule_version = models.CharField(max_length=80)
    sealed = models.BinaryField()  # answers, own words, age and reasons

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "asked_at"], name="screenings_in_order"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The database, too, knows two conclusions only.
            models.CheckConstraint(
                condition=models.Q(conclusion__in=[code.value for code in ConclusionCode]),
                name="screening_concludes_protect_now_or_ask_again",
            ),
        ]

    def __str__(self) -> str:
        return f"screening of {self.case_id}"

    def place(self) -> tuple[str, str, uuid.UUID, uuid.UUID]:
        """Name the one place where the sealed bytes belong: model, field, row, case."""
        return "identification.screening", "sealed", self.id, self.case_id


class Reading(models.Model):
    """One reviewer's reading of the indicators; reading again makes another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casefile.Case", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=80)
    sealed = models.BinaryField()  # established and unknown codes, the reviewer's reasons, the reading

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "at"], name="readings_in_order")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=[outcome.value for outcome in Outcome]),
                name="reading_comes_to_a_known_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"reading of {self.case_id}"

    def place(self) -> tuple[str, str, uuid.UUID, uuid.UUID]:
        """Name the one place where the sealed bytes belong: model, field, row, case."""
        return "identification.reading", "sealed", self.id, self.case_id
