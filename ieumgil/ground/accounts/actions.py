"""Verbs on the rows of agencies and workers; `joining` above decides who may, and writes the ledger."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ieumgil.ground.accounts.models import Agency, Invitation, RoleHeld, Worker
from ieumgil.ground.accounts.rules import (
    INVITATION_LASTS,
    TOKEN_BYTES,
    InvitationKind,
    Language,
    Role,
    token_hash,
)
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import AbsentError


def host_agency(
    *, slug: str, name_en: str, name_ko: str, agency_class: AgencyClass, agency: UUID | None = None
) -> AgencyId:
    """Begin to host an agency on this node; done by whoever installs the node, before anybody can act."""
    made = Agency(slug=slug, name_en=name_en, name_ko=name_ko, agency_class=agency_class.value)
    if agency is not None:
        made.id = agency
    made.save(force_insert=True)
    return AgencyId(made.id)


@transaction.atomic
def invite_worker(
    *, agency: AgencyId, handle: str, display_name: str, roles: Iterable[Role], now: datetime | None = None
) -> WorkerId:
    """Make an account without a usable password (the invitation sets it) that holds the roles from now on."""
    worker = Worker(agency_id=agency, handle=handle, display_name=display_name)
    worker.set_unusable_password()
    worker.save(force_insert=True)
    since = now or timezone.now()
    RoleHeld.objects.bulk_create(RoleHeld(worker=worker, role=role.value, since=since) for role in roles)
    return WorkerId(worker.id)


@transaction.atomic
def take_back_role(*, agency: AgencyId, handle: str, role: Role, now: datetime | None = None) -> None:
    """End a role from now on; the next query of the worker already lacks it. Raises AbsentError for another agency's worker."""
    held = RoleHeld.objects.filter(
        worker__agency_id=agency, worker__handle=handle, role=role.value, until=None
    )
    if not held.update(until=now or timezone.now()):
        raise AbsentError


@transaction.atomic
def give_role(*, agency: AgencyId, handle: str, role: Role, now: datetime | None = None) -> None:
    """Give a role from now on; one that is held already stays. Raises AbsentError for another agency's worker."""
    worker, moment = _worker(agency, handle), now or timezone.now()
    if not worker.roles.filter(role=role.value, until=None).exists():
        RoleHeld.objects.create(worker=worker, role=role.value, since=moment)


@transaction.atomic
def add_invitation(
    *, agency: AgencyId, handle: str, made_by: WorkerId | None, now: datetime | None = None
) -> str:
    """Give the token of a link with which the worker sets a password, once, within 72 hours; an older link ends."""
    worker, moment = _worker(agency, handle), now or timezone.now()
    worker.invitations.filter(kind=InvitationKind.JOIN.value, used_at=None).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        worker=worker,
        kind=InvitationKind.JOIN.value,
        token_hash=token_hash(token),
        made_at=moment,
        made_by_id=made_by,
        until=moment + INVITATION_LASTS,
    )
    return token


@transaction.atomic
def ask_second_factor(
    *, agency: AgencyId, handle: str, asked_by: WorkerId, now: datetime | None = None
) -> None:
    """Keep that somebody asks for a new second factor for the worker; an older question that nobody approved ends."""
    worker, moment = _worker(agency, handle), now or timezone.now()
    kind = InvitationKind.NEW_SECOND_FACTOR.value
    worker.invitations.filter(kind=kind, approved_by=None).delete()
    Invitation.objects.create(
        worker=worker, kind=kind, made_at=moment, made_by_id=asked_by, until=moment + INVITATION_LASTS
    )


@transaction.atomic
def approve_second_factor(
    *, agency: AgencyId, handle: str, approved_by: WorkerId, now: datetime | None = None
) -> str:
    """Give the token of the link that was asked for, good once within 72 hours; an older link ends.

    Raises AbsentError if nobody asked, or more than 72 hours ago.
    """
    worker, moment = _worker(agency, handle), now or timezone.now()
    kind = InvitationKind.NEW_SECOND_FACTOR.value
    asked = (
        worker.invitations.select_for_update().filter(kind=kind, approved_by=None, until__gt=moment).first()
    )
    if asked is None:
        raise AbsentError
    worker.invitations.filter(kind=kind, used_at=None).exclude(approved_by=None).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    asked.token_hash, asked.until = token_hash(token), moment + INVITATION_LASTS
    asked.approved_by_id = approved_by
    asked.save()
    return token


def use_invitation(*, token: str, now: datetime) -> None:
    """Use a link up; raises AbsentError if it was used, ran out or never was. Of two at once, one is refused."""
    good = Invitation.objects.filter(token_hash=token_hash(token), used_at=None, until__gt=now)
    if not good.filter(worker__is_active=True).update(used_at=now):
        raise AbsentError


def end_invitations() -> int:
    """End every link of this node that was not used; after a restore, since one that was used may have come back."""
    return Invitation.objects.filter(used_at=None).exclude(token_hash=None).update(token_hash=None)


def set_password(*, agency: AgencyId, handle: str, password: str) -> None:
    """Set the worker's password; raises AbsentError for another agency's worker."""
    worker = _worker(agency, handle)
    worker.set_password(password)
    worker.save(update_fields=["password"])


def choose(*, agency: AgencyId, handle: str, language: Language | None, notice_address: str | None) -> None:
    """Keep in which language the worker reads and where notices without content go; nothing for none."""
    Worker.objects.filter(agency_id=agency, handle=handle).update(
        language=language.value if language else None, notice_address=notice_address or None
    )


@transaction.atomic
def close_account(*, agency: AgencyId, handle: str, now: datetime | None = None) -> None:
    """Close an account for good: no sign-in, no role, no open link. Raises AbsentError for another agency's worker."""
    worker = _worker(agency, handle)
    worker.is_active = False
    worker.set_unusable_password()
    worker.save(update_fields=["is_active", "password"])
    worker.roles.filter(until=None).update(until=now or timezone.now())
    worker.invitations.filter(used_at=None).delete()


def _worker(agency: AgencyId, handle: str) -> Worker:
    """Give the active worker, locked until the transaction ends."""
    row = Worker.objects.select_for_update().filter(agency_id=agency, handle=handle, is_active=True).first()
    if row is None:
        raise AbsentError
    return row
