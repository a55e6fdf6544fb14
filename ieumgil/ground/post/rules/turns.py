"""Whose phone rings next: each number three times, one after another, until somebody answers or half an hour is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ieumgil.kernel.ids import AgencyId

RING: Final = timedelta(seconds=25)
TRIES: Final = 3  # at one number, before the next
LONGEST: Final = timedelta(minutes=30)
BREATH: Final = timedelta(seconds=5)  # after a line that was busy


class CallState(StrEnum):
    """How a call stands; all but `ringing` are its end."""

    RINGING = "ringing"
    ANSWERED = "answered"
    NOBODY = "nobody"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DutyPhone:
    """A number at which somebody of an agency is on duty."""

    agency: AgencyId
    number: str


class Step(StrEnum):
    """What is to be done now about a call that rings."""

    WAIT = "wait"
    RING = "ring"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Turn:
    """Which of how many numbers has its turn, how often it rang in this turn, and when the last ring began."""

    numbers: int
    started_at: datetime
    index: int = 0
    tries: int = 0
    last_ring_at: datetime | None = None


def next_step(turn: Turn, now: datetime, *, over: bool = False) -> Step:
    """Say what is to be done; `over`: the gateway says that nothing rings.

    No ring begins while another may ring. A clock that was set back makes it ring again rather than wait for a time to come.
    """
    if turn.last_ring_at is not None:
        since = now - turn.last_ring_at
        if timedelta(0) <= since < (BREATH if over else RING):
            return Step.WAIT
    return Step.NOBODY if now - turn.started_at >= LONGEST else Step.RING


def rung(turn: Turn, now: datetime) -> Turn:
    """Give the turn in which the next ring is made: after three the next number, after the last one the first."""
    if turn.tries < TRIES:
        index, tries = turn.index, turn.tries + 1
    else:
        index, tries = (turn.index + 1) % turn.numbers, 1
    return Turn(turn.numbers, turn.started_at, index, tries, now)
