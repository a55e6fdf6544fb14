"""How often the database is asked: a fixed number for each verb, however long the thread and however full the tables."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.work import PAGE, work_list
from tests.rooms.conftest import NOW, People
from tests.support.journeys import in_care

SAYS = ("SELECT", "INSERT", "UPDATE", "DELETE")  # what begins and ends a transaction differs under test
PROGRESS, QUERY, REPLY, TAKE, TAKE_RECEIPT, WORK_LIST = 17, 15, 21, 26, 13, 7


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    return in_care(mechanism, case)


def asked(verb: Callable[[], object]) -> int:
    """Count the statements of a verb that read or write."""
    with CaptureQueriesContext(connection) as seen:
        verb()
    return sum(query["sql"].startswith(SAYS) for query in seen)


def one_round(people: People, thread: ThreadId) -> list[int]:
    """Play progress, query and reply, each taken and receipted, and give how often each verb asked."""
    police, shelter = people.owner, people.stranger
    counts = [
        asked(lambda: answer.progress(shelter, thread=thread, code="settling-in", now=NOW)),
        *taken(shelter),
    ]
    counts += [
        asked(lambda: answer.query(shelter, thread=thread, question="Which hours?", now=NOW)),
        *taken(shelter),
    ]
    said = refer.Answer("After nine.")
    return [*counts, asked(lambda: refer.reply(police, thread=thread, answer=said, now=NOW)), *taken(police)]


def taken(sender: Actor) -> list[int]:
    (item,) = OutboxItem.objects.filter(agency_id=sender.agency, state=OutboxItem.State.WAITING)
    receipts: list[bytes] = []
    sealed = bytes(item.sealed)
    counts = [asked(lambda: receipts.append(receive(sealed, now=NOW).receipt))]
    return [*counts, asked(lambda: receive(receipts[0], now=NOW))]


def test_each_verb_asks_a_fixed_number_of_times(mechanism: People, thread: ThreadId) -> None:
    one_round(mechanism, thread)  # the process remembers who works, the roll, the keys in use
    assert one_round(mechanism, thread) == [
        *(PROGRESS, TAKE, TAKE_RECEIPT),
        *(QUERY, TAKE, TAKE_RECEIPT),
        *(REPLY, TAKE, TAKE_RECEIPT),
    ]


def test_a_long_thread_asks_no_more_often_than_a_short_one(mechanism: People, thread: ThreadId) -> None:
    one_round(mechanism, thread)
    short = one_round(mechanism, thread)
    for _ in range(15):
        one_round(mechanism, thread)
    assert one_round(mechanism, thread) == short


def copies(row: ThreadRow, number: int) -> None:
    names = [
        field.attname for field in ThreadRow._meta.concrete_fields if field.attname not in {"id", "thread"}
    ]
    same = {name: getattr(row, name) for name in names}
    ThreadRow.objects.bulk_create(ThreadRow(**same | {"thread": uuid4()}) for _ in range(number))


def test_a_work_list_asks_as_often_for_two_hundred_threads_as_for_ten(
    mechanism: People, thread: ThreadId
) -> None:
    row = ThreadRow.objects.get(agency_id=mechanism.shelter)
    copies(row, 9)
    assert len(work_list(mechanism.stranger)) == 10
    few = asked(lambda: work_list(mechanism.stranger))
    copies(row, 190)
    assert len(work_list(mechanism.stranger)) == PAGE
    assert few == asked(lambda: work_list(mechanism.stranger)) == WORK_LIST


def test_a_verb_that_asks_once_for_each_thread_is_found_out(mechanism: People, thread: ThreadId) -> None:
    row = ThreadRow.objects.get(agency_id=mechanism.shelter)

    def once_for_each() -> None:
        for item in work_list(mechanism.stranger):
            ThreadRow.objects.get(agency_id=mechanism.shelter, thread=item.thread)

    few = asked(once_for_each)
    copies(row, 9)
    assert asked(once_for_each) > few
