"""A desk of the police unit or of the shelter, at a moment that stands still; what was said, read from both copies."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.test import Client

from tests.support.browsing import signed_in_client

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@contextmanager
def standing_still(moment: datetime) -> Iterator[None]:
    """Let the clock stand at a moment, for pages that ask it themselves."""
    with time_machine.travel(moment, tick=False):
        yield


def desk_of(handle: str, *, language: str = "en") -> Client:
    """Give the browser of a worker who has just signed in."""
    return signed_in_client(handle, language=language)


def hidden_in(page: str) -> dict[str, str]:
    """Give what a page's form sends along without being seen, but for the token of the browser."""
    return {
        name: value for name, value in HIDDEN.findall(page) if name not in {"csrfmiddlewaretoken", "next"}
    }
