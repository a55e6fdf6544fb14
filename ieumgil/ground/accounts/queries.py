"""Reads: who an actor is, and which agencies this node hosts."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone

from ieumgil.ground.accounts.models import Agency, Worker
from ieumgil.ground.accounts.rules import Role, rights_of
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import AbsentError

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """What others are told of a hosted agency: its short name, its names, its class."""

    slug: str
    name_en: str
    name_ko: str
    agency_class: AgencyClass


def actor_for(handle: str, *, now: datetime | None = None) -> Actor:
    """Give the facts about a worker who acts now; raises AbsentError if there is no such active worker."""
    moment = now or timezone.now()
    worker = Worker.objects.filter(handle=handle, is_active=True).first()
    if worker is None:
        raise AbsentError
    held = worker.roles.filter(since__lte=moment).filter(Q(until=None) | Q(until__gt=moment))
    roles = sorted(Role(role) for role in held.values_list("role", flat=True))
    role = roles[0].value if roles else "none"
    return Actor(AgencyId(worker.agency_id), WorkerId(worker.id), rights_of(roles), role)


def clock(agency: AgencyId) -> Actor:
    """Give the node's clock as an actor of an agency: it holds no right, so only what asks for none may use it."""
    return Actor(agency, None, frozenset(), CLOCK)


def ledger_handle(actor: Actor) -> str:
    """Give the pseudonym under which the actor stands in the ledger."""
    return CLOCK if actor.worker is None else _ledger_handle(actor.worker)


@lru_cache(maxsize=4096)  # a worker's never changes
def _ledger_handle(worker: WorkerId) -> str:
    return str(Worker.objects.values_list("ledger_handle", flat=True).get(pk=worker))


def hosted() -> list[Agency]:
    """Give the agencies hosted on this node, by slug."""
    return list(Agency.objects.order_by("slug"))


def hosted_agency(slug: str) -> Agency:
    """Give one hosted agency by its slug; raises AbsentError."""
    agency = Agency.objects.filter(slug=slug).first()
    if agency is None:
        raise AbsentError
    return agency


def agency_facts(agency: AgencyId) -> AgencyFacts:
    """Give what others are told of a hosted agency; raises AbsentError."""
    row = Agency.objects.filter(pk=agency).first()
    if row is None:
        raise AbsentError
    return AgencyFacts(row.slug, row.name_en, row.name_ko, AgencyClass(row.agency_class))


def is_hosted(agency: AgencyId) -> bool:
    """Say whether this node hosts the agency."""
    return Agency.objects.filter(pk=agency).exists()


def shares_a_node_badly() -> bool:
    """Say whether bodies of protection and of enforcement share this node (they should not: referral thread, *node*)."""
    classes = set(Agency.objects.values_list("agency_class", flat=True))
    return {AgencyClass.PROTECTION, AgencyClass.ENFORCEMENT} <= classes
