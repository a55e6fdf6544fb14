"""A signed-in worker who asks the product and the bare peer for the same pages, through Django's handler in this process."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory, override_settings

from bench import bare
from ieumgil.ground.accounts.models import Worker
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from tests.support.browsing import signed_in_client

# What the bare peer does without: who may, what is put on record, what is sealed.
WITHOUT = re.compile(
    r'FROM "accounts_(roleheld|agency)"|JOIN "accounts_agency"|"?(audit|vault)_\w+|SAVEPOINT'
)
WARM = 5


@dataclass(frozen=True)
class Page:
    """An address, and how its rows are read."""

    address: str
    read: Callable[[], object]


def pages(actor: Actor, thread: ThreadId) -> dict[str, Page]:
    """Give the pages that are measured."""
    return {
        "work list": Page("/work/", lambda: bare.rows_of_work(actor)),
        "thread": Page(f"/threads/{thread}/", lambda: bare.rows_of_thread(actor, thread)),
    }


class Browser:
    """Asks both, and makes sure that they give the same page from the same rows."""

    def __init__(self, actor: Actor) -> None:
        """Sign in with a second factor; make a handler for each."""
        assert actor.worker
        client = signed_in_client(Worker.objects.get(pk=actor.worker).handle, language="ko")
        self._cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self._product = WSGIHandler()
        with override_settings(MIDDLEWARE=bare.middleware()):
            self._bare = WSGIHandler()

    def learn(self, page: Page) -> dict[str, object]:
        """Find out what the product renders there, and say how often each asks the database and what they do not share."""
        with bare.heard() as calls:
            self._ask(self._product, page.address)
            self._ask(self._product, page.address)  # nothing is new any more
        request, template, context = calls[-1]
        bare.KNOWN[page.address] = bare.Known(request.signed, template, context, page.read)
        for _ in range(WARM):
            said = [self._statements(handler, page.address) for handler in (self._product, self._bare)]
        (product, html), (peer, same) = said
        assert _shape(html) == _shape(same), "the bare page is another one"
        rows = [statement for statement in product if not WITHOUT.search(statement)]
        return {
            "statements": [len(product), len(peer)],
            "bytes": len(html),
            "differ": sorted(set(map(_shape, rows)) ^ set(map(_shape, peer))),
        }

    def in_turns(self, address: str, each: int) -> list[tuple[float, float]]:
        """Ask so often for a page; give the seconds of both."""
        return [
            (self._ask(self._product, address)[0], self._ask(self._bare, address)[0]) for _ in range(each)
        ]

    def _statements(self, handler: WSGIHandler, address: str) -> tuple[list[str], str]:
        said: list[str] = []

        def listen(execute: Callable[..., object], sql: str, *rest: Any) -> object:  # noqa: ANN401
            said.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(listen):
            return said, self._ask(handler, address)[1].decode()

    def _ask(self, handler: WSGIHandler, address: str) -> tuple[float, bytes]:
        environ = RequestFactory(SERVER_NAME="127.0.0.1", HTTP_COOKIE=self._cookies).get(address).environ
        status: list[str] = []

        def start(said: str, *_rest: object) -> Callable[[bytes], object]:
            status.append(said)
            return BytesIO().write  # nobody writes any more

        begun = perf_counter()
        response = handler(environ | {"wsgi.input": BytesIO()}, start)
        body = b"".join(response)
        response.close()
        took = perf_counter() - begun
        assert status == ["200 OK"], (status, body)
        return took, body


def _shape(text: str) -> str:
    """Give a page or a statement without what differs each time."""
    masked = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r"\s+", " ", re.sub(r'"[TUV]\d+"|\d{1,2}(?=분|초)', "", masked))
