"""A real Chromium at somebody's desk: it goes where a worker goes, and at every stop looks for what shuts people out."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Playwright

from tests.support.languages import foreign_words

FLAGS: Final = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
SKIP: Final = "IEUMGIL_SKIP_BROWSER"
PICTURES: Final = Path(os.environ.get("IEUMGIL_PICTURES", ".pictures"))
# A refusal is an answer; a question that a newer one has replaced is given up (htmx calls both of its events errors).
NO_FAULT: Final = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
AXE: Final = Axe().axe_script
# The colours are the same at both widths, and to compare them takes longer than all else.
VIOLATIONS: Final = """(colours) => axe.run({resultTypes: ['violations'], rules: {'color-contrast': {enabled: colours}}})
  .then(found => found.violations)"""
# What sticks out of the window to the right, whatever hides the overflow: axe does not see it.
STICKING_OUT: Final = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  if (!box.width || !box.height || style.visibility === 'hidden') return false;
  if (e.closest('.sr-only, #krds-skip-link, dialog:not([open]), [data-scrolls]')) return false;
  if (e.closest('details:not([open]) > :not(summary)')) return false;
  const head = e.closest('thead');  // beside the cards of a narrow table, its head is for readers of the screen alone
  if (head && getComputedStyle(head).position === 'absolute') return false;
  return box.right > window.innerWidth + 1 || box.left < -1;
}).map(e => e.tagName + '.' + e.className + ': ' + (e.textContent || '').trim().slice(0, 40)).slice(0, 5)"""


STORED: Final = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


@cache
def chromium() -> str:
    """Give where this machine has a Chromium, empty if nowhere."""
    return next(
        filter(None, (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))), ""
    )


def launched(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium, without a window."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@dataclass
class Desk:
    """One worker's browser at one node: pages in one language, with or without JavaScript."""

    page: Page
    home: str
    language: str
    name: str
    looks: bool = True  # at every stop; a journey about something else only passes by
    script: bool = True
    stops: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the node."""
        self.page.goto(f"{self.home}{path}")

    def text(self) -> str:
        """Give what stands on the page."""
        return self.page.inner_text("main")

    def stop(self, name: str) -> None:
        """Look at the page as it stands: its language, axe, boxes and a picture at both widths. Faults are gathered."""
        self.stops.append(name)
        if not self.looks:
            return
        foreign = foreign_words(self.page.content(), self.language)
        self.faults += [
            f"{name}: not in this language: {found.word!r} in {found.text[:80]!r}" for found in foreign
        ]
        self.page.evaluate("() => window.scrollTo(0, 0)")
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self._look(f"{name} {width}", width)
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def _violations(self, *, colours: bool) -> list[dict[str, Any]]:
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE)
        found: list[dict[str, Any]] = self.page.evaluate(VIOLATIONS, colours)
        return found

    def _look(self, where: str, width: str) -> None:
        for found in self._violations(colours=width == "wide"):
            nodes = "; ".join(str(node["html"])[:160] for node in found["nodes"][:3])
            self.faults.append(f"{where}: {found['id']} ({found['impact']}): {nodes}")
        self.faults += [f"{where}: sticks out: {found}" for found in self.page.evaluate(STICKING_OUT)]
        self.faults += [f"{where}: the browser keeps {name}" for name in self.page.evaluate(STORED)]
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = f"{self.name}-{len(self.stops):02}-{re.sub(r'[^a-z0-9]+', '-', self.stops[-1])}-{self.language}-{width}.png"
        self.page.screenshot(path=PICTURES / picture, full_page=True)


@contextmanager
def desk(
    browser: Browser, home: str, language: str, name: str, *, script: bool = True, looks: bool = True
) -> Iterator[Desk]:
    """Give a desk whose browser knows nothing yet; what it asked of others, and every script fault, is noted."""
    context = browser.new_context(
        java_script_enabled=script, viewport=WIDE, reduced_motion="reduce",  # type: ignore[arg-type]
        locale="ko-KR" if language == "ko" else "en-GB", timezone_id="Asia/Seoul",
    )  # fmt: skip
    context.add_cookies([{"name": "language", "value": language, "url": home}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    sitting = Desk(page, home, language, name, looks, script)
    page.on("request", lambda asked: _note_stranger(sitting, asked.url))
    page.on("pageerror", lambda fault: sitting.faults.append(f"script: {fault}"))
    page.on("console", lambda said: _note_console(sitting, said))
    try:
        yield sitting
    finally:
        context.close()


def _note_stranger(sitting: Desk, url: str) -> None:
    if not url.startswith((sitting.home, "data:", "about:", "blob:")):
        sitting.strangers.append(url)


def _note_console(sitting: Desk, said: Any) -> None:  # noqa: ANN401  playwright's own message
    if said.type == "error" and not said.text.startswith(NO_FAULT):
        sitting.faults.append(f"console: {said.text}")
