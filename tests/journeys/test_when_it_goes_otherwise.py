"""By hand, where it goes otherwise: taken back in care, crossed, agreed by telephone, rung in the night, passed on, overdue."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from ieumgil.site.demo.nodes import DemoNode
from tests.journeys.conftest import Nodes
from tests.support import acting, seeding
from tests.support.browser import Desk, desk
from tests.support.journeying import (
    DAY,
    NIGHT,
    OFFICER,
    REVIEWER,
    SECRETARY,
    at_both,
    choose,
    fill,
    follow,
    may,
    number_in,
    open_details,
    press,
    sign_in,
    tick,
    wait_for,
)

LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])


def nothing_found(*desks: Desk) -> None:
    for one in desks:
        assert one.faults == []
        assert one.strangers == []


@contextmanager
def line_down(node: DemoNode) -> Iterator[None]:
    node.stop_serving()
    try:
        yield
    finally:
        node.start()


@LANGUAGES
def test_a_referral_is_recalled_while_the_person_is_in_care_and_what_they_agree_to_is_kept(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    begun = seeding.in_care(nodes.front, nodes.protection, language)
    with at_both(browser, nodes.front, nodes.protection, language, "recall") as (officer, shelter):
        officer.go(f"/cases/{begun.case}/agreed/")
        officer.stop("what-was-agreed")
        follow(officer.page, "/withdraw/")
        officer.stop("withdraw")
        officer.go(f"/threads/{begun.thread}/")
        follow(officer.page, "/recall/")
        choose(officer.page, "reason", "consent-withdrawn")
        officer.stop("recall")
        press(officer.page, ".danger")
        officer.stop("thread-recalled")
        keep_by_consent(shelter, begun)
        wait_for(officer, f"/threads/{begun.thread}/", may("close"))
        officer.stop("thread-erased")
        assert acting.WORDS[language]["name"] not in officer.text()
        nothing_found(officer, shelter)
    begun.both.agree("ERASED")


def keep_by_consent(shelter: Desk, begun: seeding.Begun) -> None:
    page = shelter.page
    wait_for(shelter, f"/threads/{begun.thread}/", may("erase"))
    shelter.stop("thread-recalled")
    shelter.go(f"/threads/{begun.thread}/opened/")
    assert not page.locator("main form[data-form] button.primary").count()
    shelter.stop("packet-shut")
    follow(page, "/erase/")
    follow(page, "/agree/")
    acting.agree(shelter, "arrival")
    shelter.stop("consent-to-us")
    press(page)
    choose(page, "keep", "contact.safe_channel")
    tick(page, "asked")
    shelter.stop("erase")
    press(page, ".danger")
    shelter.stop("thread-erased")


@LANGUAGES
def test_messages_that_cross_are_shown_to_both_as_crossed(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    begun = seeding.referred(nodes.front, nodes.protection, language)
    with at_both(browser, nodes.front, nodes.protection, language, "crossing") as (officer, shelter):
        officer.go(f"/threads/{begun.thread}/")
        with line_down(nodes.protection):
            nodes.protection.do(NIGHT, "referral", "accept", begun.thread)
            follow(officer.page, "/recall/")
            choose(officer.page, "reason", "error")
            press(officer.page, ".danger")
            officer.stop("recalled-and-not-yet-delivered")
        for sitting in (officer, shelter):
            wait_for(sitting, f"/threads/{begun.thread}/", "main .crossed")
            sitting.stop("thread-crossed")
        nothing_found(officer, shelter)
    begun.both.agree("RECALLED")


@LANGUAGES
def test_what_was_agreed_by_telephone_is_recorded_afterwards(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    case = seeding.case_with_leave(nodes.front, language)
    with at_both(browser, nodes.front, nodes.protection, language, "recorded") as (officer, shelter):
        page = officer.page
        officer.go(f"/cases/{case}/recorded/")
        page.select_option('[name="how"]', "telephone")
        choose(page, "agreed", "offered")
        page.select_option('[name="region"]', "bada")
        page.wait_for_load_state("networkidle")
        choose(page, "agency", acting.SHELTER)
        officer.stop("recorded")
        press(page)
        officer.stop("thread-recorded")
        thread = number_in(page.url, "threads")
        wait_for(shelter, f"/threads/{thread}/", may("can-take"))
        shelter.stop("thread-recorded")
        follow(shelter.page, "/can-take/")
        open_details(shelter.page, "how")
        shelter.page.select_option('[name="how"]', "telephone")
        fill(shelter.page, {"at": datetime.now().astimezone().strftime("%Y-%m-%dT00:00")})
        shelter.stop("can-take-said-before")
        press(shelter.page)
        wait_for(officer, f"/threads/{thread}/", may("packet"))
        officer.stop("thread-both-recorded")
        nothing_found(officer, shelter)


@LANGUAGES
def test_a_phone_rings_until_somebody_answers_it(nodes: Nodes, browser: Browser, language: str) -> None:
    begun = seeding.enquired(nodes.front, nodes.protection, language, urgency="emergency")
    with (
        desk(browser, nodes.front.address, language, "call-officer") as officer,
        desk(browser, nodes.front.address, language, "call-phone") as phone,
    ):
        sign_in(officer, OFFICER)
        sign_in(phone, REVIEWER)
        officer.go(f"/threads/{begun.thread}/")
        follow(officer.page, "/phone/")
        officer.stop("before-the-call")
        press(officer.page)
        officer.stop("rings")
        wait_for(phone, "/demo/phone/", "main button[id^=press-]")
        phone.stop("practice-phone")
        with phone.page.expect_navigation():
            phone.page.locator("main button[id^=press-]").first.click()
        wait_for(officer, f"/threads/{begun.thread}/phone/", "#call .success")
        officer.stop("answered")
        nothing_found(officer, phone)


@LANGUAGES
def test_work_is_passed_on_when_somebody_goes_off_shift(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    begun = seeding.offered(nodes.front, nodes.protection, language)
    with (
        desk(browser, nodes.front.address, language, "shift-officer") as officer,
        desk(browser, nodes.front.address, language, "shift-colleague") as colleague,
    ):
        sign_in(officer, OFFICER)
        sign_in(colleague, DAY)
        officer.go("/shift/")
        officer.page.select_option('[name="to"]', DAY)
        chosen = officer.page.locator('main input[name="threads"]:checked')
        values = chosen.evaluate_all("boxes => boxes.map(box => box.value)")
        choose(officer.page, "threads", *(value for value in values if value != begun.thread))
        fill(officer.page, {"note": acting.WORDS[language]["channel"]})
        officer.stop("passing-on")
        press(officer.page)
        officer.stop("passed-on")
        colleague.go("/shift/")
        assert acting.WORDS[language]["channel"] in colleague.text()
        colleague.stop("passed-on-to-me")
        press(colleague.page)
        colleague.stop("taken")
        colleague.go(f"/threads/{begun.thread}/")
        colleague.stop("thread-taken")
        nothing_found(officer, colleague)


@LANGUAGES
def test_the_coordinator_sees_what_is_overdue_and_not_whom_it_is_about(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    begun = seeding.enquired(nodes.front, nodes.protection, language)
    due = datetime.fromisoformat(begun.both.agree("ENQUIRED")["due_at"]) + timedelta(minutes=1)
    nodes.front.do(
        None, "referral", "overdue", "--as-of", due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    )
    with desk(browser, nodes.protection.address, language, "coordinator") as secretary:
        sign_in(secretary, SECRETARY)
        wait_for(secretary, "/", "main table tbody tr")
        secretary.stop("home-coordinator")
        for hidden in (begun.thread, begun.case, acting.WORDS[language]["name"], begun.thread[:8]):
            assert hidden.lower() not in secretary.page.content().lower()
        nothing_found(secretary)
