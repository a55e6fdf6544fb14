"""What somebody reads on a page: its words in one line, without its markup."""

import html
import re
from typing import Protocol


class Answer(Protocol):
    """What Django's client gives."""

    @property
    def content(self) -> bytes:
        """The page."""


TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
NOT_SAID = {"csrfmiddlewaretoken", "next"}


def text_of(response: Answer) -> str:
    """Give the words of a page."""
    return " ".join(html.unescape(TAG.sub(" ", response.content.decode())).split())


def hidden_of(response: Answer) -> dict[str, str]:
    """Give what the page's own form sends of itself: its key, and the heads it was made from."""
    page = response.content.decode()
    return hidden_in(page[page.index("data-form") :])


def hidden_in(page: str) -> dict[str, str]:
    """Give what a page's form sends along without being seen, but for the token of the browser."""
    return {name: value for name, value in HIDDEN.findall(page) if name not in NOT_SAID}
