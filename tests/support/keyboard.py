"""A worker without a mouse: Tab, Enter, Space and arrows; after every key the focus must be seen."""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

MOST_KEYS: Final = 300
FOCUS: Final = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return {lost: true};
  const ring = (e) => { const s = getComputedStyle(e);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none'; };
  const marked = [at, ...(at.labels || [])];
  const inside = (e) => { const box = e.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth; };
  return {lost: false, ring: marked.some(ring), inside: marked.some(inside), what: at.outerHTML.slice(0, 160)};
}"""
IS_AT: Final = "(selector) => Boolean(document.activeElement && document.activeElement.matches(selector))"


class FocusError(AssertionError):
    """The focus is lost, cannot be seen, or never comes to what is needed; the message names it."""


@dataclass
class Keys:
    """The keys of one page; how many were pressed."""

    page: Page
    pressed: int = 0

    def to(self, selector: str) -> None:
        """Press Tab until the focus is on this; raises FocusError."""
        for _ in range(MOST_KEYS):
            self._key("Tab")
            if self.page.evaluate(IS_AT, selector):
                return
        raise FocusError(f"{self.page.url}: Tab never comes to {selector}")

    def follow(self, part: str) -> None:
        """Go to a link whose address holds this, and follow it."""
        self.to(f'main a[href*="{part}"]')
        self._enter()

    def press(self, button: str = ".primary") -> None:
        """Go to a button of the page's form, and press it."""
        self.to(f"main form button.krds-btn{button}")
        self._enter()
        errors = self.page.locator("main [data-errors]")
        if errors.count():
            raise FocusError(f"{self.page.url}: {errors.first.inner_text()}")

    def choose(self, name: str, value: str) -> None:
        """Choose one of several that exclude each other, with the arrows."""
        self.to(f'main input[name="{name}"]')
        wanted = f'input[name="{name}"][value="{value}"]'
        for _ in range(12):
            if self.page.evaluate(IS_AT, wanted):
                break
            self._key("ArrowDown")
        self._key("Space")
        self._must(f"{wanted}:checked")

    def tick(self, name: str, value: str) -> None:
        """Tick a box."""
        wanted = f'main input[name="{name}"][value="{value}"]'
        self.to(wanted)
        self._key("Space")
        self._must(f"{wanted}:checked")

    def select(self, selector: str, value: str) -> None:
        """Choose from a list that opens, with the arrows."""
        self.to(selector)
        for _ in range(60):
            if self.page.input_value(selector) == value:
                return
            self._key("ArrowDown")
        raise FocusError(f"{self.page.url}: {selector} never becomes {value}")

    def write(self, name: str, text: str) -> None:
        """Write into a field."""
        self.to(f'main [name="{name}"]')
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def look(self) -> None:
        """Check that the focus is somewhere and can be seen; raises FocusError."""
        found = self.page.evaluate(FOCUS)
        if found["lost"]:
            raise FocusError(f"{self.page.url}: the focus is lost after {self.pressed} keys")
        if not found["ring"] or not found["inside"]:
            raise FocusError(f"{self.page.url}: the focus cannot be seen: {found}")

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1
        self.look()

    def _enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state("domcontentloaded")
        self.pressed += 1

    def _must(self, selector: str) -> None:
        if not self.page.locator(selector).count():
            raise FocusError(f"{self.page.url}: {selector} is not")
