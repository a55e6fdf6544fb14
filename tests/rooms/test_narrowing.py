"""A work list put together from several reads is one list: every line once, by due time, page after page."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ieumgil.casefile.models import Case
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.narrowing import WHAT_IS_OWED, Wanted, threads_of
from ieumgil.referral.queries.work import work_page
from tests.rooms.conftest import NOW, People
from tests.support.journeys import in_care

LINES, MOST = 24, 5


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    return in_care(mechanism, case)


@pytest.fixture
def expected(mechanism: People, thread: ThreadId) -> list[ThreadRow]:
    """Make lines of each kind, among what is on no list, and give those that are to be listed, in their order."""
    like = ThreadRow.objects.get(agency_id=mechanism.police, thread=thread)
    item = OutboxItem.objects.filter(agency_id=mechanism.police).first()
    same = {field.attname: getattr(like, field.attname) for field in ThreadRow._meta.concrete_fields}
    listed = []
    for place in range(LINES):
        due = None if place % 5 == 0 else NOW + timedelta(hours=place * 7 % 24)
        kind = {"owes": "F"} if place % 4 == 0 else {"owes": "R", "frozen": place % 4 == 1}
        row = ThreadRow(**same | {"id": uuid4(), "thread": uuid4(), "due_at": due, **kind})
        row.save(force_insert=True)
        if place % 3 == 0:
            _wait(item, row)
        if place % 3 == 0 or place % 4 < 2:
            listed.append(row)
    return sorted(listed, key=lambda row: (row.due_at or NOW + timedelta(days=9), row.thread))


def _wait(item: OutboxItem | None, row: ThreadRow) -> None:
    assert item
    names = {field.attname: getattr(item, field.attname) for field in OutboxItem._meta.concrete_fields}
    new = {"id": uuid4(), "subject": row.thread, "state": "waiting", "bundle_id": uuid4().hex, "seq": 0}
    OutboxItem(**names | new).save(force_insert=True)


def test_pages_of_a_list_give_every_line_once_and_by_due_time(
    mechanism: People, expected: list[ThreadRow]
) -> None:
    assert len(expected) > 2 * MOST
    found: list[ThreadRow] = []
    while True:
        after = (found[-1].due_at, found[-1].thread) if found else None
        page = threads_of(mechanism.owner, WHAT_IS_OWED, after=after, most=MOST)
        found += page
        if len(page) < MOST:
            break
    assert [row.thread for row in found] == [row.thread for row in expected]


def test_a_reference_is_found_however_it_is_typed(mechanism: People, thread: ThreadId, case: CaseId) -> None:
    ref = Case.objects.get(pk=case).ref
    for typed in (ref, ref.lower(), f" {ref} ", str(thread)[:8].upper(), str(thread)):
        items = work_page(mechanism.owner, wanted=Wanted(ref=typed)).items
        assert [item.thread for item in items] == [thread], typed
    assert not work_page(mechanism.owner, wanted=Wanted(ref="Z9-999")).items
    assert not work_page(mechanism.colleague, wanted=Wanted(ref=ref)).items  # of another team
