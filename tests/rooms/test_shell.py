from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ieumgil.kernel.ids import CaseId
from tests.rooms.conftest import People
from tests.support.browsing import signed_in_client

WORDS = "words that must not be lost 잃으면 안 되는 말"


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.support.pages"


def test_a_page_is_closed_to_whoever_has_not_signed_in(people: People) -> None:
    answer = Client().get("/box/?a=b")
    assert answer.status_code == 303
    assert answer["Location"] == "/sign-in/?next=/box/%3Fa%3Db"
    assert Client().get("/undeclared/").status_code == 404


def test_a_page_is_closed_to_whoever_has_not_used_a_second_factor(people: People) -> None:
    answer = signed_in_client("owner@narae.example", second_factor=False).get("/box/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/device/"
    assert signed_in_client("owner@narae.example").get("/box/").status_code == 200


def test_a_view_that_declares_nothing_is_closed_and_stops_the_node(people: People) -> None:
    from ieumgil.shell.checks import UNDECLARED, check_every_view_declares

    assert signed_in_client("owner@narae.example").get("/undeclared/").status_code == 404
    assert [found.id for found in check_every_view_declares()] == [UNDECLARED]


def test_every_view_of_the_node_declares_a_verb(settings: Settings) -> None:
    from ieumgil.shell.checks import check_every_view_declares

    settings.ROOT_URLCONF = "ieumgil.site.urls"
    assert not check_every_view_declares()


def test_absent_another_agencys_and_nowhere_give_one_answer(people: People, case: CaseId) -> None:
    owner, stranger = (signed_in_client(f"{who}@narae.example") for who in ("owner", "stranger"))
    assert owner.get(f"/box/{case}/").status_code == 200
    answers = [
        stranger.get(f"/box/{case}/"),
        stranger.get(f"/box/{uuid4()}/"),
        stranger.get("/undeclared/"),
        stranger.get("/no/such/place/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_role_without_the_right_hears_so_before_anything_is_looked_for(
    people: People, case: CaseId
) -> None:
    secretary = signed_in_client("coordinator@narae.example")
    there, nowhere = secretary.get(f"/box/{case}/"), secretary.get(f"/box/{uuid4()}/")
    assert there.status_code == nowhere.status_code == 403


def test_fifteen_idle_minutes_end_a_session_and_eight_hours_end_any(people: People) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in_client("owner@narae.example")
        clock.move_to(start + timedelta(minutes=14))
        assert client.get("/box/").status_code == 200
        clock.move_to(start + timedelta(minutes=28))
        assert client.get("/box/").status_code == 200
        clock.move_to(start + timedelta(minutes=44))
        assert client.get("/box/").status_code == 303
        busy = signed_in_client("owner@narae.example")
        for minutes in range(50, 50 + 8 * 60 - 10, 10):
            clock.move_to(start + timedelta(minutes=minutes))
            assert busy.get("/box/").status_code == 200
        clock.move_to(start + timedelta(minutes=44 + 8 * 60 + 1))
        assert busy.get("/box/").status_code == 303


def test_a_page_that_asks_by_itself_keeps_no_session_open_and_is_not_emptied_when_it_ends(
    people: People,
) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in_client("owner@narae.example")
        for minutes in range(1, 15):
            clock.move_to(start + timedelta(minutes=minutes))
            assert client.get("/box/", headers={"HX-Request": "true", "X-Poll": "1"}).status_code == 200
        clock.move_to(start + timedelta(minutes=16))
        assert client.get("/box/", headers={"HX-Request": "true", "X-Poll": "1"}).status_code == 204


def test_what_is_sent_after_a_session_ended_is_sealed_and_given_back_to_its_worker_alone(
    people: People,
) -> None:
    from ieumgil.casefile.queries import drafts

    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in_client("owner@narae.example")
        client.get("/box/")
        clock.move_to(start + timedelta(minutes=20))
        answer = client.post("/box/", {"words": WORDS, "once": "x"})
        assert answer.status_code == 303
        (kept,) = drafts(people.owner)
        assert answer["Location"] == f"/sign-in/?next=/box/%3Fkept%3D{kept.id}"
        assert WORDS.encode() not in answer.content
        assert kept.why == "session-over"
        again, other = signed_in_client("owner@narae.example"), signed_in_client("colleague@narae.example")
        assert WORDS in again.get(f"/box/?kept={kept.id}").content.decode()
        assert WORDS not in other.get(f"/box/?kept={kept.id}").content.decode()
        assert WORDS not in again.get(f"/breaking/?kept={kept.id}").content.decode()
        assert client.get(f"/box/?kept={kept.id}").status_code == 303


def test_an_account_that_was_closed_is_out_with_the_next_click(people: People) -> None:
    from django.contrib.auth import get_user_model

    client = signed_in_client("owner@narae.example")
    assert client.get("/box/").status_code == 200
    get_user_model().objects.filter(handle="owner@narae.example").update(is_active=False)
    assert client.get("/box/").status_code == 303


@pytest.mark.parametrize(("fate", "status"), [("frozen", 409), ("locked", 503)])
def test_a_refusal_stands_in_the_form_and_the_words_stay(people: People, fate: str, status: int) -> None:
    answer = signed_in_client("owner@narae.example").post("/box/", {"words": WORDS, "fate": fate})
    assert answer.status_code == status
    assert WORDS in answer.content.decode()


@pytest.mark.parametrize(("fate", "status"), [("frozen", 409), ("locked", 503), ("moved-on", 409)])
def test_a_refusal_of_the_page_itself_offers_the_words_again(people: People, fate: str, status: int) -> None:
    answer = signed_in_client("owner@narae.example").post("/breaking/", {"words": WORDS, "fate": fate})
    assert answer.status_code == status
    assert WORDS in answer.content.decode()


def test_an_empty_form_is_shown_again_with_what_is_missing(people: People) -> None:
    answer = signed_in_client("owner@narae.example").post("/box/", {"words": ""})
    assert answer.status_code == 422


def test_a_form_of_an_old_page_says_so_and_loses_nothing(people: People) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    strict.cookies = signed_in_client("owner@narae.example").cookies
    answer = strict.post("/box/", {"words": WORDS})
    assert answer.status_code == 403
    assert WORDS in answer.content.decode()


def test_the_language_changes_and_the_place_and_the_words_stay(people: People) -> None:
    client = signed_in_client("owner@narae.example")
    answer = client.post("/language/", {"language": "ko", "next": "/box/?a=b"})
    assert answer["Location"] == "/box/?a=b"
    assert client.cookies["language"].value == "ko"
    there = client.post(
        "/language/", {"language": "en", "next": "/box/?a=b", "words": WORDS, "typed": "yes"}
    )["Location"]
    assert there.startswith("/box/?kept=")
    assert WORDS in client.get(there).content.decode()
    away = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_the_quick_exit_signs_out_forgets_and_shows_a_page_that_says_nothing(people: People) -> None:
    client = signed_in_client("owner@narae.example")
    answer = client.post("/leave/", {"from": "/box/", "words": WORDS})
    assert answer["Location"] == "/today/"
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert client.get("/box/").status_code == 303
    shown = client.get("/today/").content.decode().lower()
    assert "ieumgil" not in shown.replace("ieumgil.css", "")
    from ieumgil.casefile.queries import drafts

    assert [WORDS in kept.text for kept in drafts(people.owner)] == [True]


def test_no_answer_may_be_kept_framed_or_asked_from_elsewhere(people: People) -> None:
    client = signed_in_client("owner@narae.example")
    for answer in (
        client.get("/box/"),
        client.get("/nowhere/"),
        client.post("/breaking/", {"fate": "frozen"}),
    ):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_source_of_the_program_is_there_for_whoever_uses_it(db: None) -> None:
    import io
    import tarfile

    answer = Client().get("/source/")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
    assert {"ieumgil/shell/views.py", "LICENSE", "requirements.lock"} <= set(names)


def test_the_log_names_routes_and_kinds_of_faults_never_ids_or_words(
    people: People, case: CaseId, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    import logging

    from ieumgil.site.log import RoutesOnly

    assert settings.LOGGING["handlers"]["console"]["filters"] == ["routes"]
    signed_in_client("stranger@narae.example").get(f"/box/{case}/")
    assert all(RoutesOnly().filter(record) for record in caplog.records)
    written = " ".join(logging.Formatter().format(record) for record in caplog.records)
    assert "404 GET about" in written
    assert str(case) not in written
    planted = logging.LogRecord("x", logging.ERROR, "here", 1, "failed", (), None)
    try:
        raise ValueError(WORDS)
    except ValueError as fault:
        planted.exc_info = (type(fault), fault, fault.__traceback__)
    assert WORDS in logging.Formatter().format(planted)
    planted.exc_text = None
    RoutesOnly().filter(planted)
    assert WORDS not in logging.Formatter().format(planted)
    assert "ValueError" in planted.msg
