"""What the pages are measured against: the same rows, HTML and session, without gate, ledger and vault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ieumgil.casefile.models import Case
from ieumgil.casefile.queries.about import kept_about
from ieumgil.ground.exchange.queries import undelivered
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.models import PassedOn
from ieumgil.referral.queries.narrowing import WHAT_IS_OWED, threads_of
from ieumgil.referral.queries.passing import passings_of
from ieumgil.referral.queries.rows import case_of, row_of
from ieumgil.referral.queries.work import PAGE
from ieumgil.shell.agencies import asked_once

HOUSE = ("ieumgil.shell.middleware.SignInMiddleware", "ieumgil.ground.access.web.ClosedByDefault")


@dataclass
class Known:
    """What the product gave to the template, decrypted values and all, and which rows it had read for it."""

    signed: Any
    template: str
    context: dict[str, Any]
    read: Callable[[], object]


KNOWN: dict[str, Known] = {}


def middleware() -> list[str]:
    """Give the product's steps with the two of the house replaced by the bare one."""
    return [*(step for step in settings.MIDDLEWARE if step not in HOUSE), f"{__name__}.Bare"]


class Bare:
    """Answer each page of `KNOWN` to whoever is signed in: read its rows, render what is given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put into the frame what belongs there."""
        if not request.user.is_authenticated:
            raise PermissionError
        request.signed = KNOWN[request.path].signed  # type: ignore[attr-defined]
        with asked_once(), timezone.override(ZoneInfo(settings.IEUMGIL_TIME_ZONE)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_called: object) -> HttpResponse:
        """Answer in the place of the product's view."""
        known = KNOWN[request.path]
        known.read()
        return render(request, known.template, known.context)


def rows_of_work(actor: Actor) -> object:
    """Read what the work list shows."""
    rows = threads_of(actor, WHAT_IS_OWED, most=PAGE + 1)
    waiting = undelivered(actor, subjects=[row.thread for row in rows[:PAGE]])
    passed = PassedOn.objects.filter(thread__in=rows[:PAGE], taken_at=None)
    return waiting, list(passed.select_related("giver", "taker", "thread"))


def rows_of_thread(actor: Actor, thread: ThreadId) -> object:
    """Read what the page of a thread shows, and the case it is about."""
    row = row_of(actor, thread)
    cases = Case.objects.filter(agency=actor.agency, pk=case_of(row)).prefetch_related("team")
    return (
        cases.first(),
        undelivered(actor, subjects=[row.thread]),
        list(row.messages.order_by("pk")),
        passings_of(actor, row),
        kept_about(actor, str(thread)),
    )


@contextmanager
def heard() -> Iterator[list[tuple[Any, str, dict[str, Any]]]]:
    """Hear which templates are rendered for whom with what, while a page is asked for."""
    calls: list[tuple[Any, str, dict[str, Any]]] = []

    def listen(request: Any, template: str, context: dict[str, Any], **more: Any) -> HttpResponse:  # noqa: ANN401
        calls.append((request, template, context))
        return render(request, template, context, **more)

    with patch("ieumgil.shell.page.render", listen):
        yield calls
