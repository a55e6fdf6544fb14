"""The main path with the keyboard alone: from the first question to the enquiry, the answer, the consent and the referral."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support import acting
from tests.support.browser import Desk
from tests.support.journeying import at_both, may, number_in, states, wait_for
from tests.support.keyboard import FocusError, Keys

WITHOUT_RING = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync('*:focus { outline: none !important; box-shadow: none !important }');
  document.adoptedStyleSheets = [sheet]; }"""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_is_referred_with_the_keyboard_alone(nodes: Nodes, browser: Browser, language: str) -> None:
    with at_both(browser, nodes.front, nodes.protection, language, "keys", looks=False) as (officer, shelter):
        asks(officer)
        thread = number_in(officer.page.url, "threads")
        answers(shelter, thread)
        refers(officer, thread)
        assert officer.faults + officer.strangers + shelter.faults + shelter.strangers == []
    assert states(nodes.front, nodes.protection, thread) <= {"REFERRED", "OFFERED"}


def asks(officer: Desk) -> None:
    keys = Keys(officer.page)
    officer.go("/")
    keys.follow("/questions/")
    keys.choose("answer_papers", "yes")
    keys.press()
    case = number_in(officer.page.url, "cases")
    officer.go(f"/cases/{case}/person/")
    keys.write("name", acting.WORDS[officer.language]["name"])
    keys.choose("sex", "female")
    keys.press()
    officer.go(f"/cases/{case}/signs/")
    keys.follow("/leave/")
    keys.select("#in", "vi")
    keys.press(".secondary")
    keys.choose("answer", "yes")
    keys.choose("how", "read-aloud")
    keys.press()
    keys.select('[name="region"]', "bada")
    keys.choose("urgency", "emergency")
    keys.tick("agencies", acting.SHELTER)
    keys.press('.primary[value="send"]')
    keys.follow("/threads/")


def answers(shelter: Desk, thread: str) -> None:
    keys = Keys(shelter.page)
    wait_for(shelter, "/", f'main a[href*="{thread}"]')
    keys.follow(f"/threads/{thread}/")
    keys.follow("/can-take/")
    keys.write("hours", "10")
    keys.press()


def refers(officer: Desk, thread: str) -> None:
    keys = Keys(officer.page)
    wait_for(officer, f"/threads/{thread}/", may("packet"))
    keys.follow("/packet/")
    keys.follow("/agree/")
    for name, value in (("purposes", "shelter"), ("categories", "identity"), ("categories", "needs")):
        keys.tick(name, value)
    keys.choose("by_whom", "person")
    keys.choose("how", "read-aloud")
    keys.choose("form", "spoken")
    keys.press()
    keys.press()
    officer.stop("thread-referred")


def test_a_focus_that_is_lost_or_cannot_be_seen_is_found(nodes: Nodes, browser: Browser) -> None:
    with at_both(browser, nodes.front, nodes.protection, "en", "keys-control", looks=False) as (officer, _):
        keys = Keys(officer.page)
        keys.to("main a")
        officer.page.evaluate(WITHOUT_RING)
        with pytest.raises(FocusError, match="cannot be seen"):
            keys.look()
        officer.page.evaluate("() => document.activeElement.remove()")
        with pytest.raises(FocusError, match="is lost"):
            keys.look()
