"""Whom to ask: what is shown before anything is asked, and what became of each that was."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ieumgil.casefile import actions as casefile
from ieumgil.directory import actions as directory
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions import enquire
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries import asking
from ieumgil.referral.queries.work import conversation
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.mechanism import give_leave
from tests.support.reading import hidden_in

ABOUT = {
    "need": "shelter",
    "region": "bada",
    "urgency": "urgent",
    "languages": ["vi"],
    "sex": "female",
    "age_band": "25-34",
}
ADMITS: dict[str, Json] = {
    "sexes": ["female"], "age_bands": ["25-34"], "children_along": 2, "pregnant": True, "urgent_medical": False,
    "accessibility": [],
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("now_stands")


def ask(case: CaseId) -> str:
    return f"/cases/{case}/ask/"


def shown(client: Client, where: str) -> str:
    return client.get(where).content.decode()


def test_without_leave_the_page_leads_to_the_question_and_asks_nobody(desk: Client, case: CaseId) -> None:
    page = shown(desk, ask(case))
    assert 'id="no-leave"' in page
    assert f"/cases/{case}/leave/" in page
    assert 'value="send"' not in page
    refused = desk.post(ask(case), ABOUT | {"do": "send", "agencies": [], "once": "a"})
    assert refused.status_code == 422
    assert not ThreadRow.objects.exists()


def test_leave_that_was_taken_back_meanwhile_stops_it_with_words(
    desk: Client, case: CaseId, people: People
) -> None:
    sent = desk.post(ask(case), ABOUT | {"do": "send", "agencies": [str(people.shelter)], "once": "a"})
    assert sent.status_code == 409
    assert "has not given leave" in sent.content.decode()
    assert not ThreadRow.objects.exists()


def test_it_is_filled_with_what_the_case_knows_and_never_with_words(
    desk: Client, case: CaseId, people: People
) -> None:
    give_leave(people.owner, case, NOW)
    page = shown(desk, ask(case))
    assert "Vietnamese</dd>" in page  # what they will be asked
    assert "recruiter" not in page
    assert "예시가" not in page


def test_what_is_rare_in_the_region_is_shown_as_it_travels(
    desk: Client, case: CaseId, people: People
) -> None:
    give_leave(people.owner, case, NOW)
    common = desk.post(ask(case), ABOUT | {"do": "look"}, headers={"HX-Request": "true"}).content.decode()
    rare = desk.post(ask(case), ABOUT | {"do": "look", "region": "sup"}, headers={"HX-Request": "true"})
    assert "<html" not in common
    assert "Vietnamese" in common
    assert "Vietnamese" not in rare.content.decode()
    assert "ask later" in rare.content.decode()
    assert 'id="later"' not in common
    assert "Languages" in rare.content.decode().split('id="later"')[1].split("</p>")[0]
    assert not ThreadRow.objects.exists()


def test_an_agency_of_this_node_says_whether_it_can_take_and_as_of_when(
    desk: Client, case: CaseId, people: People
) -> None:
    give_leave(people.owner, case, NOW)
    unknown = desk.post(ask(case), ABOUT | {"do": "look"}).content.decode()
    directory.write_service(
        people.stranger, "night", names=("Night", "밤"), category="shelter", regions=["bada"],
        languages=["vi"], admits=ADMITS, places=(4, 2), now=NOW - timedelta(hours=3),
    )  # fmt: skip
    known = desk.post(ask(case), ABOUT | {"do": "look"}).content.decode()
    full = desk.post(ask(case), ABOUT | {"do": "look", "sex": "male"}).content.decode()
    assert "ask them" in unknown
    assert "says it can take" in known
    assert "As it said itself" in known
    assert "says it cannot take now" in full


def test_each_agency_gets_a_thread_of_its_own_and_a_double_click_asks_once(
    desk: Client, case: CaseId, people: People
) -> None:
    give_leave(people.owner, case, NOW)
    said = ABOUT | {"do": "send", "agencies": [str(people.shelter)], **hidden_in(shown(desk, ask(case)))}
    first, second = (desk.post(ask(case), said, follow=True) for _ in range(2))
    assert first.redirect_chain[0][0] == second.redirect_chain[0][0] == f"/cases/{case}/asked/"
    assert "Garam shelter was asked." in first.content.decode()
    (row,) = ThreadRow.objects.filter(agency_id=people.police)
    said_there = conversation(people.owner, ThreadId(row.thread)).turns[0].said
    assert said_there
    assert said_there["languages"] == ["vi"]
    assert (said_there["sex"], said_there["pregnant"], said_there["avoid"]) == ("female", "unknown", [])


def test_one_that_refuses_keeps_back_no_other_and_both_are_told(
    desk: Client, case: CaseId, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_leave(people.owner, case, NOW)
    asked = enquire.enquire

    def only_one(*args: object, to: object, **more: object) -> object:
        if to == people.coordinator.agency:
            raise DeniedError("no-basis")
        return asked(*args, to=to, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(enquire, "enquire", only_one)
    both = [str(people.coordinator.agency), str(people.shelter)]
    said = ABOUT | {"need": "interpretation", "do": "send", "agencies": both, "once": "b"}
    told = desk.post(ask(case), said, follow=True).content.decode()
    assert "Garam shelter was asked." in told
    assert "Narae secretariat was not asked. No agreement" in told
    assert ThreadRow.objects.filter(agency_id=people.police).count() == 1


def test_in_an_emergency_the_next_screen_rings(desk: Client, case: CaseId, people: People) -> None:
    give_leave(people.owner, case, NOW)
    said = ABOUT | {"urgency": "emergency", "do": "send", "agencies": [str(people.shelter)], "once": "c"}
    told = desk.post(ask(case), said, follow=True).content.decode()
    row = ThreadRow.objects.get(agency_id=people.police)
    assert f"/threads/{row.thread}/phone/" in told


def test_the_page_asks_the_database_no_more_for_a_long_roll(
    desk: Client, case: CaseId, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_leave(people.owner, case, NOW)
    shown(desk, ask(case))
    cards = list(asking._cards())
    monkeypatch.setattr(asking, "_cards", lambda: cards)
    with CaptureQueriesContext(connection) as few:
        shown(desk, ask(case))
    many = [*cards, *(replace(cards[1], agency=AgencyId(uuid4()), slug=f"agency-{n}") for n in range(20))]
    monkeypatch.setattr(asking, "_cards", lambda: many)
    with CaptureQueriesContext(connection) as more:
        page = shown(desk, ask(case))
    assert page.count("Time to answer:") > 20
    assert len(more) == len(few)


def test_another_agencys_case_is_as_one_that_never_was(case: CaseId, people: People) -> None:
    stranger = signed_in_client("stranger@narae.example")
    other, never = (
        stranger.get(f"/cases/{each}/{what}/") for each, what in ((case, "ask"), (uuid4(), "ask"))
    )
    assert other.status_code == never.status_code == 404
    assert other.content == never.content
    colleague = signed_in_client("colleague@narae.example")
    assert colleague.get(ask(case)).status_code == 404
    assert colleague.get(f"/cases/{case}/asked/").status_code == 404


def test_what_cannot_be_read_as_a_code_is_left_out(desk: Client, case: CaseId, people: People) -> None:
    give_leave(people.owner, case, NOW)
    facts = {FieldPath("needs.children_along"): "two", FieldPath("needs.languages"): ["vi", "<b>"]}
    casefile.set_facts(people.owner, case, facts, version=3, now=NOW)
    page = shown(desk, ask(case))
    assert "&lt;b&gt;" not in page.split('id="lines"')[1]
    assert "two" not in page.split('id="lines"')[1].split("</section>")[0]
