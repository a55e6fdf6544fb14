"""The first questions in a browser: stopped anywhere, kept once, concluded in words; what must be reported is said first."""

import re
from datetime import date

import pytest
from django.test import Client

from ieumgil.casefile import queries as cases
from ieumgil.casefile.models import Case
from ieumgil.ground.audit.queries import entries
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.identification import queries
from ieumgil.identification.models import Screening
from ieumgil.identification.rules import Choice, Rule
from ieumgil.kernel.ids import CaseId
from tests.rooms.conftest import People
from tests.support.browsing import signed_in_client

OWNER, COLLEAGUE = "owner@narae.example", "colleague@narae.example"
SAID = "marker words, in the person's way"
ANSWERS = {"answer_brought": "yes", "answer_papers": "yes", "answer_work": "yes", "words_papers": SAID}
FEW = {"answer_brought": "yes", "answer_work": "prefer-not", "answer_leave": "unknown"}
AGE = {"born_year": "1990", "act_year": "2026", "act_month": "1", "act_day": "5", "may_be_child": "no"}


@pytest.fixture
def browser(mechanism: People) -> Client:
    return signed_in_client(OWNER)


def once_of(browser: Client, address: str = "/questions/") -> str:
    """Give the key of a form as the page holds it."""
    found = re.search(rb'name="once" value="([^"]+)"', browser.get(address).content)
    assert found
    return found[1].decode()


def ask(browser: Client, answers: dict[str, str], address: str = "/questions/") -> CaseId:
    """Ask through the page, and give the case that the page leads to."""
    answer = browser.post(address, {"once": once_of(browser, address), **answers})
    assert answer.status_code == 302, answer.content.decode()
    return CaseId(Case.objects.order_by("-opened_at")[0].pk)


def test_the_page_asks_at_most_twelve_questions_each_in_both_languages_and_says_why_a_sensitive_one(
    browser: Client,
) -> None:
    shown = browser.get("/questions/").content.decode()
    assert 0 < shown.count('name="words_') <= 12
    for question in queries.question_set().questions:
        assert question.ko in shown
        if question.sensitive:
            assert question.why_en in shown.replace("&#x27;", "'")
    assert all(shown.count(f'value="{choice}"') >= shown.count('name="words_') for choice in Choice)
    assert "read in court" in shown
    assert "interpreter from the person" in shown


def test_everything_may_be_left_out_and_offers_help(browser: Client, mechanism: People) -> None:
    case = ask(browser, {})
    shown = browser.get(f"/cases/{case}/signs/").content.decode()
    assert "Not enough known: offer help, ask again." in shown
    assert "No answer shows a sign yet" in shown


def test_answers_open_one_case_with_reasons_in_words_and_no_number(
    browser: Client, mechanism: People
) -> None:
    case = ask(browser, ANSWERS | AGE)
    shown = browser.get(f"/cases/{case}/signs/").content.decode()
    assert "Signs: protect now." in shown
    assert SAID.replace("'", "&#x27;") in shown
    for word in ("other coercion", "forced labour", "Adult: an act, a means and a purpose"):
        assert word in shown
    assert not re.search(r"\b\d+\s*(%|points|of 12)", shown)
    assert queries.screening(mechanism.owner, case).age_facts.born_until == date(1990, 12, 31)


def test_what_was_left_unsaid_is_not_pressed(browser: Client, mechanism: People) -> None:
    shown = browser.get(f"/cases/{ask(browser, FEW | AGE)}/signs/").content.decode()
    assert "Left unsaid: do not press." in shown
    assert "Ask again, in calm:" in shown


