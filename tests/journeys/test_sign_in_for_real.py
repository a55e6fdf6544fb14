"""The door as workers use it: a link, a password, a device, codes for paper; and a session that ends while somebody types."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support.browser import desk
from tests.support.joining import age_session, join, link_for, sign_in_for_real, sign_out
from tests.support.journeying import NotThereError, fill, follow, number_in, press

LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])
WORDS = {"ko": "아침 9시에 다시 오기로 함", "en": "comes again at nine in the morning"}


@LANGUAGES
def test_a_worker_joins_with_a_device_signs_out_and_comes_back(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    node, handle = nodes.protection, f"new-{language}@garam"
    link = link_for(node, "garam-shelter", handle, "case-worker")
    with desk(browser, node.address, language, "door") as sitting:
        page = sitting.page
        who = join(sitting, link, handle)
        follow(page, "/")
        assert sign_out(sitting) == '"cache", "cookies", "storage"'
        sitting.stop("sign-in")
        page.go_back()
        assert not page.locator("nav.house-nav").count(), "what the worker saw comes back after sign-out"
        sitting.go("/sign-in/")
        fill(page, {"login": handle, "password": "not the password at all"})
        with pytest.raises(NotThereError):
            press(page)
        sitting.stop("wrong-password")
        sign_in_for_real(sitting, who)
        assert page.locator("nav.house-nav").count() == 1
        page.goto(link)
        sitting.stop("link-was-used")
        assert not page.locator('[name="password1"]').count()
        sitting.go("/account/sessions/")
        sitting.stop("sessions")
        assert sitting.faults + sitting.strangers == []


@LANGUAGES
def test_what_is_typed_when_the_session_has_ended_comes_back_after_sign_in(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    node, handle = nodes.front, f"tired-{language}@police"
    link = link_for(node, "narae-police", handle, "first-responder", "case-worker")
    with desk(browser, node.address, language, "ended", looks=False) as sitting:
        page = sitting.page
        who = join(sitting, link, handle)
        sitting.go("/questions/")
        press(page)
        notes = f"/cases/{number_in(page.url, 'cases')}/notes/"
        sitting.go(notes)
        fill(page, {"text": WORDS[language]})
        age_session(node, sitting, minutes=16)
        press(page)
        assert "/sign-in/" in page.url
        assert WORDS[language] not in page.content()
        sitting.looks = True
        sitting.stop("session-over")
        sign_in_for_real(sitting, who)
        assert notes in page.url
        assert page.input_value('main [name="text"]') == WORDS[language]
        sitting.stop("words-given-back")
        press(page)
        assert WORDS[language] in sitting.text()
        assert sitting.faults + sitting.strangers == []
