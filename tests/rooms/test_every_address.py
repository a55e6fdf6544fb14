"""Every address that resolves, as everybody, with every method, for things of one's own, of others, erased and absent."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from pytest_django import Settings

from ieumgil.assistance.actions import start_service
from ieumgil.casefile import actions as casefile
from ieumgil.casefile.rules import Identity, PersonName
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath, GrantId, ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.actions.enquire import enquire
from ieumgil.shell.checks import routes
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.mechanism import ENQUIRY, found_mechanism, give_consent, give_leave
from tests.support.walking import (
    ABSENT,
    ERASED,
    METHODS,
    OTHER,
    OWN,
    PUBLIC,
    WHOSE,
    Probe,
    leaks,
    paths,
    probe,
)

MARKERS = {whose: f"Marker{whose.title()}Seven".encode() for whose in (OWN, OTHER, ERASED)}
LEAST, LEAST_OF_FEW = 20_000, 6_500  # security page, figure 1
FEW = ("owner", "supervisor", "half", "nobody")
SEES_CASES = {"owner", "first-responder", "case-worker", "reviewer"}
Route = tuple[str, str, URLPattern]


Things = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Seat:
    """Whoever walks: who signs in, what is whose from there, and which markers nobody there may ever see."""

    handle: str
    things: Things
    markers: dict[str, bytes]


@dataclass(frozen=True)
class Kept:
    """What one agency keeps of a person: all that an address can name."""

    case: CaseId
    grant: GrantId
    thread: ThreadId
    draft: UUID
    delivery: UUID


@pytest.fixture
def things(people: People, home: object) -> Things:
    """Make real things of each kind: the police's own, the shelter's, erased ones; absent ones are never made."""
    others = _third(people)
    found_mechanism(
        [people.police, people.shelter, others.agency, people.coordinator.agency], people.coordinator, NOW
    )
    own = _all_of(people.owner, to=AgencyId(people.shelter), receiver=people.stranger, whose=OWN)
    other = _all_of(people.stranger, to=others.agency, receiver=others, whose=OTHER)
    erased = _all_of(people.owner, to=AgencyId(people.shelter), receiver=people.stranger, whose=ERASED)
    casefile.erase_case(people.owner, erased.case, "person-asked", now=NOW)
    kinds: Things = {
        name: {
            OWN: getattr(own, name),
            OTHER: getattr(other, name),
            ERASED: getattr(erased, name),
            ABSENT: uuid4(),
        }
        for name in ("case", "grant", "thread", "draft", "delivery")
    }
    kinds["worker"] = {
        OWN: people.colleague.worker,
        OTHER: people.stranger.worker,
        ERASED: uuid4(),
        ABSENT: uuid4(),
    }
    # What everybody may know, and what nobody can guess.
    kinds["agency"] = dict.fromkeys(WHOSE, people.shelter)
    kinds["name"] = dict.fromkeys(WHOSE, "thread")
    kinds["token"] = dict.fromkeys(WHOSE, "no-such-token")
    kinds["handle"] = dict.fromkeys(WHOSE, "owner@narae.example")
    return kinds


def _third(people: People) -> Actor:
    agency = accounts.host_agency(
        slug="onbit-counselling", name_en="Onbit", name_ko="온빛", agency_class=AgencyClass.PROTECTION
    )
    from ieumgil.ground.vault import actions as vault

    vault.create_kek(agency, "a passphrase for tests")
    vault.unlock(agency, "a passphrase for tests")
    accounts.invite_worker(
        agency=agency, handle="third@narae.example", display_name="third", roles=[Role.CASE_WORKER], now=NOW
    )
    return actor_for("third@narae.example")


def _all_of(actor: Actor, *, to: AgencyId, receiver: Actor, whose: str) -> Kept:
    mark = MARKERS[whose].decode()
    case = casefile.open_case(actor, note=f"a note, {mark}", now=NOW)
    version = casefile.record_identity(actor, case, Identity(PersonName(f"Name {mark}")), version=1, now=NOW)
    facts = {FieldPath("safety.threats"): f"threats, {mark}", FieldPath("needs.languages"): ["vi"]}
    casefile.set_facts(actor, case, facts, version=version, now=NOW)
    give_leave(actor, case, NOW)
    begun = enquire(actor, case=case, to=to, enquiry=ENQUIRY, urgency="urgent", now=NOW)
    deliver_due(now=NOW)
    answer.can_take(receiver, thread=begun.thread, place_until=NOW, now=NOW)
    deliver_due(now=NOW)
    grant = give_consent(actor, case, to, NOW)
    refer.refer(actor, thread=begun.thread, now=NOW)
    deliver_due(now=NOW)
    answer.query(receiver, thread=begun.thread, question=f"asked of {mark}", now=NOW)
    deliver_due(now=NOW)
    draft = casefile.keep_draft(actor, text=f"kept, {mark}", why="moved-on", subject="x", case=case, now=NOW)
    delivery = start_service(actor, case, "shelter", note=f"delivered, {mark}", now=NOW)
    return Kept(case, grant, begun.thread, draft, delivery)


@pytest.fixture
def seats(things: Things, people: People) -> dict[str, Seat]:
    """Give everybody who walks: a worker of the police for each role, in the team where the role may be; others elsewhere."""
    handles = {"owner": "owner@narae.example", "half": "owner@narae.example", "nobody": ""}
    handles["colleague"] = "colleague@narae.example"
    for role in Role:
        handles[role.value] = f"{role.value}@walk.example"
        accounts.invite_worker(
            agency=people.police, handle=handles[role.value], display_name="walker", roles=[role], now=NOW
        )
        if role.value in SEES_CASES:
            casefile.join_team(people.owner, things["case"][OWN], handles[role.value], now=NOW)  # type: ignore[arg-type]
    found = {who: Seat(handle, things, MARKERS) for who, handle in handles.items()}
    return found | _elsewhere(things)


def _elsewhere(things: Things) -> dict[str, Seat]:
    """Give the seats at other agencies: to a third one the police's things are another's, thread and all."""
    theirs: Things = {
        kind: named if kind in PUBLIC else {**named, OWN: named[ABSENT], OTHER: named[OWN]}
        for kind, named in things.items()
    }
    hidden = {whose: MARKERS[whose] for whose in (OWN, ERASED)}
    to_shelter = theirs | {"thread": dict.fromkeys(WHOSE, things["thread"][ABSENT])}
    return {
        "of a third": Seat("third@narae.example", theirs, hidden),
        "of the secretariat": Seat("coordinator@narae.example", theirs, hidden),
        "of the shelter": Seat("stranger@narae.example", to_shelter, {}),  # it was sent some of it
    }


def _client(who: str, handle: str) -> Client:
    return Client() if who == "nobody" else signed_in_client(handle, second_factor=who != "half")


def _walk(
    seats: dict[str, Seat],
    methods: tuple[str, ...],
    known: list[Route],
) -> tuple[list[str], int]:
    """Ask everything as everybody; give what was found and how much was asked."""
    found, asked = list[str](), 0
    for who, seat in seats.items():
        client, things = _client(who, seat.handle), seat.things
        for method in methods:
            absent = _absent(client, method, known, things)
            # What is one's own comes last: a post may change it.
            for route, whose, where in sorted(paths(known, things), key=lambda named: named[1] == OWN):
                here = Probe(who, method, route, whose, where)
                given = probe(client, method, where)
                found += leaks(here, given, absent=absent, markers=seat.markers, may_see=who in SEES_CASES)
                asked += 1
                if given.has_header("Clear-Site-Data"):
                    client = _client(who, seat.handle)
    return found, asked


def _absent(
    client: Client, method: str, known: list[Route], things: Things
) -> Callable[[str], tuple[HttpResponse, str]]:
    where = {route: path for route, whose, path in paths(known, things) if whose == ABSENT}
    return cache(lambda route: (probe(client, method, where[route]), where[route]))


def test_nobody_learns_anything_of_what_is_not_theirs(
    seats: dict[str, Seat],
    record_property: Callable[[str, object], None],
) -> None:
    alone = os.environ.get("IEUMGIL_SKIP_POSTGRES") == "1"
    everybody = alone or os.environ.get("IEUMGIL_TEST_ENGINE") == "postgresql"
    if not everybody:
        seats = {who: seats[who] for who in FEW}  # the same code: everybody walks on one engine
    known = list(routes())
    found, asked = _walk(seats, METHODS, known)
    record_property("probes", f"{asked} of {len(known)} addresses, {len(found)} leaks")
    assert asked >= (LEAST if everybody else LEAST_OF_FEW)
    assert not found, "\n".join(found[:40])


def test_a_planted_leak_is_found(seats: dict[str, Seat], settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.support.pages"
    planted = [route for route in routes() if route[1] in {"leaky", "telling", "about"}]
    found, _asked = _walk({"owner": seats["owner"]}, ("GET",), planted)
    assert {line.split("(")[0] + line.split(")")[1] for line in found} == {
        "owner GET leaky/<uuid:case>/ : shows what is other",
        "owner GET leaky/<uuid:case>/ : 200 differs from what is absent",
        "owner GET telling/<uuid:case>/ : 409 differs from what is absent",
    }
