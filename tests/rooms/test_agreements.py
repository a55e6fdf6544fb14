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
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CategoryCode
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.basis import basis_of
from ieumgil.referral.queries.work import look
from tests.rooms.conftest import NOW, People
from tests.support.disclosing import FIELDS, PURPOSES
from tests.support.journeys import enquired
from tests.support.mechanism import a_case, carry, found_mechanism

DAY = timedelta(days=1)
JOINING = "joining"
POLICE, ELSEWHERE = (AgencyId(UUID(f"4e415241-0000-4000-8000-{number:012d}")) for number in (1, 4))


def body(people: People, **changed: object) -> dict[str, Any]:
    """Give Narae's night protocol between the police unit, the shelter and a body elsewhere, but for what is changed."""
    example: dict[str, Any] = copy.deepcopy(queries.country("narae")["agreements"][0])
    example["parties"] = [str(people.police), str(people.shelter), str(ELSEWHERE)]
    example["coordinator"] = str(people.coordinator.agency)
    example.update(changed)
    return example


def between(people: People, now: datetime = NOW) -> list[tuple[str, int]]:
    """Give what holds between the police unit and the shelter."""
    return held(people.police, people.shelter, now)


def held(sender: AgencyId, receiver: AgencyId, now: datetime = NOW) -> list[tuple[str, int]]:
    return [(basis.id, basis.version) for basis in queries.bases_between(sender, receiver, now)]


def test_before_any_agreement_the_joining_basis_holds_between_any_two(people: People) -> None:
    assert between(people) == [(JOINING, 1)]
    assert held(people.police, people.police) == []


def test_a_loaded_agreement_goes_before_the_joining_basis(people: People) -> None:
    loaded = actions.load_agreement(people.coordinator, body(people), now=NOW)
    assert between(people) == [(loaded.id, 1), (JOINING, 1)]
    assert held(people.police, people.coordinator.agency)[0] == (JOINING, 1)
    assert held(ELSEWHERE, POLICE) == [(JOINING, 1)]
    assert queries.basis_named(people.shelter, loaded.id, 1) == loaded
    assert loaded.allows(CategoryCode("health"))
    assert not loaded.allows(CategoryCode("status"))


def test_the_same_again_changes_nothing_and_other_words_under_one_version_are_refused(people: People) -> None:
    actions.load_agreement(people.coordinator, body(people), now=NOW)
    actions.load_agreement(people.coordinator, body(people), now=NOW + DAY)
    with pytest.raises(DeniedError, match="version-taken"):
        actions.load_agreement(people.coordinator, body(people, retention_days=3000), now=NOW)
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
        actions.load_agreement(people.coordinator, body(people, **changed), now=NOW)
    assert not Agreement.objects.exists()
    assert LedgerEntry.objects.count() == before + 1


def test_only_who_holds_the_right_loads_or_suspends(people: People) -> None:
    nobody: Actor = replace(people.owner, permissions=frozenset())
    with pytest.raises(DeniedError, match="no-right"):
        actions.load_agreement(nobody, body(people), now=NOW)
    loaded = actions.load_agreement(people.coordinator, body(people), now=NOW)
    with pytest.raises(DeniedError, match="no-right"):
        actions.suspend_agreement(nobody, UUID(loaded.id), now=NOW)
    assert len(between(people)) == 2


def test_an_agreement_of_others_is_neither_loaded_nor_suspended(people: People) -> None:
    theirs = body(people, parties=[str(people.shelter), str(ELSEWHERE)])
    with pytest.raises(DeniedError, match="not-a-party"):
        actions.load_agreement(people.owner, theirs, now=NOW)
    named = body(people, parties=theirs["parties"], coordinator=str(people.police))
    with pytest.raises(DeniedError, match="not-a-party"):  # whoever writes it can name itself
        actions.load_agreement(people.owner, named, now=NOW)
    loaded = actions.load_agreement(people.stranger, theirs, now=NOW)
    with pytest.raises(AbsentError):
        actions.suspend_agreement(people.owner, UUID(loaded.id), now=NOW)
    assert held(people.shelter, ELSEWHERE) == [(loaded.id, 1), (JOINING, 1)]
    with pytest.raises(AbsentError):
        queries.basis_named(people.police, loaded.id, 1)


