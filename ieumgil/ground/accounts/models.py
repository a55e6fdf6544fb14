"""Tables of the agencies this node hosts and of their workers."""

import uuid
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from ieumgil.ground.accounts.rules import InvitationKind, Language, Role
from ieumgil.kernel.actor import AgencyClass


def _handle() -> str:
    return uuid.uuid4().hex


class Agency(models.Model):
    """A body that takes part and is hosted on this node."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name_en = models.CharField(max_length=120)
    name_ko = models.CharField(max_length=120)
    agency_class = models.CharField(max_length=16, choices=[(c.value, c.value) for c in AgencyClass])

    def __str__(self) -> str:
        return self.slug


class Worker(AbstractBaseUser):
    """Somebody who works for an agency; `handle` signs in, `ledger_handle` stands in the ledger instead of a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="workers")
    handle = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=120)
    ledger_handle = models.CharField(max_length=32, unique=True, default=_handle, editable=False)
    is_active = models.BooleanField(default=True)
    language = models.CharField(  # noqa: DJ001  null: not chosen yet, the browser's is taken
        max_length=2, choices=[(one.value, one.value) for one in Language], null=True
    )
    notice_address = models.EmailField(null=True)  # noqa: DJ001  null: no notices by e-mail

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    def __str__(self) -> str:
        return self.handle


class RoleHeld(models.Model):
    """A role that a worker holds from one day until another, or until it is taken back."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["worker", "role", "since"], name="role_held_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} since {self.since:%Y-%m-%d}"


class Invitation(models.Model):
    """A link that is good once: to join, or to enrol a new second factor once a second officer has approved it.

    Of the link's token only its hash is kept; one that was asked for and not yet approved has none.
    """

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="invitations")
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in InvitationKind])
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  null: not yet approved
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} made {self.made_at:%Y-%m-%d}"
