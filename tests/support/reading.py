"""What somebody reads on a page: its words in one line, without its markup."""

import html
import re

from django.http import HttpResponse

TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(once|heads)" value="([^"]*)"')


def text_of(response: HttpResponse) -> str:
    """Give the words of a page."""
    return " ".join(html.unescape(TAG.sub(" ", response.content.decode())).split())


def hidden_of(response: HttpResponse) -> dict[str, str]:
    """Give what the page's own form sends of itself: its key, and the heads it was made from."""
    page = response.content.decode()
    return dict(HIDDEN.findall(page[page.index("data-form") :]))
