"""Tables of threads, their messages, settlements of forks, and what the coordinator watches."""

import uuid
from typing import ClassVar, Final

from django.db import models

from ieumgil.referral.rules import Kind, Side, State

# What a work list shows, besides what waits for a receipt; each has an index that holds nothing else.
OWED: Final = models.Q(owes=models.F("side")) | models.Q(frozen=True)
OPEN: Final = ~models.Q(state=State.CLOSED.value) | models.Q(frozen=True)


class ThreadRow(models.Model):
    """One agency's copy of a thread; `state` and what follows it are the last fold, kept for work lists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.UUIDField()
    side = models.CharField(max_length=1, choices=[(s.value, s.value) for s in Side])
    peer = models.UUIDField()
    case = models.ForeignKey("casefile.Case", on_delete=models.PROTECT, related_name="+", null=True)
    onward_of = models.UUIDField(null=True)
    key = models.UUIDField()  # vault key of what is said in the thread, packets aside
    urgency = models.CharField(max_length=10)
    basis = models.JSONField()
    purpose = models.CharField(max_length=40, blank=True, default="")
    grants = models.JSONField(default=list)  # every consent that the packets rest on (F only)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in State])
    owes = models.CharField(max_length=1, blank=True, default="")
    before = models.CharField(max_length=12, blank=True, default="")
    missed = models.BooleanField(default=False)
    packet_lives = models.BooleanField(default=False)
    out_since = models.DateTimeField(null=True)  # F: a packet was signed for as kept and refused
    frozen = models.BooleanField(default=False)
    heads = models.JSONField(default=list)
    own_seq = models.PositiveIntegerField(default=0)
    own_last = models.CharField(max_length=64, blank=True, default="")
    void = models.JSONField(default=list)
    moved_by = models.CharField(max_length=64, blank=True, default="")
    # The peer's last message, as long as nobody here looked at it.
    news = models.CharField(max_length=64, null=True)  # noqa: DJ001  null: looked at; so a node of before can still write
    worker = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "thread"], name="thread_once_per_agency"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "due_at", "thread"], name="thread_owed", condition=OWED),
            models.Index(fields=["agency", "due_at", "thread"], name="thread_open", condition=OPEN),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.thread}"


class MessageRow(models.Model):
    """A message as one agency holds it: the signed header, and what it said, sealed."""

    class Standing(models.TextChoices):
        """What admission said of it."""

        ADMITTED = "admitted"
        WAITING = "waiting"
        REFUSED = "refused"

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=64)
    author = models.CharField(max_length=1, choices=[(s.value, s.value) for s in Side])
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in Kind])
    packet = models.BooleanField(default=False)
    header = models.TextField()
    signature = models.CharField(max_length=96)
    content = models.BinaryField(null=True)  # sealed; null once deleted or if nothing was said
    content_key = models.UUIDField(null=True)
    standing = models.CharField(max_length=10, choices=Standing.choices)
    reason = models.CharField(max_length=40, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "message_id"], name="message_once_per_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.author}{self.seq} {self.kind}"


class Sent(models.Model):
    """That a client's write was done: the same key again gives the same message, never a second one."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    message_id = models.CharField(max_length=64)
    thread = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "key"], name="sent_once_per_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Settlement(models.Model):
    """One agency's signed word on which twins of a forked thread do not stand."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="settlements")
    said_by = models.UUIDField()
    void = models.TextField()  # message ids, sorted, with commas between
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["thread", "said_by", "void"], name="settlement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.said_by} settles {self.thread_id}"


class Escalation(models.Model):
    """That a step was overdue and the coordinator was told, once a step and level."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="escalations")
    step = models.CharField(max_length=64)
    level = models.PositiveSmallIntegerField()
    watch_id = models.UUIDField(default=uuid.uuid4)
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["thread", "step", "level"], name="escalated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step[:8]} level {self.level}"


class PassedOn(models.Model):
    """That a worker passed a thread on to a colleague, with a note sealed under its key; both see it until it is taken."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="passings")
    giver = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    passed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    note = models.BinaryField(null=True)
    note_key = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["thread"], condition=models.Q(taken_at=None), name="passed_on_to_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} passed on"


class Noticed(models.Model):
    """Of which step of a thread the agency's own workers were told that something waits, and whether of its due time too."""

    thread = models.OneToOneField(
        ThreadRow, on_delete=models.CASCADE, related_name="noticed", primary_key=True
    )
    step = models.CharField(max_length=64)
    late = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.step[:8]} noticed"


class Watched(models.Model):
    """What the coordinator knows of an overdue step: who owes it, since when; no identity, language or need."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    watch_id = models.UUIDField()
    reported_by = models.UUIDField()
    owed_by = models.UUIDField()
    state = models.CharField(max_length=12)
    urgency = models.CharField(max_length=10)
    level = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "watch_id"], name="watched_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "due_at", "id"], name="watched_longest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.state} overdue"


class Opening(models.Model):
    """How often workers of a role opened the packets of a thread, and how often the referrer was told."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="openings")
    role = models.CharField(max_length=20)
    times = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["thread", "role"], name="opening_once_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.times}"


class Tally(models.Model):
    """How often an agency answered so in a month; it points to no thread and no person."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=60, blank=True, default="")
    need = models.CharField(max_length=40, blank=True, default="")
    region = models.CharField(max_length=60, blank=True, default="")
    band = models.CharField(max_length=10)
    times = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agency", "month", "kind", "reason", "need", "region", "band"], name="tally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.times}"


class Counted(models.Model):
    """What an agency told the coordinator of one month; small numbers were held back by the agency itself."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    told_by = models.UUIDField()
    month = models.CharField(max_length=7)
    rows = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "told_by", "month"], name="counted_once_per_month"),
        ]

    def __str__(self) -> str:
        return f"{self.told_by} {self.month}"


class DutyFollowed(models.Model):
    """That something was sent under a legal duty without consent: who decided, and the second worker who reviewed it."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(ThreadRow, on_delete=models.PROTECT, related_name="duties")
    article = models.CharField(max_length=120)
    ground = models.CharField(max_length=20)
    decided_by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    review_due = models.DateTimeField()
    reviewed_by = models.ForeignKey("accounts.Worker", on_delete=models.PROTECT, related_name="+", null=True)
    reviewed_at = models.DateTimeField(null=True)
    upheld = models.BooleanField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency", "reviewed_at", "review_due"], name="duty_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.article}"
