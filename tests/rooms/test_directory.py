"""Services as they really admit, and where a shelter is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from ieumgil.directory import actions, queries
from ieumgil.directory.models import Service, ShelterLocation
from ieumgil.directory.rules import Caution, Enquiry, Offer, Reason, admits_from, answer, enquiry_from
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.kernel.permission import Permission
from tests.rooms.conftest import NOW, People

ADDRESS = "12 Invented Lane, Bada"
HOUR = timedelta(hours=1)
ADMITS: dict[str, Json] = {
    "sexes": ["female"],
    "age_bands": ["16-17", "18-24", "25-34"],
    "children_along": 1,
    "pregnant": True,
    "urgent_medical": False,
    "accessibility": ["step-free"],
}
OFFER = Offer("shelter", frozenset({"bada", "sup"}), frozenset({"vi"}), admits_from(ADMITS), 2, NOW)
ASKED = enquiry_from({
    "need": "shelter", "region": "bada", "avoid": ["haneul"], "languages": ["vi", "en"], "age_band": "18-24",
    "sex": "female", "children_along": 0, "pregnant": "no", "urgent_medical": "no", "accessibility": [],
})  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        (ASKED, ()),
        (replace(ASKED, need="medical"), (Reason.OTHER_NEED,)),
        (replace(ASKED, region="deul"), (Reason.REGION_NOT_SERVED,)),
        (replace(ASKED, avoid=frozenset({"bada", "sup", "deul"})), (Reason.REGION_TO_AVOID,)),
        (replace(ASKED, sex="male"), (Reason.SEX,)),
        (replace(ASKED, age_band="0-11"), (Reason.AGE,)),
        (replace(ASKED, children_along=2), (Reason.CHILDREN,)),
        (replace(ASKED, urgent_medical="yes"), (Reason.URGENT_MEDICAL,)),
        (replace(ASKED, pregnant="yes"), ()),
        (replace(ASKED, accessibility=frozenset({"step-free"})), ()),
        (replace(ASKED, accessibility=frozenset({"sign-language"})), (Reason.ACCESSIBILITY,)),
        (replace(ASKED, sex="male", age_band="65+"), (Reason.SEX, Reason.AGE)),
    ],
)
def test_a_service_says_every_reason_why_it_cannot_take(asked: Enquiry, reasons: tuple[Reason, ...]) -> None:
    found = answer(OFFER, asked, NOW)
    assert found.reasons == reasons
    assert found.can_take is not bool(reasons)


def test_what_is_not_known_turns_nobody_away_and_is_asked_first() -> None:
    unknown = replace(
        ASKED,
        age_band="ask-later",
        sex="unknown",
        children_along=None,
        pregnant="ask-later",
        urgent_medical="unknown",
    )
    found = answer(OFFER, unknown, NOW)
    assert (found.reasons, found.cautions) == ((), (Caution.ASK_FIRST,))


def test_a_language_a_near_region_and_an_old_count_are_cautions_only() -> None:
    asked = replace(ASKED, languages=frozenset({"th"}), avoid=frozenset({"sup"}))
    found = answer(OFFER, asked, NOW + 24 * HOUR)
    assert found.can_take
    assert found.cautions == (Caution.LANGUAGE, Caution.REGION_NEAR, Caution.PLACES_OLD)


def test_a_full_house_cannot_take_and_a_house_that_does_not_count_can() -> None:
    assert answer(replace(OFFER, places_free=0), ASKED, NOW).reasons == (Reason.NO_PLACE,)
    assert answer(replace(OFFER, places_free=None), ASKED, NOW + 99 * HOUR).cautions == ()


def open_house(actor: Actor, code: str = "garam-house", places: tuple[int, int] | None = (4, 2)) -> None:
    """Write a shelter of the actor's agency."""
    actions.write_service(
        actor, code, names=("Garam house", "가람의 집"), category="shelter", regions=["bada"], languages=["vi"],
        admits=ADMITS, places=places, now=NOW,
    )  # fmt: skip


