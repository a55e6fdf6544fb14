"""What the time of a message goes to: the same rounds again, with a clock at the doors of the database and the cryptography."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.db import connections

from bench.node import Pair
from bench.writer import FLOOR, rounds

ROUNDS = 5
SEALING = "seal, open, sign, verify"
DOORS = (
    "ieumgil.ground.exchange.actions.send.seal_bundle",
    "ieumgil.ground.exchange.actions.receive.open_bundle",
    "ieumgil.ground.exchange.actions.receive.vouch",
    "ieumgil.ground.exchange.queries.signed_by",
    "ieumgil.ground.audit.note.sign_checkpoint",
    "ieumgil.ground.audit.note.open_checkpoint",
)


class Clock:
    """Adds up the time spent behind each door, a door within a door counted once."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.spent: dict[str, float] = defaultdict(float)
        self._inside = False

    def timed(self, door: str, job: Callable[..., Any]) -> Callable[..., Any]:
        """Give the same call with a clock at its door."""

        def call(*all_: Any, **named: Any) -> Any:  # noqa: ANN401  whatever the door takes and gives
            if self._inside:
                return job(*all_, **named)
            self._inside, begun = True, perf_counter()
            try:
                return job(*all_, **named)
            finally:
                self._inside = False
                self.spent[door] += perf_counter() - begun

        return call


def costs(pair: Pair) -> dict[str, dict[str, float]]:
    """Give for each verb the milliseconds of one message: in all, and what of it went where (medians of rounds)."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with _clocked() as clock:
        for name, jobs in rounds(pair, lambda: None, ROUNDS):
            if name != FLOOR:
                found[name].append(_one(clock, jobs))
    return {
        name: {door: median(cost[door] for cost in each) for door in each[0]} for name, each in found.items()
    }


def _one(clock: Clock, jobs: Sequence[Callable[[], object]]) -> dict[str, float]:
    clock.spent.clear()
    begun = perf_counter()
    for job in jobs:
        job()
    total = perf_counter() - begun
    parts = {door: clock.spent[door] for door in ("statements", "commit", SEALING)}
    spent = {"all": total, **parts, "the rest": total - sum(parts.values())}
    return {door: 1000 * seconds / len(jobs) for door, seconds in spent.items()}


@contextmanager
def _clocked() -> Iterator[Clock]:
    clock = Clock()
    database = connections["default"]
    with ExitStack() as doors:
        doors.enter_context(
            database.execute_wrapper(lambda execute, *rest: clock.timed("statements", execute)(*rest))
        )
        doors.enter_context(patch.object(database, "commit", clock.timed("commit", database.commit)))
        for door in DOORS:
            place, _, name = door.rpartition(".")
            doors.enter_context(patch(door, clock.timed(SEALING, _named(place, name))))
        yield clock


def _named(place: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(import_module(place), name)
    return found