def test_a_double_click_makes_one_case_and_one_screening(browser: Client, mechanism: People) -> None:
    once = once_of(browser)
    first, second = (browser.post("/questions/", {"once": once, **ANSWERS}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert (Case.objects.count(), Screening.objects.count()) == (1, 1)
    browser.post("/questions/", {"once": once, **ANSWERS, "answer_leave": "yes"})  # back, and one more answer
    assert (Case.objects.count(), Screening.objects.count()) == (1, 2)
    browser.post("/questions/", {"once": once_of(browser), **ANSWERS})
    assert Case.objects.count() == 2  # the control: another page makes another case


def test_nothing_is_half_done_when_the_answers_cannot_be_kept(
    browser: Client, mechanism: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_all: object, **_named: object) -> None:
        raise OSError("no space left")

    once = once_of(browser)
    with monkeypatch.context() as broken:
        broken.setattr("ieumgil.identification.actions.conclusion_to_json", full)
        with pytest.raises(OSError, match="no space"):
            browser.post("/questions/", {"once": once, **ANSWERS})
    assert (Case.objects.count(), Screening.objects.count()) == (0, 0)
    assert browser.post("/questions/", {"once": once, **ANSWERS}).status_code == 302


def test_impossible_dates_are_said_and_no_word_is_lost(browser: Client, mechanism: People) -> None:
    wrong = {"born_year": "2030", "once": once_of(browser), **ANSWERS}
    answer = browser.post("/questions/", wrong)
    assert answer.status_code == 422
    assert SAID.replace("'", "&#x27;") in answer.content.decode()
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("born", "rule"),
    [
        ({"born_year": "2008", "born_month": "12", "born_day": "31"}, Rule.CHILD),
        ({"born_year": "2010"}, Rule.CHILD),
        ({"born_year": "2008"}, Rule.PRESUMED_CHILD),
        ({"said": "19 by Korean counting"}, Rule.PRESUMED_CHILD),
    ],
)
def test_an_age_is_worked_out_from_what_is_known_and_never_from_the_year_alone(
    browser: Client, mechanism: People, born: dict[str, str], rule: Rule
) -> None:
    began = {"act_year": "2026", "act_month": "1", "act_day": "1", "may_be_child": "yes"}
    case = ask(browser, ANSWERS | born | began)
    found = queries.screening(mechanism.owner, case)
    assert found.conclusion.rule is rule
    if "said" in born:
        assert "19 by Korean counting" in browser.get(f"/cases/{case}/signs/").content.decode()


def test_asking_again_shows_what_was_said_before_and_by_whom(browser: Client, mechanism: People) -> None:
    case = ask(browser, ANSWERS | AGE)
    address = f"/cases/{case}/questions/"
    shown = browser.get(address).content.decode()
    assert "Already asked on" in shown
    assert SAID.replace("'", "&#x27;") in shown
    assert re.search(r'name="answer_papers" value="yes"[^>]*checked', shown)
    assert 'value="1990"' in shown
    ask(browser, ANSWERS | {"answer_leave": "yes"}, address)
    assert len(queries.screenings(mechanism.owner, case)) == 2
    assert "Asked before" in browser.get(f"/cases/{case}/signs/").content.decode()


def test_another_team_and_another_agency_see_what_somebody_sees_who_asks_for_nothing(
    browser: Client, mechanism: People
) -> None:
    case = ask(browser, ANSWERS)
    absent = f"/cases/{mechanism.police}/signs/"
    for handle in (COLLEAGUE, "stranger@narae.example"):
        other = signed_in_client(handle)
        for page in ("signs", "questions"):
            refused = other.get(f"/cases/{case}/{page}/")
            assert refused.status_code == 404
            assert refused.content == other.get(absent.replace("signs", page)).content


def test_who_may_not_screen_is_told_so_before_a_case_is_looked_for(mechanism: People) -> None:
    assert signed_in_client("coordinator@narae.example").get("/questions/").status_code == 403


def test_status_is_asked_only_after_the_person_was_told_and_that_is_on_record(
    browser: Client, mechanism: People
) -> None:
    case = ask(browser, ANSWERS)
    address = f"/cases/{case}/facts/status/"
    first = browser.get(address).content.decode()
    assert "48 hours" in first
    assert "status__residence" not in first
    assert (
        "status__residence"
        not in browser.post(address, {"status__residence": "expired", "version": "1"}).content.decode()
    )
    told = browser.post(address, {"was_told": "yes"})
    assert "status__residence" in browser.get(told["Location"]).content.decode()
    assert "status__residence" not in browser.get(f"{address}?told=1").content.decode()
    other = ask(browser, FEW)
    assert (
        "status__residence"
        not in browser.get(told["Location"].replace(str(case), str(other))).content.decode()
    )
    saved = browser.post(told["Location"], {"status__residence": "expired", "version": "1"})
    assert saved.status_code == 302
    assert cases.facts(mechanism.owner, case) == {"status.residence": "expired"}
    assert "expired" not in browser.get(f"/cases/{case}/facts/").content.decode()
    assert len(list(entries(mechanism.owner, action=AuditAction.DUTY_TELL))) == 1
