"""How often a page asks the database: a fixed number, however long its list is, so that no page grows with the table."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ieumgil.casefile.models import Case, CaseTeam, Draft
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.rules import Role
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import answer
from ieumgil.referral.models import DutyFollowed, ThreadRow, Watched
from ieumgil.referral.queries.rows import case_of
from ieumgil.referral.queries.work import WorkItem
from ieumgil.shell.page import Signed
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import in_care
from tests.support.mechanism import carry

OWNER, STRANGER, COORDINATOR, RESPONDER = (
    f"{who}@narae.example" for who in ("owner", "stranger", "coordinator", "responder")
)
FEW, MANY = 5, 50
SAYS = ("SELECT", "INSERT", "UPDATE", "DELETE")
Fill = Callable[[People, ThreadId, int], object]


def copies(row: Model, number: int, **new: Callable[[int], object]) -> list[Any]:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    same = {field.attname: getattr(row, field.attname) for field in fields}
    made = (same | {name: give(place) for name, give in new.items()} for place in range(number))
    return type(row)._default_manager.bulk_create(type(row)(**values) for values in made)


def threads(people: People, thread: ThreadId, number: int) -> None:
    """Few with one agency, many with three: names are asked for once as well."""
    others = [people.coordinator.agency, people.police, people.shelter]
    for row in ThreadRow.objects.filter(thread=thread):
        row.owes = row.side
        copies(row, number, thread=lambda _: uuid4(), peer=lambda n: others[n % 3 if n > FEW else 0])


def cases(people: People, thread: ThreadId, number: int) -> None:
    for row in ThreadRow.objects.filter(thread=thread).exclude(case=None):
        case = Case.objects.get(pk=case_of(row))
        made = copies(case, number, key_id=lambda _: uuid4(), ref=lambda _: uuid4().hex[:12])
        copies(CaseTeam.objects.get(case=case), number, case_id=[one.pk for one in made].__getitem__)


def drafts(people: People, _thread: ThreadId, number: int) -> None:
    own = {"agency_id": people.police, "worker_id": people.owner.worker, "why": "stale", "sealed": b""}
    Draft.objects.bulk_create(
        Draft(**own, key_id=uuid4(), subject=str(uuid4()), at=NOW) for _ in range(number)
    )


def workers(people: People, _thread: ThreadId, number: int) -> None:
    for _ in range(number):
        handle = f"{uuid4().hex}@narae.example"
        accounts.invite_worker(
            agency=people.police, handle=handle, display_name=handle, roles=[Role.CASE_WORKER], now=NOW
        )


def duties(people: People, thread: ThreadId, number: int) -> None:
    row = ThreadRow.objects.get(thread=thread, agency_id=people.police)
    about = {"agency_id": people.police, "thread": row, "article": "Article 9", "ground": "threat"}
    when = {"decided_by_id": people.colleague.worker, "decided_at": NOW, "review_due": NOW}
    half = [None if place % 2 else False for place in range(number)]
    DutyFollowed.objects.bulk_create(
        DutyFollowed(**about, **when, upheld=upheld, reviewed_at=None if upheld is None else NOW)
        for upheld in half
    )


def watched(people: People, _thread: ThreadId, number: int) -> None:
    told = {"agency_id": people.coordinator.agency, "reported_by": people.police, "state": "REFERRED"}
    step = {"urgency": "urgent", "level": 1, "due_at": NOW, "received_at": NOW}
    sides = [people.police, people.shelter]
    Watched.objects.bulk_create(
        Watched(**told, **step, watch_id=uuid4(), owed_by=sides[place % 2 if place > FEW else 0])
        for place in range(number)
    )


def everything(people: People, thread: ThreadId, number: int) -> None:
    for fill in (threads, cases, drafts, duties, watched):
        fill(people, thread, number)


PAGES: dict[str, tuple[str, str, Fill, int]] = {
    "the home page of a case worker": (OWNER, "/", everything, 29),
    "the home page of a receiver": (STRANGER, "/", everything, 28),
    "the home page of a first responder": (RESPONDER, "/", everything, 23),
    "the home page of a coordinator": (COORDINATOR, "/", everything, 19),
    "the referrer's work list": (OWNER, "/work/", threads, 12),
    "the receiver's work list": (STRANGER, "/work/", threads, 12),
    "all that is open": (OWNER, "/work/?show=open", threads, 12),
    "the list of cases": (OWNER, "/cases/", cases, 10),
    "what may be passed on": (OWNER, "/shift/", everything, 19),
    "the list of kept words": (OWNER, "/kept/", drafts, 9),
    "the list of workers": (OWNER, "/people/workers/", workers, 10),
    "the list of reviews": (OWNER, "/reviews/", duties, 13),
}


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    return in_care(mechanism, case)


def asked(browser: Client, address: str) -> tuple[int, int]:
    """Count the statements of a page that read or write, and its rows; what the process remembers it has asked before."""
    browser.get(address)
    with CaptureQueriesContext(connection) as seen:
        page = browser.get(address)
    assert page.status_code == 200
    rows = len(re.findall(rb"<tr|<li|<option|<input", page.content))
    return sum(query["sql"].startswith(SAYS) for query in seen), rows


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_fifty_rows_as_for_five(
    name: str, mechanism: People, thread: ThreadId
) -> None:
    handle, address, fill, expected = PAGES[name]
    if handle == RESPONDER:
        accounts.invite_worker(
            agency=mechanism.police, handle=handle, display_name=handle, roles=[Role.FIRST_RESPONDER], now=NOW
        )
    browser = signed_in_client(handle)
    fill(mechanism, thread, FEW)
    few, short = asked(browser, address)
    fill(mechanism, thread, MANY - FEW)
    many, long = asked(browser, address)
    assert long > short, "nothing was added to what the page lists"
    assert few == many == expected


def progress(shelter: Actor, thread: ThreadId, number: int) -> None:
    for _ in range(number):
        answer.progress(shelter, thread=thread, code="settling-in", now=NOW)
    carry(NOW)


@pytest.mark.parametrize(("handle", "expected"), [(OWNER, 21), (STRANGER, 18)])
def test_a_thread_asks_as_often_for_sixty_messages_as_for_ten(
    handle: str, expected: int, mechanism: People, thread: ThreadId
) -> None:
    browser, address = signed_in_client(handle), f"/threads/{thread}/"
    counts = []
    for more in (FEW, MANY):
        progress(mechanism.stranger, thread, more)
        browser.get(address)
        counts.append(asked(browser, address)[0])
    assert counts == [expected, expected]


def test_a_page_that_asks_once_for_each_row_is_found_out(
    mechanism: People, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ieumgil.referral.web import work

    line = work._line

    def asks(request: Signed, item: WorkItem, now: datetime) -> work.Line:
        ThreadRow.objects.get(agency_id=mechanism.police, thread=item.thread)
        return line(request, item, now)

    monkeypatch.setattr(work, "_line", asks)
    browser = signed_in_client(OWNER)
    threads(mechanism, thread, FEW)
    few = asked(browser, "/work/")[0]
    threads(mechanism, thread, FEW)
    assert asked(browser, "/work/")[0] == few + FEW
