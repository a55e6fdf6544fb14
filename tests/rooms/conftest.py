"""A base case for every room: two agencies with unlocked vaults; an owner, a colleague and a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.accounts.rules import Role
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, CaseId
from tests.support.browsing import signed_in_client, standing_still
from tests.support.mechanism import a_case, found_mechanism

NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
EVERYTHING = [Role.CASE_WORKER, Role.REVIEWER, Role.SUPERVISOR, Role.KEY_OFFICER]


@dataclass(frozen=True)
class People:
    """Two hosted agencies and who acts for them (all invented)."""

    police: AgencyId
    shelter: AgencyId
    owner: Actor  # of the police unit: holds the case
    colleague: Actor  # of the police unit: not in the team
    stranger: Actor  # of the shelter
    coordinator: Actor  # of the secretariat


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """Give a node folder of the test's own."""
    settings.IEUMGIL_HOME = tmp_path
    settings.IEUMGIL_KDF_PROFILE = "test"
    return tmp_path


@pytest.fixture
def people(db: None, home: Path) -> Iterator[People]:
    """Host two agencies and a secretariat, unlock their vaults, and lock them again at the end."""
    from ieumgil.ground.vault import actions as vault

    ids = {}
    for slug, name, korean, klass in (
        ("narae-police", "Narae police unit", "나래 경찰대", AgencyClass.ENFORCEMENT),
        ("garam-shelter", "Garam shelter", "가람 쉼터", AgencyClass.PROTECTION),
        ("narae-secretariat", "Narae secretariat", "나래 사무국", AgencyClass.COORDINATION),
    ):
        ids[slug] = accounts.host_agency(slug=slug, name_en=name, name_ko=korean, agency_class=klass)
        vault.create_kek(ids[slug], "a passphrase for tests")
        vault.unlock(ids[slug], "a passphrase for tests")

    def join(agency: str, handle: str, roles: list[Role]) -> Actor:
        accounts.invite_worker(agency=ids[agency], handle=handle, display_name=handle, roles=roles, now=NOW)
        return actor_for(handle)

    yield People(
        police=ids["narae-police"],
        shelter=ids["garam-shelter"],
        owner=join("narae-police", "owner@narae.example", EVERYTHING),
        colleague=join("narae-police", "colleague@narae.example", EVERYTHING),
        stranger=join("garam-shelter", "stranger@narae.example", EVERYTHING),
        coordinator=join("narae-secretariat", "coordinator@narae.example", [Role.COORDINATOR]),
    )
    for agency in ids.values():
        vault.lock(agency)


@pytest.fixture
def mechanism(people: People) -> People:
    """Give the two agencies and the secretariat their keys, and let the secretariat sign the first roll."""
    found_mechanism([people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW)
    return people


@pytest.fixture
def case(mechanism: People) -> CaseId:
    """Open the case of an invented person, with fields that may leave and fields that never do."""
    return a_case(mechanism.owner, NOW)


@pytest.fixture
def now_stands() -> Iterator[None]:
    """Let the clock stand at the moment of the tests, for pages that ask it themselves."""
    with standing_still(NOW):
        yield


@pytest.fixture
def desk(mechanism: People) -> Client:
    """Give the browser of the police officer who holds the case, just signed in."""
    return signed_in_client("owner@narae.example")


@pytest.fixture
def quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a failed try to sign in take no longer than it does."""
    from ieumgil.shell.accounts import adapter

    monkeypatch.setattr(adapter, "FAILED_TAKES", 0.0)
