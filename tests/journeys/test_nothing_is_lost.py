"""Two windows, a quick exit, another language, an impatient finger: what is typed is neither lost nor sent twice."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support import acting, seeding
from tests.support.browser import Desk, desk
from tests.support.journeying import (
    NIGHT,
    OFFICER,
    choose,
    fill,
    follow,
    may,
    number_in,
    open_details,
    press,
    sign_in,
    wait_for,
)

PLANTED = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>x</title><main><h1>x</h1><input><p>끝</p>"
    "<div style='width:400px'>wide</div><img alt='' src='http://127.0.0.1:2/x'></main>"
)
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])


@LANGUAGES
def test_an_old_window_overwrites_nothing_and_keeps_its_words(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    begun = seeding.referred(nodes.front, nodes.protection, language)
    said = acting.WORDS[language]
    nodes.protection.do(NIGHT, "referral", "query", begun.thread, "--question", said["question"])
    with desk(browser, nodes.front.address, language, "windows") as officer:
        sign_in(officer, OFFICER)
        wait_for(officer, f"/threads/{begun.thread}/", may("reply"))
        follow(officer.page, "/reply/")
        old = officer.page.context.new_page()
        old.goto(officer.page.url)
        fill(officer.page, {"text": said["answer"]})
        press(officer.page)
        fill(old, {"text": said["own-words"]})
        press(old)
        assert said["own-words"] not in text_of_thread(officer, begun.thread)
        window = Desk(old, officer.home, language, "windows-old")
        window.stop("old-window")
        follow(old, "/kept/")
        assert said["own-words"] in old.content()
        window.stop("kept-words")
        officer.stop("thread-with-kept-words")
        assert officer.faults + officer.strangers + window.faults == []


def text_of_thread(sitting: Desk, thread: str) -> str:
    sitting.go(f"/threads/{thread}/")
    return sitting.text()


@LANGUAGES
def test_the_back_button_does_not_return_after_a_quick_exit(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    words = acting.WORDS[language]["own-words"]
    with desk(browser, nodes.front.address, language, "exit") as officer:
        page = officer.page
        sign_in(officer, OFFICER)
        officer.go("/questions/")
        open_details(page, "words_papers")
        fill(page, {"words_papers": words})
        page.locator("form[data-leave] button").click()
        page.wait_for_url("**/today/**")
        officer.stop("today")
        for _ in range(3):
            page.go_back()
            page.wait_for_load_state("domcontentloaded")
            assert words not in page.content()
            assert not page.locator('[name="words_papers"]').count()
        sign_in(officer, OFFICER)
        officer.go("/kept/")
        officer.stop("kept-list")
        follow(page, "/kept/")
        assert words in page.content()
        assert officer.faults + officer.strangers == []


@LANGUAGES
def test_another_language_keeps_the_place_and_what_is_typed(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    other = {"ko": "en", "en": "ko"}[language]
    with desk(browser, nodes.front.address, language, "switch", looks=False) as officer:
        page = officer.page
        sign_in(officer, OFFICER)
        officer.go("/questions/")
        choose(page, "answer_work", "prefer-not")
        open_details(page, "words_papers")
        fill(page, {"words_papers": acting.WORDS[language]["own-words"], "said": "19"})
        with page.expect_navigation():
            page.locator(f'header form.house-languages button[value="{other}"]').click()
        assert page.get_attribute("html", "lang") == other
        assert "/questions/" in page.url
        assert page.input_value('[name="words_papers"]') == acting.WORDS[language]["own-words"]
        assert page.input_value('[name="said"]') == "19"
        assert page.locator('input[name="answer_work"][value="prefer-not"]').is_checked()
        assert officer.faults + officer.strangers == []


@LANGUAGES
def test_a_double_click_sends_once(nodes: Nodes, browser: Browser, language: str) -> None:
    case = seeding.case_with_leave(nodes.front, language)
    with desk(browser, nodes.front.address, language, "double", looks=False) as officer:
        page = officer.page
        sign_in(officer, OFFICER)
        officer.go(f"/cases/{case}/ask/")
        page.select_option('[name="region"]', "bada")
        page.wait_for_load_state("networkidle")
        choose(page, "agencies", acting.SHELTER)
        page.locator('main form[data-form] button[value="send"]').dblclick()
        page.wait_for_url("**/asked/")
        assert page.locator("main tbody tr").count() == 1
        before = cases_of(officer)
        officer.go("/questions/")
        page.locator("main form[data-form] button.primary").dblclick()
        page.wait_for_url("**/signs/")
        assert number_in(page.url, "cases") not in before
        assert len(cases_of(officer)) == len(before) + 1


def cases_of(sitting: Desk) -> set[str]:
    sitting.go("/cases/")
    links = sitting.page.locator('main tbody a[href^="/cases/"]')
    return set(links.evaluate_all("links => links.map(link => link.getAttribute('href'))"))


def test_a_stop_finds_what_is_planted(browser: Browser) -> None:
    with desk(browser, "http://127.0.0.1:1", "en", "planted") as sitting:
        sitting.page.route("**/planted", lambda route: route.fulfill(content_type="text/html", body=PLANTED))
        sitting.go("/planted")
        sitting.page.evaluate("() => window.localStorage.setItem('kept', 'x')")
        sitting.stop("planted")
        faults = "\n".join(sitting.faults)
        assert "label (critical)" in faults
        assert "planted narrow: sticks out: DIV.: wide" in faults
        assert "planted wide: sticks out" not in faults
        assert "not in this language: '끝'" in faults
        assert "the browser keeps" in faults
        assert sitting.strangers == ["http://127.0.0.1:2/x"]


@LANGUAGES
def test_a_stop_finds_a_word_of_the_other_language_on_a_page_of_the_node(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    planted = {"ko": "Until", "en": "까지"}[language]
    with desk(browser, nodes.front.address, language, "planted-word") as sitting:
        sign_in(sitting, OFFICER)
        sitting.stop("home")
        assert sitting.faults == []
        sitting.page.evaluate("word => { document.querySelector('main p').textContent = word; }", planted)
        sitting.stop("planted")
        assert len(sitting.faults) == 1
        assert planted in sitting.faults[0]
