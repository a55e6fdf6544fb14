"""What a worker does at a desk, by hand: links and controls are found by where they lead and what they are, not by language."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Page

from ieumgil.site.demo.nodes import DemoNode
from ieumgil.site.demo.telling import look
from tests.support.browser import Desk, desk

OFFICER, NIGHT, DAY, REVIEWER, SECRETARY = (
    "officer@police",
    "night@garam",
    "day@police",
    "reviewer@police",
    "secretary@secretariat",
)
PATIENCE: Final = 30.0  # seconds that another node may take to hear of it
MAIN: Final = "main form[data-form] button.krds-btn"


class NotThereError(AssertionError):
    """A page does not show what a worker needs next; the message names address and words."""


@contextmanager
def at_both(
    browser: Browser,
    front: DemoNode,
    protection: DemoNode,
    language: str,
    name: str,
    *,
    script: bool = True,
    looks: bool = True,
) -> Iterator[tuple[Desk, Desk]]:
    """Sit an officer at the front line and whoever has the night shift at the shelter, both signed in."""
    with (
        desk(browser, front.address, language, f"{name}-officer", script=script, looks=looks) as officer,
        desk(browser, protection.address, language, f"{name}-shelter", script=script, looks=looks) as shelter,
    ):
        sign_in(officer, OFFICER)
        sign_in(shelter, NIGHT)
        yield officer, shelter


def sign_in(sitting: Desk, handle: str) -> None:
    """Sign in by the link that only a demo has."""
    sitting.go(f"/demo/as/{handle}/")


def choose(page: Page, name: str, *values: str) -> None:
    """Tick or choose these values of a field, as a hand does: on the words beside the box."""
    for value in values:
        box = page.locator(f'main input[name="{name}"][value="{value}"]')
        page.locator(f'main label[for="{box.get_attribute("id")}"]').click()


def tick(page: Page, name: str) -> None:
    """Tick a box that stands alone."""
    page.locator(f'main label[for="id_{name}"]').click()


def fill(page: Page, words: Mapping[str, str]) -> None:
    """Write into fields, by name."""
    for name, text in words.items():
        page.fill(f'main [name="{name}"]:not([type="hidden"])', text)


def open_details(page: Page, name: str) -> None:
    """Unfold the part of the page that holds a field."""
    page.locator(f'main details:has([name="{name}"]) > summary').first.click()


def press(page: Page, button: str = ".primary") -> None:
    """Press a button of the page's form and wait for what comes."""
    with page.expect_navigation():
        page.locator(f"{MAIN}{button}").first.click()
    _answered(page)


def follow(page: Page, part: str) -> None:
    """Follow the first link of the page whose address holds this."""
    link = page.locator(f'main a[href*="{part}"]')
    if not link.count():
        raise NotThereError(f"{page.url}: no link to {part}; it says: {page.inner_text('main')[:600]}")
    with page.expect_navigation():
        link.first.click()
    _answered(page)


def wait_for(sitting: Desk, path: str, shown: str) -> None:
    """Look at a page again and again until it shows this (a selector); raises NotThereError with what it shows instead."""
    until = time.monotonic() + PATIENCE
    while True:
        sitting.go(path)
        if sitting.page.locator(shown).count():
            return
        if time.monotonic() > until:
            raise NotThereError(f"{sitting.page.url}: never {shown}; it says: {sitting.text()[:600]}")
        sitting.page.wait_for_timeout(100)  # the nodes want to work, too


def states(front: DemoNode, protection: DemoNode, thread: str) -> set[str]:
    """Give how a thread stands at each node: one state, if they agree."""
    seen = look(front, OFFICER, thread), look(protection, NIGHT, thread)
    return {row["state"] if row else "" for row in seen}


def may(move: str) -> str:
    """Give the selector of a step that the thread page offers."""
    return f'main a.krds-btn[href*="/{move}/"]'


def number_in(url: str, after: str) -> str:
    """Give the id that stands in an address after this part."""
    return url.split(f"/{after}/")[1].split("/", maxsplit=1)[0]


def _answered(page: Page) -> None:
    page.wait_for_load_state("domcontentloaded")
    errors = page.locator("main [data-errors]")
    if errors.count():
        raise NotThereError(f"{page.url}: {errors.first.inner_text()}")
