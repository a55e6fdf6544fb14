"""Tables of cases, their teams and what is sealed under each case's key."""

import uuid
from typing import ClassVar

from django.db import models

from ieumgil.casefile.rules import Stage

STAGES = [(stage.value, stage.value) for stage in Stage]


class Case(models.Model):
    """One person's case at one agency; nothing here says who the person is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=16)
    stage = models.CharField(max_length=16, choices=STAGES)
    key_id = models.UUIDField()
    holder = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "ref"], name="case_ref_once_per_agency"),
            models.UniqueConstraint(fields=["agency", "key_id"], name="case_has_a_key_of_its_own"),
            models.CheckConstraint(
                condition=models.Q(stage__in=[stage.value for stage in Stage]), name="case_at_a_known_stage"
            ),
            models.CheckConstraint(
                condition=models.Q(stage=Stage.CLOSED.value, closed_at__isnull=False)
                | (~models.Q(stage=Stage.CLOSED.value) & models.Q(closed_at__isnull=True)),
                name="case_closed_has_its_day",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "-opened_at", "-id"], name="case_newest_first"),
        ]

    def __str__(self) -> str:
        return self.ref


class CaseTeam(models.Model):
    """A worker who may see a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="team")
    worker = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["worker", "case"], name="case_team_once"),
        ]

    def __str__(self) -> str:
        return f"team of {self.case_id}"


class Identity(models.Model):
    """Who the person is, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="identity")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"identity of {self.case_id}"


class Fact(models.Model):
    """One field of the case other than identity (needs, safety, health), sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="facts")
    field = models.CharField(max_length=80)
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "field"], name="case_fact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.case_id}"


class Note(models.Model):
    """Words a worker wrote into the case, sealed; they never leave the agency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "at"], name="case_notes_in_order"),
        ]

    def __str__(self) -> str:
        return f"note in {self.case_id}"


class Draft(models.Model):
    """A worker's words kept because things had moved on, sealed under the case's key or the agency's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts", null=True)
    key_id = models.UUIDField()
    subject = models.CharField(max_length=120)
    why = models.CharField(max_length=40)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["worker", "-at"], name="draft_newest_first"),
        ]

    def __str__(self) -> str:
        return f"draft about {self.subject}"
