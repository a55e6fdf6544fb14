"""The screens of a case: names only where they belong, no word lost, the same 404 for all that is not one's own."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ieumgil.casefile import actions, queries
from ieumgil.casefile.models import Draft, Note
from ieumgil.casefile.rules import Birth, Identity, NameNotKnown, PersonName, Script, Sex, Stage
from ieumgil.kernel.ids import CaseId, FieldPath
from ieumgil.kernel.outcome import AbsentError
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client

OWNER, COLLEAGUE, STRANGER = (f"{who}@narae.example" for who in ("owner", "colleague", "stranger"))
PAGES = ("", "person/", "facts/", "facts/status/", "notes/", "team/", "stage/", "erase/")
NEEDS, THREATS = FieldPath("needs.languages"), FieldPath("safety.threats")


@pytest.fixture
def browser(mechanism: People) -> Client:
    return signed_in_client(OWNER)


def body(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def version_on(browser: Client, address: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', body(browser, address))
    assert found
    return found[1]


def test_the_list_and_the_titles_say_no_name_and_the_case_says_it(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    ref = queries.case(mechanism.owner, case).ref
    listed = body(browser, "/cases/")
    assert ref in listed
    assert "예시가" not in listed
    assert "Sampleword" not in listed
    assert "예시가" in body(browser, f"/cases/{case}/")  # the control: the name is there
    for page in PAGES:
        title = re.search("<title>(.*)</title>", body(browser, f"/cases/{case}/{page}"))
        assert title
        assert "예시가" not in title[1]


def test_a_full_name_is_found_by_posting_it_and_a_surname_alone_is_not(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    ref = queries.case(mechanism.owner, case).ref
    actions.open_case(mechanism.owner, now=NOW)
    found = browser.post("/cases/", {"name": "Yesiga Sampleword"})
    assert ref in found.content.decode()
    assert found.content.decode().count("<tr>") == 1 + 1
    assert "예시가" not in found.content.decode()
    assert "None of your cases" in browser.post("/cases/", {"name": "Nobody Example"}).content.decode()


def test_a_long_list_has_pages_and_asks_as_often_as_a_short_one(browser: Client, mechanism: People) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            body(browser, "/cases/")
        return len(seen)

    actions.open_case(mechanism.owner, now=NOW)
    asked()
    few = asked()
    for _ in range(27):
        actions.open_case(mechanism.owner)
    assert asked() == few
    older = re.search(r'href="\?after=([^"]+)"', body(browser, "/cases/"))
    assert older
    assert body(browser, f"/cases/?after={older[1]}").count("<tr>") == 1 + 3
    assert browser.get("/cases/?after=nonsense").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_nobody_elses_case_answers_as_one_that_never_was(case: CaseId, page: str) -> None:
    for handle in (COLLEAGUE, STRANGER):
        other = signed_in_client(handle)
        refused, never = (other.get(f"/cases/{one}/{page}") for one in (case, uuid4()))
        assert refused.status_code == never.status_code == 404
        assert refused.content == never.content


PEOPLE = [
    ({"name": "Alphaone"}, Identity(PersonName("Alphaone"))),
    ({"name": "예시가"}, Identity(PersonName("예시가"))),
    ({"name": "Delta Beta Gamma"}, Identity(PersonName("Delta Beta Gamma"))),
    ({"name": "Example", "nation_1": "VN", "nation_2": "TH"}, Identity(PersonName("Example"), nationality=("VN", "TH"))),
    ({"name": "Example", "sex": "another", "year": "2008"}, Identity(PersonName("Example"), Birth(2008), Sex.ANOTHER)),
    ({"name": "Example", "nation_1": "stateless"}, Identity(PersonName("Example"), nationality=("stateless",))),
]  # fmt: skip


@pytest.mark.parametrize(("entered", "recorded"), PEOPLE)
def test_a_person_is_recorded_as_they_say_and_shown_so_again(
    browser: Client, mechanism: People, entered: dict[str, str], recorded: Identity
) -> None:
    case = actions.open_case(mechanism.owner)
    address = f"/cases/{case}/person/"
    assert browser.post(address, {"version": "1", **entered}).status_code == 302
    assert queries.identity(mechanism.owner, case) == recorded
    assert all(f'value="{value}"' in body(browser, address) for value in entered.values())
    assert "None" not in body(browser, f"/cases/{case}/")


def test_a_name_that_is_not_known_is_a_state_and_a_filler_is_refused_with_nothing_lost(
    browser: Client, mechanism: People
) -> None:
    case = actions.open_case(mechanism.owner)
    address = f"/cases/{case}/person/"
    for wrong in (
        {},
        {"name": "unknown"},
        {"name": "Example", "name_not_known": "on"},
        {"name": "Example", "day": "5"},
    ):
        refused = browser.post(address, {"version": "1", "age_said": "about twenty", **wrong})
        assert refused.status_code == 422
        assert "about twenty" in refused.content.decode()
    assert browser.post(address, {"version": "1", "name_not_known": "on"}).status_code == 302
    found = queries.identity(mechanism.owner, case)
    assert found is not None
    assert isinstance(found.name, NameNotKnown)
    assert "name not known" in body(browser, f"/cases/{case}/")


def test_names_in_other_scripts_stand_side_by_side(browser: Client, mechanism: People) -> None:
    case = actions.open_case(mechanism.owner)
    forms = {"form_1": "Linh Example", "script_1": "Latn", "form_2": "例", "script_2": ""}
    assert (
        browser.post(f"/cases/{case}/person/", {"version": "1", "name": "린 예시", **forms}).status_code
        == 302
    )
    found = queries.identity(mechanism.owner, case)
    assert found is not None
    assert isinstance(found.name, PersonName)
    assert [form.script for form in found.name.forms] == [Script.LATIN, Script.ANOTHER]
    assert "Linh Example" in body(browser, f"/cases/{case}/")


def test_facts_are_written_where_they_differ_and_taken_away_where_emptied(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address = f"/cases/{case}/facts/"
    before = queries.facts(mechanism.owner, case)
    entered = {
        "contact__safe_channel": "text message, never a call", "needs__languages": ["vi", "en"], "needs__children_along": "2",
        "health__urgent": "none", "health__pregnancy": "no", "others__names": "one person\n\nanother person ",
        "version": version_on(browser, address),
    }  # fmt: skip
    assert browser.post(address, entered).status_code == 302
    after = queries.facts(mechanism.owner, case)
    assert after[NEEDS] == ["vi", "en"]
    assert after[FieldPath("needs.children_along")] == 2
    assert after[FieldPath("health.pregnancy")] is False
    assert after[FieldPath("others.names")] == ["one person", "another person"]
    assert THREATS not in after
    assert (
        after[FieldPath("shelter.address")] == before[FieldPath("shelter.address")]
    )  # what the page does not ask stays


def test_a_save_that_comes_too_late_overwrites_nothing_and_shows_both(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address = f"/cases/{case}/facts/"
    old = version_on(browser, address)
    actions.set_facts(mechanism.owner, case, {THREATS: "a newer word"}, version=int(old))
    late = browser.post(address, {"version": old, "safety__threats": "my own late word"})
    shown = late.content.decode()
    assert late.status_code == 409
    assert "my own late word" in shown
    assert "Recorded meanwhile: a newer word" in shown
    assert queries.facts(mechanism.owner, case)[THREATS] == "a newer word"
    (kept,) = queries.kept(mechanism.owner)
    assert f"/kept/{kept.id}/" in shown
    fresh = re.search(r'name="version" value="(\d+)"', shown)
    assert fresh
    assert (
        browser.post(address, {"version": fresh[1], "safety__threats": "my own late word"}).status_code == 302
    )
    assert queries.facts(mechanism.owner, case)[THREATS] == "my own late word"


def test_a_late_save_of_the_person_shows_the_newer_name(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address = f"/cases/{case}/person/"
    old = version_on(browser, address)
    actions.record_identity(mechanism.owner, case, Identity(PersonName("Newer Example")), version=int(old))
    late = browser.post(address, {"version": old, "name": "Late Example"})
    assert late.status_code == 409
    assert "Recorded meanwhile: Newer Example" in late.content.decode()
    assert 'value="Late Example"' in late.content.decode()


def test_a_note_is_written_once_however_often_it_is_sent(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address, before = f"/cases/{case}/notes/", Note.objects.count()
    found = re.search(r'name="once" value="([^"]+)"', body(browser, address))
    assert found
    for _ in range(2):
        assert browser.post(address, {"once": found[1], "text": "seen at noon"}).status_code == 302
    assert Note.objects.count() == before + 1
    shown = body(browser, address)
    assert shown.index("a note that never leaves") < shown.index("seen at noon")  # oldest first
    assert browser.post(address, {"text": " "}).status_code == 422


def test_a_note_for_a_closed_case_is_kept_and_given_back(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    actions.close_case(
        mechanism.owner, case, "goal-reached", version=queries.case(mechanism.owner, case).version
    )
    late = browser.post(f"/cases/{case}/notes/", {"text": "a late word"})
    assert late.status_code == 409
    (kept,) = queries.kept(mechanism.owner)
    assert f"/kept/{kept.id}/" in late.content.decode()
    assert "a late word" not in body(browser, "/kept/")
    assert "a late word" in body(browser, f"/kept/{kept.id}/")


def test_kept_words_go_back_into_their_form_or_are_let_go(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    typed = {"path": f"/cases/{case}/notes/", "fields": {"text": ["typed before the session ended"]}}
    kept = actions.keep_draft(
        mechanism.owner,
        text=json.dumps(typed),
        why="session-over",
        subject=f"/cases/{case}/notes/",
        case=case,
    )
    page = body(browser, f"/kept/{kept}/")
    assert "Your session had ended" in page
    back = re.search(r'href="(/cases/[^"]+\?kept=[^"]+)"', page)
    assert back
    assert "typed before the session ended" in body(browser, back[1])
    assert signed_in_client(COLLEAGUE).get(f"/kept/{kept}/").status_code == 404
    assert signed_in_client(COLLEAGUE).post(f"/kept/{kept}/").status_code == 404
    assert browser.post(f"/kept/{kept}/").status_code == 302
    assert not Draft.objects.exists()


def test_a_colleague_is_taken_into_the_team_by_name_and_then_sees_the_case(
    browser: Client, case: CaseId
) -> None:
    assert COLLEAGUE in body(browser, f"/cases/{case}/team/")
    assert "stranger" not in body(browser, f"/cases/{case}/team/")
    assert browser.post(f"/cases/{case}/team/", {"worker": "stranger@narae.example"}).status_code == 422
    assert browser.post(f"/cases/{case}/team/", {"worker": COLLEAGUE}).status_code == 302
    assert signed_in_client(COLLEAGUE).get(f"/cases/{case}/").status_code == 200


def test_a_case_moves_closes_for_a_reason_and_opens_again(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address = f"/cases/{case}/stage/"
    assert browser.post(address, {"version": version_on(browser, address), "to": "closed"}).status_code == 422
    old = version_on(browser, address)
    assert browser.post(address, {"version": old, "to": "assistance"}).status_code == 302
    assert browser.post(address, {"version": old, "to": "return"}).status_code == 409
    assert queries.case(mechanism.owner, case).stage is Stage.ASSISTANCE
    closing = {"version": version_on(browser, address), "to": "closed", "reason": "goal-reached"}
    assert browser.post(address, closing).status_code == 302
    assert "Open again" in body(browser, address)
    assert (
        browser.post(address, {"version": version_on(browser, address), "to": "assistance"}).status_code
        == 302
    )


def test_only_the_holder_erases_and_only_after_typing_the_code(
    browser: Client, case: CaseId, mechanism: People
) -> None:
    address = f"/cases/{case}/erase/"
    actions.join_team(mechanism.owner, case, COLLEAGUE)
    assert (
        signed_in_client(COLLEAGUE).post(address, {"reason": "person-asked", "code": "x"}).status_code == 409
    )
    assert browser.post(address, {"reason": "person-asked", "code": "A0-000"}).status_code == 422
    code = queries.case(mechanism.owner, case).ref.lower()
    assert browser.post(address, {"reason": "person-asked", "code": code}).status_code == 302
    with pytest.raises(AbsentError):
        queries.case(mechanism.owner, case)
    assert "The case is erased" in body(browser, "/cases/")
    assert browser.get(f"/cases/{case}/").content == browser.get(f"/cases/{uuid4()}/").content


def test_services_start_and_end_on_their_page(browser: Client, case: CaseId) -> None:
    address = f"/cases/{case}/services/"
    assert browser.post(address, {"service": "legal-aid", "note": "first talk on Monday"}).status_code == 302
    shown = body(browser, address)
    assert "first talk on Monday" in shown
    assert 'value="legal-aid"' not in shown  # it runs already
    ending = re.search(r'action="(/cases/[^"]+/end/)"', shown)
    assert ending
    elsewhere = ending[1].replace(str(case), str(uuid4()))
    assert browser.post(elsewhere).status_code == 404
    assert browser.post(ending[1]).status_code == 302
    assert "ended" in body(browser, address)


def test_the_case_shows_what_the_rooms_above_tell_of_it(
    browser: Client, case: CaseId, settings: Settings
) -> None:
    told = body(browser, f"/cases/{case}/")
    settings.CASE_PARTS = []
    assert "Services" not in body(browser, f"/cases/{case}/")
    assert "not asked yet" in told
    assert f"/cases/{case}/services/" in told
