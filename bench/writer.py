"""One writer: bare inserts and referral messages in turns, each timed."""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.floor import bare_insert
from bench.node import Pair
from ieumgil.ground.exchange.actions.receive import OK, receive
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.queries.work import work_list

FLOOR = "bare insert"
ROUNDS = 7
BARE = 300

Window = tuple[str, int, float, float]
Gate = Callable[[], object]
Step = tuple[str, list[Callable[[], object]]]


def windows(pair: Pair, gate: Gate) -> Iterator[Window]:
    """Play rounds of query, reply and progress; give (name, how often, begun, ended) of each window."""
    for name, jobs in rounds(pair, bare_insert(), ROUNDS):
        gate()
        begun = perf_counter()
        for job in jobs:
            job()
        yield name, len(jobs), begun, perf_counter()


def queries(pair: Pair) -> dict[str, int]:
    """Count the statements of one of each, transactions' own included."""
    counts = {}
    for name, jobs in rounds(Pair(pair.police, pair.shelter, pair.threads[:1]), lambda: None, 1):
        if name == FLOOR:
            continue
        with CaptureQueriesContext(connection) as seen:
            jobs[0]()
        counts[name] = len(seen)
        for job in jobs[1:]:
            job()
    with CaptureQueriesContext(connection) as seen:
        work_list(pair.shelter)
    return counts | {"a work list": len(seen)}


def rounds(pair: Pair, insert: Callable[[], object], number: int) -> Iterator[Step]:
    """Give what is to be done, step by step: each step's name, and a call for each thread."""
    for _ in range(number):
        yield from _round(pair, insert)


def _round(pair: Pair, insert: Callable[[], object]) -> Iterator[Step]:
    yield FLOOR, [insert] * BARE
    yield "send a progress", [_progress(pair.shelter, thread) for thread in pair.threads]
    yield from _carried(pair.shelter, pair.threads)
    yield FLOOR, [insert] * BARE
    yield "send a query", [_query(pair.shelter, thread) for thread in pair.threads]
    yield from _carried(pair.shelter, pair.threads)
    yield FLOOR, [insert] * BARE
    yield "send a reply", [_reply(pair.police, thread) for thread in pair.threads]
    yield from _carried(pair.police, pair.threads)


def _carried(sender: Actor, threads: Iterable[ThreadId]) -> Iterator[Step]:
    waiting = OutboxItem.objects.filter(
        agency_id=sender.agency, state="waiting", subject__in=[UUID(str(t)) for t in threads]
    )
    receipts: list[bytes] = []
    yield "take a message", [_take(bytes(item.sealed), receipts) for item in waiting.order_by("seq")]
    yield "take a receipt", [_take(receipt, []) for receipt in receipts]


def _take(sealed: bytes, receipts: list[bytes]) -> Callable[[], object]:
    def job() -> None:
        answered = receive(sealed, now=timezone.now())
        assert answered.status == OK, answered
        receipts.append(answered.receipt)

    return job


def _progress(actor: Actor, thread: ThreadId) -> Callable[[], object]:
    return lambda: answer.progress(actor, thread=thread, code="settling-in")


def _query(actor: Actor, thread: ThreadId) -> Callable[[], object]:
    return lambda: answer.query(actor, thread=thread, question="Which hours are safe?")


def _reply(actor: Actor, thread: ThreadId) -> Callable[[], object]:
    return lambda: refer.reply(actor, thread=thread, answer=refer.Answer("After nine."))
