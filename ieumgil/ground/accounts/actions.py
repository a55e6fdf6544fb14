"""Verbs: host an agency, invite a worker, give and take back a role."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ieumgil.ground.accounts.models import Agency, RoleHeld, Worker
from ieumgil.ground.accounts.rules import Role
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
