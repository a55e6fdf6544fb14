"""A worker's browser without a browser: Django's client, signed in with a second factor."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.test import Client
from django.utils import timezone


def signed_in_client(handle: str, *, language: str = "en", second_factor: bool = True) -> Client:
    """Give a client in which this worker signed in just now; without the second factor if asked."""
    from django.contrib.auth import get_user_model

    from ieumgil.shell.accounts.second_factor import MARK

    worker = get_user_model().objects.get(handle=handle)
    client = Client()
    client.force_login(worker)
    session = client.session
    moment = timezone.now().timestamp()
    session["since"] = session["seen"] = moment
    if second_factor:
        session[MARK] = str(worker.pk)
    session.save()
    client.cookies["language"] = language
    return client


@contextmanager
def standing_still(moment: datetime) -> Iterator[None]:
    """Let the clock stand at a moment, for pages that ask it themselves."""
    with time_machine.travel(moment, tick=False):
        yield
