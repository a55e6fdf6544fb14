"""The screen of the emergency call, and the practice phone of the demo."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ieumgil.ground.post.actions import calls, standin
from ieumgil.ground.post.models import Call
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.queries import calling
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import enquired
from tests.support.mechanism import carry

FIRST, SECOND = "000-0000-0041", "000-0000-0042"


@pytest.fixture
def travel(people: People) -> Iterator[Callable[[int], None]]:
    """Let time stand still at the moment of the tests, and go on when asked."""
    traveller = time_machine.travel(NOW, tick=False)
    moved = traveller.start()
    yield moved.shift
    traveller.stop()


@pytest.fixture
def thread(travel: object, mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch) -> ThreadId:
    monkeypatch.setattr(
        calling, "duty_phones", lambda agency: (FIRST, SECOND) if agency == mechanism.shelter else ()
    )
    return enquired(mechanism, case, urgency="emergency")


def address(thread: ThreadId, more: str = "") -> str:
    return f"/threads/{thread}/phone/{more}"


@pytest.fixture
def officer(thread: ThreadId) -> Client:
    return signed_in_client("owner@narae.example")


def shown(client: Client, where: str) -> str:
    return client.get(where).content.decode()


def ring() -> None:
    calls.ring_on(now=timezone.now())


def test_the_call_is_started_seen_and_answered(
    officer: Client, thread: ThreadId, travel: Callable[[int], None]
) -> None:
    before = shown(officer, address(thread))
    assert all(words in before for words in ("Start to ring", FIRST, SECOND, "000-0112", "press 1"))
    done = officer.post(address(thread))
    assert (done.status_code, done["Location"]) == (302, address(thread))
    assert "The first phone rings in a moment" in shown(officer, address(thread))
    ring()
    page = shown(officer, address(thread))
    assert "<strong>Garam shelter</strong> rings at 000-0000-0041" in page
    assert "ring 1 of 3" in page
    assert "Look again" in page  # without a script
    assert "Start to ring" not in page
    standin.answer_phone(FIRST)
    travel(3)
    ring()
    page = shown(officer, address(thread))
    assert "Answered by Garam shelter" in page
    assert 'hx-trigger="every' not in page


def test_a_poll_that_has_seen_all_gets_nothing(
    officer: Client, thread: ThreadId, travel: Callable[[int], None]
) -> None:
    officer.post(address(thread))
    ring()
    seen = f"{address(thread)}?seen=ringing-{NOW.timestamp():.0f}"
    assert seen.encode() in officer.get(address(thread)).content
    assert officer.get(seen, headers={"HX-Request": "true"}).status_code == 204
    assert officer.get(seen).status_code == 200  # control: without a script the page comes whole
    travel(30)
    ring()
    polled = officer.get(seen, headers={"HX-Request": "true"})
    assert (polled.status_code, b"ring 2 of 3" in polled.content) == (200, True)


def test_a_double_click_is_one_call_and_stop_stops_it(officer: Client, thread: ThreadId) -> None:
    officer.post(address(thread))
    officer.post(address(thread))
    assert Call.objects.count() == 1
    assert officer.post(address(thread, "stop/")).status_code == 302
    assert "The ringing was stopped" in shown(officer, address(thread))
    again = officer.post(address(thread, "stop/"))
    assert again.status_code == 409
    assert "Nothing rings any more" in again.content.decode()
    assert officer.get(address(thread, "stop/")).status_code == 405


def test_nobody_answered_says_what_to_do(
    officer: Client, thread: ThreadId, travel: Callable[[int], None]
) -> None:
    officer.post(address(thread))
    for _ in range(62):
        ring()
        travel(30)
    page = shown(signed_in_client("owner@narae.example"), address(thread))
    assert "Nobody answered until" in page
    assert "Ring again" in page


def test_another_agencys_thread_and_an_absent_one_are_the_same(
    officer: Client, thread: ThreadId, mechanism: People
) -> None:
    stranger = signed_in_client("coordinator@narae.example")
    assert stranger.get(address(thread)).status_code == 403  # no right at all
    absent = officer.get(address(ThreadId(mechanism.police)))
    assert absent.status_code == 404
    shelter = signed_in_client("stranger@narae.example")
    other = shelter.get(address(thread))  # it has not arrived there
    assert (other.status_code, other.content) == (
        404,
        shelter.get(address(ThreadId(mechanism.police))).content,
    )
    carry(NOW)
    page = shown(shelter, address(thread))  # the agency that was asked rings nobody
    assert "Start to ring" not in page
    assert shelter.post(address(thread)).status_code == 404
    assert not Call.objects.exists()


def test_without_a_number_the_page_says_so_and_starts_nothing(
    officer: Client, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "duty_phones", lambda _agency: ())
    assert "has a duty number here" in shown(officer, address(thread))
    refused = officer.post(address(thread))
    assert refused.status_code == 409
    assert not Call.objects.exists()


def test_neither_title_nor_address_says_what_it_is_about(officer: Client, thread: ThreadId) -> None:
    for language in ("en", "ko"):
        page = shown(signed_in_client("owner@narae.example", language=language), address(thread))
        title = page.split("<title>")[1].split("</title>")[0]
        assert not [
            word for word in ("victim", "traffick", "emergency", "피해", "긴급") if word in title.lower()
        ]


def test_the_practice_phone_is_answered_in_the_demo_and_absent_outside(
    officer: Client, thread: ThreadId, settings: Settings
) -> None:
    officer.post(address(thread))
    ring()
    assert officer.get("/demo/phone/").status_code == 404
    settings.IEUMGIL_DEMO = True
    page = shown(officer, "/demo/phone/")
    assert FIRST in page
    assert "Press 1" in page
    done = officer.post("/demo/phone/", {"number": FIRST})
    assert (done.status_code, done["Location"]) == (302, "/demo/phone/")
    assert "No phone rings" in shown(officer, "/demo/phone/")
    ring()
    assert "Answered by Garam shelter" in shown(officer, address(thread))
    assert officer.post("/demo/phone/", {"number": SECOND}).status_code == 404  # it does not ring
    settings.IEUMGIL_DUTY_GATEWAY = "an.operators.Gateway"
    assert officer.get("/demo/phone/").status_code == 404
