"""Who can be asked for a person, on what basis and until when; and who was asked for a case already."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import Basis, Urgency
from ieumgil.casefile import queries as casefile
from ieumgil.directory import queries as directory
from ieumgil.directory.queries import HereView
from ieumgil.directory.rules import enquiry_from
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.cards import AgencyCard
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.deadlines import due_in
from ieumgil.referral.enquiry import Enquiry, coarsened, known_from
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.basis import first_covering, limits_in
from ieumgil.referral.queries.region import common_values
from ieumgil.referral.rules import Side, State


@dataclass(frozen=True, slots=True)
class Asked:
    """A thread that was begun for a case: with whom, where it stands, whose turn it is and until when."""

    thread: ThreadId
    peer: AgencyId
    purpose: str
    state: str
    ours: bool
    due_at: datetime | None
    urgency: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Askable:
    """An agency that may be asked for a need: the basis that holds, and until when it would owe the answer.

    `here`: its own answer, where its services are on this node. `asked`: a thread for this case that is still open.
    """

    agency: AgencyId
    card: AgencyCard
    basis: Basis
    due: datetime | None
    here: HereView | None = None
    asked: Asked | None = None


def known_for(actor: Actor, case: CaseId, *, now: datetime) -> Enquiry:
    """Give what the case knows of what an enquiry asks, in codes: a proposal to look at. AbsentError, DeniedError."""
    person = casefile.identity(actor, case)
    ages = person.birth.ages_on(now.date()) if person else None
    sex = person.sex.value if person and person.sex else None
    span = (ages.least, ages.most) if ages else None
    facts = {str(path): value for path, value in casefile.facts(actor, case).items()}
    return known_from(facts, ages=span, sex=sex, needs=agreements.purposes().keys(), regions=regions())


def regions() -> frozenset[str]:
    """Give the codes of the regions of this node's country."""
    return frozenset(row["code"] for row in agreements.country(settings.IEUMGIL_COUNTRY)["regions"])


def as_it_travels(enquiry: Enquiry) -> Enquiry:
    """Give an enquiry as the agency asked will see it: what is rare in the region goes as "ask-later"."""
    return coarsened(enquiry, common_values(enquiry.region))


def askable(
    actor: Actor, case: CaseId, *, enquiry: Enquiry, urgency: Urgency, now: datetime
) -> list[Askable]:
    """Give every agency on the roll that may be asked for this need, those first that say on this node that they can take.

    The queries do not grow with the roll. Raises AbsentError, DeniedError(no-right).
    """
    with audit.attempt(actor, AuditAction.REFERRAL_LIST) as entry:
        entry.subject = casefile.handle_of(actor, case)
        require(actor.may(Permission.REFERRAL_SEND))
        need = agreements.purposes().get(PurposeCode(enquiry.need))
        cards = [card for card in _cards() if need and card.agency_class in need.receivers]
        held = agreements.bases_with(actor, [card.agency for card in cards], now)
        here = {view.agency: view for view in _answers_here(actor, enquiry, now)} if need else {}
        open_ones = {
            asked.peer: asked
            for asked in reversed(_threads(actor, case, Side.F))
            if asked.state != State.CLOSED
        }
        bases = {
            card.agency: first_covering(held[card.agency], actor.agency, card.agency, need, now)
            for card in cards
        }
        # Asked once a basis: the joining basis has the limits of the roll.
        dues = {basis: _answer_due(basis, urgency, now) for basis in set(bases.values()) if basis}
        found = [
            Askable(card.agency, card, basis, dues[basis], here.get(card.agency), open_ones.get(card.agency))
            for card in cards
            if (basis := bases[card.agency])
        ]
        return sorted(found, key=_likely_first)


def asked_for(actor: Actor, case: CaseId) -> list[Asked]:
    """Give the threads begun for a case of the actor's team, newest first; AbsentError, DeniedError(no-right)."""
    return threads_about(actor, case, side=Side.F)


def threads_about(actor: Actor, case: CaseId, *, side: Side | None = None) -> list[Asked]:
    """Give threads about a case of the actor's team, of one side or both, newest first. AbsentError, DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST) as entry:
        entry.subject = casefile.handle_of(actor, case)
        require(actor.may(Permission.REFERRAL_READ))
        return _threads(actor, case, side)


def _cards() -> Iterable[AgencyCard]:
    try:
        listed = exchange.roll()
    except AbsentError:
        return ()
    gone = listed.revoked_agencies
    return [card for card in listed.cards.values() if card.agency not in gone]


def _answers_here(actor: Actor, enquiry: Enquiry, now: datetime) -> list[HereView]:
    return directory.answers_here(actor, enquiry_from(asdict(as_it_travels(enquiry))), now=now)


def _answer_due(basis: Basis, urgency: Urgency, now: datetime) -> datetime | None:
    limits, calendar = limits_in(basis)
    return due_in(State.ENQUIRED, urgency, limits, calendar, now)


def _threads(actor: Actor, case: CaseId, side: Side | None) -> list[Asked]:
    rows = ThreadRow.objects.filter(agency_id=actor.agency, case=case)
    rows = rows.filter(side=side) if side else rows
    return [
        Asked(
            ThreadId(row.thread), AgencyId(row.peer), row.purpose, row.state, row.owes == row.side, row.due_at,
            row.urgency, row.opened_at,
        )
        for row in rows.order_by("-opened_at")
    ]  # fmt: skip


def _likely_first(found: Askable) -> tuple[int, str]:
    place = 1 if found.here is None else 0 if found.here.answer.can_take else 2
    return place, found.card.slug
