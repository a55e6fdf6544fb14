"""Loading agreements, and what then holds between two agencies."""

import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ieumgil.agreements import actions, queries
from ieumgil.agreements.models import Agreement
from ieumgil.agreements.rules import LimitUnit, TimeLimit, TimeLimits
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CategoryCode
from ieumgil.kernel.outcome import AbsentError, DeniedError
from tests.rooms.conftest import NOW, People
from tests.support.disclosing import FIELDS, PURPOSES

DAY = timedelta(days=1)
JOINING = "joining"
POLICE, SHELTER = (AgencyId(UUID(f"4e415241-0000-4000-8000-{number:012d}")) for number in (1, 4))


def body(**changed: object) -> dict[str, Any]:
    """Give the body of Narae's night protocol, but for what is changed."""
    example: dict[str, Any] = copy.deepcopy(queries.country("narae")["agreements"][0])
    example.update(changed)
    return example


def between(now: datetime = NOW) -> list[tuple[str, int]]:
    """Give what holds between the police unit and the shelter."""
    return [(basis.id, basis.version) for basis in queries.bases_between(POLICE, SHELTER, now)]


def test_before_any_agreement_the_joining_basis_holds_between_any_two(people: People) -> None:
    assert between() == [(JOINING, 1)]
    assert queries.bases_between(POLICE, POLICE, NOW) == []


def test_a_loaded_agreement_goes_before_the_joining_basis(people: People) -> None:
    loaded = actions.load_agreement(people.coordinator, body(), now=NOW)
    assert between() == [(loaded.id, 1), (JOINING, 1)]
    assert queries.bases_between(POLICE, people.police, NOW)[0].id == JOINING
    assert queries.basis_named(loaded.id, 1) == loaded
    assert loaded.allows(CategoryCode("health"))
    assert not loaded.allows(CategoryCode("status"))


def test_the_same_again_changes_nothing_and_other_words_under_one_version_are_refused(people: People) -> None:
    actions.load_agreement(people.coordinator, body(), now=NOW)
    actions.load_agreement(people.coordinator, body(), now=NOW + DAY)
    with pytest.raises(DeniedError, match="version-taken"):
        actions.load_agreement(people.coordinator, body(retention_days=3000), now=NOW)
    assert Agreement.objects.get().loaded_at == NOW


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"surprise": 1}, "agreement-malformed"),
        ({"version": 0}, "agreement-malformed"),
        ({"id": "not-an-id"}, "agreement-malformed"),
        ({"parties": [str(POLICE)]}, "agreement-malformed"),
        ({"parties": "everybody"}, "agreement-malformed"),
        ({"time_limits": {"emergency": {"hours": 1}}}, "agreement-malformed"),
        ({"valid_from": "2026-02-30T00:00:00Z"}, "agreement-malformed"),
        ({"valid_from": "2026-01-01"}, "agreement-malformed"),
        ({"purposes": ["shelter", "investigation"]}, "kinds-mixed"),
        ({"purposes": ["stay-permit"]}, "kinds-mixed"),
        ({"onward": ["investigation"]}, "widens-kind"),
        ({"categories": ["identity", "shelter"]}, "never-leaves"),
        ({"valid_until": "2026-01-01T00:00:00Z"}, "ends-before-it-begins"),
    ],
)
def test_an_agreement_that_is_malformed_or_widens_anything_is_not_kept(
    people: People, changed: dict[str, object], code: str
) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises(DeniedError, match=code):
        actions.load_agreement(people.coordinator, body(**changed), now=NOW)
    assert not Agreement.objects.exists()
    assert LedgerEntry.objects.count() == before + 1


def test_only_who_holds_the_right_loads_or_suspends(people: People) -> None:
    nobody: Actor = replace(people.owner, permissions=frozenset())
    with pytest.raises(DeniedError, match="no-right"):
        actions.load_agreement(nobody, body(), now=NOW)
    loaded = actions.load_agreement(people.owner, body(), now=NOW)
    with pytest.raises(DeniedError, match="no-right"):
        actions.suspend_agreement(nobody, UUID(loaded.id), now=NOW)
    assert len(between()) == 2


def test_a_suspended_agreement_holds_no_longer(people: People) -> None:
    loaded = actions.load_agreement(people.coordinator, body(), now=NOW)
    actions.suspend_agreement(people.coordinator, UUID(loaded.id), now=NOW)
    assert between() == [(JOINING, 1)]
    with pytest.raises(AbsentError):
        actions.suspend_agreement(people.coordinator, uuid4(), now=NOW)


def test_a_later_version_takes_over_on_the_day_it_begins_and_ends_the_earlier_one(people: People) -> None:
    begins, ends = NOW + DAY, NOW + 2 * DAY
    first = actions.load_agreement(people.coordinator, body(), now=NOW)
    later = body(
        version=2,
        valid_from=begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
        valid_until=ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    actions.load_agreement(people.coordinator, later, now=NOW)
    assert between(NOW)[0] == (first.id, 1)
    assert between(begins)[0] == (first.id, 2)
    assert between(ends) == [(JOINING, 1)]


def test_the_roll_may_set_its_own_limits_and_coordinator() -> None:
    usual = queries.joining_basis()
    assert usual.time_limits.ordinary == TimeLimit(5, LimitUnit.WORKING_DAYS)
    hour = TimeLimit(1, LimitUnit.HOURS)
    own = queries.joining_basis(limits=TimeLimits(hour, hour, hour), coordinator=SHELTER)
    assert (own.time_limits.urgent, own.coordinator) == (hour, SHELTER)


def test_the_data_is_read_as_it_is_written() -> None:
    assert queries.purposes() == PURPOSES
    assert queries.fields() == FIELDS
    assert queries.labels("purposes")["shelter"].ko == "보호시설 입소"
    assert queries.htcds_names()[next(p for p in FIELDS if p == "identity.birth_date")] == ("prs_Birthdate",)
    assert {field.category for field in FIELDS.values()} == queries.categories()


def test_the_newest_calendar_is_given_unless_one_is_named() -> None:
    newest, first = queries.calendar("narae"), queries.calendar("narae", 1)
    assert (newest.version, first.version) == (2, 1)
    assert date(2027, 1, 1) in newest.holidays - first.holidays
    assert queries.calendar("korea").weekend == {5, 6}
    assert newest.zone.utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) == timedelta(hours=9)


@pytest.mark.parametrize("code", ["atlantis", "../purposes", "", "narae.json"])
def test_a_country_that_is_not_there_is_absent(code: str) -> None:
    with pytest.raises(AbsentError):
        queries.calendar(code)
    with pytest.raises(AbsentError):
        queries.calendar("narae", 99)
