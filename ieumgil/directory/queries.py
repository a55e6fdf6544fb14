"""Reads: the agency's services, whether they can take, and, on the record, where one is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ieumgil.directory.gate import may_read_location
from ieumgil.directory.models import Service, ShelterLocation
from ieumgil.directory.rules import Answer, Enquiry, Offer, admits_from, answer
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import Context
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError, require


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service as its own agency sees it; where it is stands nowhere here."""

    id: UUID
    code: str
    name_en: str
    name_ko: str
    offer: Offer
    places_total: int | None


def services(actor: Actor) -> list[ServiceView]:
    """Give the services of the actor's agency, by code."""
    return [_view(row) for row in Service.objects.filter(agency=actor.agency).order_by("code")]


def can_take(actor: Actor, enquiry: Enquiry, *, now: datetime | None = None) -> list[tuple[str, Answer]]:
    """Give the code and the answer of each own service for the need, those that can take first."""
    moment = now or timezone.now()
    rows = Service.objects.filter(agency=actor.agency, category=enquiry.need).order_by("code")
    answers = [(row.code, answer(_offer(row), enquiry, moment)) for row in rows]
    return sorted(answers, key=lambda given: len(given[1].reasons))


@dataclass(frozen=True, slots=True)
class HereView:
    """The best answer of another agency of this node, and as of when; how many places it has stays with it."""

    agency: AgencyId
    answer: Answer
    confirmed_at: datetime


def answers_here(actor: Actor, enquiry: Enquiry, *, now: datetime | None = None) -> list[HereView]:
    """Give, for each other agency of this node that serves the need, its best answer to an enquiry without a name.

    Only whether it could take and as of when is told: not how many places, and never where.
    """
    moment = now or timezone.now()
    best: dict[AgencyId, HereView] = {}
    for row in Service.objects.filter(category=enquiry.need).exclude(agency=actor.agency).order_by("code"):
        view = HereView(AgencyId(row.agency_id), answer(_offer(row), enquiry, moment), row.confirmed_at)
        held = best.get(view.agency)
        if held is None or len(view.answer.reasons) < len(held.answer.reasons):
            best[view.agency] = view
    return list(best.values())


def location(actor: Actor, service: str, *, reason: str) -> str:
    """Give where an own service is, on the record; DeniedError, AbsentError, LockedAgencyError."""
    with attempt(actor, AuditAction.LOCATION_READ, reason=reason) as entry:
        require(may_read_location(actor, reason))
        row = ShelterLocation.objects.filter(agency=actor.agency, service__code=service).first()
        if row is None:
            raise AbsentError
        key = KeyId(row.key_id)
        entry.subject = vault.handle(actor.agency, key)
        return vault.get(actor.agency, key, place(row), bytes(row.sealed)).decode()


def place(row: ShelterLocation) -> Context:
    """Give the one place where a sealed address belongs."""
    return Context("directory.shelterlocation", "sealed", row.pk, row.service_id)


def _view(row: Service) -> ServiceView:
    return ServiceView(row.pk, row.code, row.name_en, row.name_ko, _offer(row), row.places_total)


def _offer(row: Service) -> Offer:
    return Offer(
        category=row.category,
        regions=frozenset(row.regions),
        languages=frozenset(row.languages),
        admits=admits_from(row.admits),
        places_free=row.places_free,
        confirmed_at=row.confirmed_at,
    )