def test_an_agency_answers_from_its_own_services_only_those_that_can_first(people: People) -> None:
    open_house(people.stranger, "a-full-house", (3, 0))
    open_house(people.stranger)
    open_house(people.owner, "police-cell")
    found = queries.can_take(people.stranger, ASKED, now=NOW)
    assert [(code, given.can_take) for code, given in found] == [
        ("garam-house", True),
        ("a-full-house", False),
    ]
    assert [view.code for view in queries.services(people.owner)] == ["police-cell"]


def test_free_places_are_confirmed_and_cannot_exceed_the_total(people: People) -> None:
    open_house(people.stranger)
    actions.confirm_places(people.stranger, "garam-house", 0, now=NOW + HOUR)
    row = Service.objects.get()
    assert (row.places_free, row.confirmed_at) == (0, NOW + HOUR)
    for free in (-1, 5):
        with pytest.raises(DeniedError, match="places-impossible"):
            actions.confirm_places(people.stranger, "garam-house", free)
    with pytest.raises(AbsentError):
        actions.confirm_places(people.owner, "garam-house", 1)
    assert Service.objects.get().places_free == 0


@pytest.mark.parametrize(
    "flaw", [{"sexes": []}, {"age_bands": ["old"]}, {"address": ADDRESS}, {"pregnant": "yes"}]
)
def test_an_admission_profile_that_says_something_else_is_refused(
    people: People, flaw: dict[str, Json]
) -> None:
    with pytest.raises(DeniedError, match="admits-malformed"):
        actions.write_service(
            people.stranger, "garam-house", names=("Garam house", "가람의 집"), category="shelter",
            regions=["bada"], languages=["vi"], admits=ADMITS | flaw,
        )  # fmt: skip
    assert not Service.objects.exists()


def test_where_a_shelter_is_reads_only_its_own_agency_with_right_and_reason_on_record(people: People) -> None:
    open_house(people.stranger)
    actions.record_location(people.stranger, "garam-house", ADDRESS, now=NOW)
    before = LedgerEntry.objects.count()
    assert queries.location(people.stranger, "garam-house", reason="escort tonight") == ADDRESS
    refused: list[tuple[Actor, str, type[Exception]]] = [
        (people.owner, "escort tonight", AbsentError),
        (people.stranger, "  ", DeniedError),
        (replace(people.stranger, permissions=frozenset({Permission.CASE_READ})), "escort", DeniedError),
        (replace(people.stranger, worker=None), "escort", DeniedError),
    ]
    for actor, reason, error in refused:
        with pytest.raises(error):
            queries.location(actor, "garam-house", reason=reason)
    assert LedgerEntry.objects.count() == before + 1 + len(refused)


def dump() -> str:
    """Give everything the database holds, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's own name
            found += [bytes(v) if isinstance(v, memoryview) else v for row in cursor for v in row]
    return repr(found)


def test_an_address_stands_nowhere_in_the_clear(people: People) -> None:
    open_house(people.stranger)
    actions.record_location(people.stranger, "garam-house", ADDRESS, now=NOW)
    seen = repr(queries.services(people.stranger)) + repr(queries.can_take(people.stranger, ASKED, now=NOW))
    assert ADDRESS not in dump() + seen
    Service.objects.update(name_en=ADDRESS)
    assert ADDRESS in dump()


def test_a_former_address_is_gone_for_good(people: People) -> None:
    open_house(people.stranger)
    actions.record_location(people.stranger, "garam-house", ADDRESS, now=NOW)
    former = ShelterLocation.objects.get()
    actions.record_location(people.stranger, "garam-house", "3 Other Row, Sup", now=NOW)
    assert queries.location(people.stranger, "garam-house", reason="escort") == "3 Other Row, Sup"
    ShelterLocation.objects.update(id=former.id, key_id=former.key_id, sealed=former.sealed)
    with pytest.raises(AbsentError):
        queries.location(people.stranger, "garam-house", reason="escort")
