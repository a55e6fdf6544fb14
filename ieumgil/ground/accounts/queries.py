"""Reads: who an actor is, and which agencies this node hosts."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone

from ieumgil.ground.accounts.models import Agency, Invitation, RoleHeld, Worker
from ieumgil.ground.accounts.rules import InvitationKind, Language, Role, rights_of, token_hash
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """What others are told of a hosted agency: its short name, its names, its class."""

    slug: str
    name_en: str
    name_ko: str
    agency_class: AgencyClass


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a worker reads mail, and in which language."""

    address: str
    language: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the frame of a page says of the worker before it: nothing of any case."""

    id: WorkerId
    handle: str
    display_name: str
    agency_slug: str
    agency_en: str
    agency_ko: str
    roles: tuple[Role, ...]
    actor: Actor


def signed_in(worker: WorkerId, *, now: datetime | None = None) -> SignedIn:
    """Give who signed in, with rights as they are this moment; raises AbsentError once the account is closed.

    One query for the account with its agency, one for the roles: asked anew for every request.
    """
    moment = now or timezone.now()
    row = Worker.objects.filter(pk=worker, is_active=True).select_related("agency").first()
    if row is None:
        raise AbsentError
    roles = sorted(
        Role(held.role) for held in row.roles.all() if held.since <= moment and not _over(held.until, moment)
    )
    actor = Actor(AgencyId(row.agency_id), worker, rights_of(roles), roles[0].value if roles else "none")
    agency = row.agency
    return SignedIn(
        worker, row.handle, row.display_name, agency.slug, agency.name_en, agency.name_ko, tuple(roles), actor
    )


def _over(until: datetime | None, moment: datetime) -> bool:
    return until is not None and until <= moment


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


def workers_with(agency: AgencyId, permission: Permission, *, now: datetime | None = None) -> list[WorkerId]:
    """Give the active workers of an agency who hold a right now."""
    moment = now or timezone.now()
    roles = [role.value for role in Role if permission in rights_of([role])]
    held = RoleHeld.objects.filter(role__in=roles, since__lte=moment).filter(
        Q(until=None) | Q(until__gt=moment)
    )
    rows = Worker.objects.filter(agency_id=agency, is_active=True, pk__in=held.values("worker"))
    return [WorkerId(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]


def reached_by_mail(agency: AgencyId, worker: WorkerId) -> Reached | None:
    """Give where an active worker of the agency wants to be told that something waits; None without an address."""
    row = Worker.objects.filter(pk=worker, agency_id=agency, is_active=True).first()
    if row is None or not row.notice_address:
        return None
    return Reached(row.notice_address, row.language or Language.KO.value)


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


@dataclass(frozen=True, slots=True)
class Known:
    """What the door knows of a handle before anybody has signed in."""

    agency: AgencyId
    worker: WorkerId
    ledger_handle: str
    language: Language | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A worker as those who invite see them: no password, no second factor, no link."""

    id: WorkerId
    handle: str
    display_name: str
    active: bool
    roles: tuple[Role, ...]
    link_until: datetime | None  # a link was made and not used yet
    asked_by: WorkerId | None  # somebody asked for a new second factor, and nobody approved yet
    notice_address: str
    language: Language | None


def known(handle: str) -> Known | None:
    """Give what is known of a handle, active or not, capitals or not, as at sign-in; None for one that nobody has."""
    row = Worker.objects.filter(handle__iexact=handle).first()
    if row is None:
        return None
    language = Language(row.language) if row.language else None
    return Known(AgencyId(row.agency_id), WorkerId(row.id), row.ledger_handle, language)


def invited(token: str, *, now: datetime) -> tuple[str, InvitationKind]:
    """Give whom a link is for and what it leads to; raises AbsentError if it was used, ran out or never was."""
    good = Invitation.objects.filter(token_hash=token_hash(token), used_at=None, until__gt=now)
    row = good.filter(worker__is_active=True).select_related("worker").first()
    if row is None:
        raise AbsentError
    return row.worker.handle, InvitationKind(row.kind)


def may_enrol(worker: WorkerId) -> bool:
    """Say whether the password alone may lead to a second factor: not while a link for a new one waits to be used."""
    waiting = Invitation.objects.filter(worker_id=worker, kind=InvitationKind.NEW_SECOND_FACTOR.value)
    return not waiting.filter(used_at=None).exclude(approved_by=None).exists()


def has_password(agency: AgencyId, *, handle: str, password: str) -> bool:
    """Say whether this is the worker's password; takes as long where there is no such worker."""
    row = Worker.objects.filter(agency_id=agency, handle=handle, is_active=True).first()
    if row is None:
        Worker().set_password(password)
        return False
    return row.check_password(password)


def colleagues(agency: AgencyId, *, now: datetime | None = None) -> list[Colleague]:
    """Give the agency's workers, those who are here first, then by name."""
    moment = now or timezone.now()
    rows = Worker.objects.filter(agency_id=agency).prefetch_related("roles", "invitations")
    return [_colleague(row, moment) for row in rows.order_by("-is_active", "display_name", "handle")]


def _colleague(row: Worker, moment: datetime) -> Colleague:
    held = {Role(one.role) for one in row.roles.all() if one.since <= moment and not _over(one.until, moment)}
    waiting = [one for one in row.invitations.all() if one.used_at is None and one.until > moment]
    links = [one.until for one in waiting if one.token_hash is not None]
    asked = [one for one in waiting if one.token_hash is None and one.approved_by_id is None]
    return Colleague(
        id=WorkerId(row.id),
        handle=row.handle,
        display_name=row.display_name,
        active=row.is_active,
        roles=tuple(sorted(held)),
        link_until=max(links, default=None),
        asked_by=WorkerId(asked[0].made_by_id) if asked and asked[0].made_by_id else None,
        notice_address=row.notice_address or "",
        language=Language(row.language) if row.language else None,
    )
