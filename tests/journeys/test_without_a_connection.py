import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Nodes
from tests.support.browser import desk

WORDS = {"en": "no connection", "ko": "연결되지 않습니다"}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_sent_without_a_connection_stays_on_the_page_and_goes_later(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    with desk(browser, nodes.front.address, language, "no-connection") as sitting:
        sitting.go("/demo/as/officer@police/")
        sitting.go("/questions/")
        sitting.page.locator("label[for=id_answer_danger_0]").click()
        send = sitting.page.locator("main form[data-form] button[type=submit]").last
        sitting.page.context.set_offline(True)
        send.click()
        expect(sitting.page.locator("#no-connection")).to_be_visible()
        assert WORDS[language] in sitting.page.inner_text("#no-connection")
        expect(sitting.page.locator("input[type=radio]").first).to_be_checked()
        sitting.stop("no connection")
        sitting.page.context.set_offline(False)
        send.click()
        sitting.page.wait_for_url("**/signs/")
        assert not [fault for fault in sitting.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