def test_on_a_shared_node_both_parties_must_have_loaded_the_same_words(people: People) -> None:
    loaded = actions.load_agreement(people.owner, body(people), now=NOW)
    assert between(people) == [(JOINING, 1)]
    assert held(people.police, ELSEWHERE)[0] == (loaded.id, 1)
    assert held(ELSEWHERE, people.shelter) == [(JOINING, 1)]
    other_words = body(people, retention_days=3)
    actions.load_agreement(people.stranger, other_words, now=NOW)
    assert between(people) == [(JOINING, 1)]
    actions.load_agreement(people.stranger, body(people, version=2), now=NOW)
    actions.load_agreement(people.owner, body(people, version=2), now=NOW)
    assert between(people)[0] == (loaded.id, 2)


def test_an_agreement_that_names_no_coordinator_is_loaded_for_all_by_that_of_the_roll(
    people: People,
) -> None:
    unnamed = body(people, coordinator=None)
    with pytest.raises(DeniedError, match="not-a-party"):
        actions.load_agreement(people.coordinator, unnamed, now=NOW)
    found_mechanism([people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW)
    loaded = actions.load_agreement(people.coordinator, unnamed, now=NOW)
    assert between(people)[0] == (loaded.id, 1)


@pytest.mark.parametrize("loads_too", [True, False])
def test_a_party_suspends_for_itself_and_only_itself_takes_it_up_again(
    people: People,
    loads_too: bool,  # noqa: FBT001
) -> None:
    loaded = actions.load_agreement(people.coordinator, body(people), now=NOW)
    if loads_too:
        actions.load_agreement(people.owner, body(people), now=NOW)
    actions.suspend_agreement(people.owner, UUID(loaded.id), now=NOW)
    assert between(people) == held(people.police, ELSEWHERE) == [(JOINING, 1)]
    assert held(people.shelter, ELSEWHERE)[0] == (loaded.id, 1)
    actions.load_agreement(people.coordinator, body(people, version=2), now=NOW)
    assert between(people) == [(JOINING, 1)]
    actions.load_agreement(people.owner, body(people, version=2), now=NOW)
    assert between(people)[0] == (loaded.id, 2)


def test_an_enquiry_under_an_agreement_that_only_its_sender_loaded_is_refused(people: People) -> None:
    found_mechanism([people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW)
    loaded = actions.load_agreement(people.owner, body(people), now=NOW)
    case = a_case(people.owner, NOW)
    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(queries, "is_hosted", people.police.__eq__)  # the shelter is elsewhere
        alone = enquired(people, case)
    carry(NOW)
    assert OutboxItem.objects.get(subject=alone).reason == "no-basis"
    assert not ThreadRow.objects.filter(agency_id=people.shelter, thread=alone).exists()
    actions.load_agreement(people.stranger, body(people), now=NOW)
    both = enquired(people, case)
    carry(NOW)
    assert look(people.stranger, both).state == look(people.owner, both).state == "ENQUIRED"
    assert basis_of(ThreadRow.objects.get(agency_id=people.shelter, thread=both)) == loaded


def test_a_suspended_agreement_holds_no_longer(people: People) -> None:
    loaded = actions.load_agreement(people.coordinator, body(people), now=NOW)
    actions.suspend_agreement(people.coordinator, UUID(loaded.id), now=NOW)
    assert between(people) == [(JOINING, 1)]
    with pytest.raises(AbsentError):
        actions.suspend_agreement(people.coordinator, uuid4(), now=NOW)


def test_a_later_version_takes_over_on_the_day_it_begins_and_ends_the_earlier_one(people: People) -> None:
    begins, ends = NOW + DAY, NOW + 2 * DAY
    first = actions.load_agreement(people.coordinator, body(people), now=NOW)
    later = body(
        people,
        version=2,
        valid_from=begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
        valid_until=ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    actions.load_agreement(people.coordinator, later, now=NOW)
    assert between(people, NOW)[0] == (first.id, 1)
    assert between(people, begins)[0] == (first.id, 2)
    assert between(people, ends) == [(JOINING, 1)]


def test_the_roll_may_set_its_own_limits_and_coordinator() -> None:
    usual = queries.joining_basis()
    assert usual.time_limits.ordinary == TimeLimit(5, LimitUnit.WORKING_DAYS)
    hour = TimeLimit(1, LimitUnit.HOURS)
    own = queries.joining_basis(limits=TimeLimits(hour, hour, hour), coordinator=ELSEWHERE)
    assert (own.time_limits.urgent, own.coordinator) == (hour, ELSEWHERE)


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
