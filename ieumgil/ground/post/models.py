"""Tables of notices, of calls to whoever is on duty, and of the stand-in's phones; no word about anybody is in them."""

import uuid
from typing import ClassVar

from django.db import models

from ieumgil.ground.post.rules import CallState, DutyPhone, Turn
from ieumgil.kernel.ids import AgencyId


class Notice(models.Model):
    """That something waits for a worker: said on screen until it is seen, and by mail where there is mail."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey("accounts.Worker", on_delete=models.CASCADE, related_name="+")
    wanted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["worker"],
                condition=models.Q(sent_at=None, failed_at=None),
                name="notice_waits_once_per_worker",
            ),
        ]

    def __str__(self) -> str:
        return f"notice of {self.wanted_at:%Y-%m-%d}"


class Call(models.Model):
    """Numbers of people on duty, rung one after another; `subject` is the mark of the room above, `key` its vault key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    subject = models.UUIDField()
    key = models.UUIDField(null=True)
    numbers = models.JSONField()  # [[agency, number], …] in the order in which they ring
    index = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in CallState], default=CallState.RINGING.value
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    last_ring_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)  # the agency whose phone it was
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agency", "subject"],
                condition=models.Q(state=CallState.RINGING.value),
                name="call_rings_once_per_subject",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "started_at"], name="call_ringing"),
            models.Index(fields=["agency", "subject"], name="call_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.state} since {self.started_at:%Y-%m-%d}"

    @property
    def phones(self) -> tuple[DutyPhone, ...]:
        """Give the numbers in their order."""
        return tuple(DutyPhone(AgencyId(uuid.UUID(agency)), number) for agency, number in self.numbers)

    @property
    def turn(self) -> Turn:
        """Give whose turn it is, for the rule."""
        return Turn(len(self.numbers), self.started_at, self.index, self.tries, self.last_ring_at)


class Ring(models.Model):
    """What a phone of the stand-in shows: the last ring of a call, and whether somebody pressed 1."""

    call = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40)
    rang_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"ring of {self.rang_at:%Y-%m-%d}"
