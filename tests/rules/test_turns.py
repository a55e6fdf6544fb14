"""A call rings somebody until it is answered, stopped or half an hour is over; never two numbers at once, in their order."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.post.rules import BREATH, LONGEST, RING, TRIES, Step, Turn, next_step, rung
from ieumgil.ground.post.rules.notices import FIRST_WAIT, MOST_TRIES, QUIET, first_try, next_try

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SLOWEST = 7 * SECOND  # between two rounds of the clock

Rule = Callable[[Turn, datetime], Step]


@dataclass(frozen=True)
class Night:
    """How often the clock comes round, in which rounds it dies after it rang, which lines are busy, when somebody answers."""

    numbers: int
    rounds: list[int]  # seconds until the next one, taken in turns
    dies: frozenset[int]
    busy: frozenset[int]  # numbers
    answered_at: datetime | None
    stopped_at: datetime | None


@dataclass
class Told:
    """What happened in a night: each ring with its number and whether it was noted; how it ended."""

    rings: list[tuple[datetime, int]] = field(default_factory=list)
    ended: str = ""
    ended_at: datetime = START
    died: int = 0


nights = st.builds(
    Night,
    numbers=st.integers(1, 4),
    rounds=st.lists(st.integers(1, 7), min_size=1, max_size=6),
    dies=st.frozensets(st.integers(0, 300), max_size=8),
    busy=st.frozensets(st.integers(0, 3), max_size=4),
    answered_at=st.one_of(st.none(), st.integers(0, 2000).map(lambda s: START + s * SECOND)),
    stopped_at=st.one_of(st.none(), st.integers(0, 2000).map(lambda s: START + s * SECOND)),
)


def lived(night: Night, rule: Callable[..., Step] = next_step) -> Told:
    """Let the clock go round as the room does: hear, decide, ring, and only then note it."""
    turn, now, told = Turn(night.numbers, START), START, Told()
    for number in range(10_000):
        if night.answered_at and now >= night.answered_at and told.rings:
            told.ended = "answered"
        elif night.stopped_at and now >= night.stopped_at:
            told.ended = "stopped"
        if told.ended:
            break
        over = bool(told.rings) and told.rings[-1][1] in night.busy
        step = rule(turn, now, over=over)
        if step is Step.NOBODY:
            told.ended = "nobody"
            break
        if step is Step.RING:
            after = rung(turn, now)
            told.rings.append((now, after.index))
            if number in night.dies:
                told.died += 1
            else:
                turn = after
        now += night.rounds[number % len(night.rounds)] * SECOND
    told.ended_at = now
    return told


def silent_for_long(told: Told) -> list[datetime]:
    """Give the moments from which on nobody was rung for longer than a ring, a round, and a round more for each death."""
    moments = [START, *(at for at, _ in told.rings), told.ended_at]
    patience = RING + SLOWEST * (1 + told.died)
    return [first for first, second in pairwise(moments) if second - first > patience]


def two_at_once(told: Told, busy: frozenset[int]) -> list[datetime]:
    """Give the moments in which a number began to ring while another one rang."""
    return [
        second
        for (first, one), (second, other) in pairwise(told.rings)
        if one != other and second - first < (BREATH if one in busy else RING)
    ]


def order_of(told: Told) -> list[int]:
    return [number for number, _ in groupby(number for _, number in told.rings)]


@given(nights)
def test_somebody_is_rung_until_it_is_answered_or_stopped_or_half_an_hour_is_over(night: Night) -> None:
    told = lived(night)
    assert told.ended
    assert silent_for_long(told) == []
    if told.ended == "nobody":
        assert LONGEST <= told.ended_at - START <= LONGEST + RING + SLOWEST * (1 + told.died)
        assert told.rings[-1][0] - START < LONGEST


@given(nights)
def test_never_two_numbers_at_once(night: Night) -> None:
    assert two_at_once(lived(night), night.busy) == []


@given(nights)
def test_the_order_is_kept_and_each_number_has_three_rings_of_its_own(night: Night) -> None:
    told = lived(night)
    if night.numbers > 1:
        assert order_of(told) == [turn % night.numbers for turn in range(len(order_of(told)))]
        counts = [len(list(rings)) for _, rings in groupby(number for _, number in told.rings)]
        assert all(TRIES <= count <= TRIES + told.died for count in counts[:-1])


@given(nights)
def test_a_death_between_ring_and_note_rings_again_and_skips_nobody(night: Night) -> None:
    died, lives = lived(night), lived(replace(night, dies=frozenset()))
    if night.numbers > 1:
        shorter = min(len(order_of(died)), len(order_of(lives)))
        assert order_of(died)[:shorter] == order_of(lives)[:shorter]
    assert bool(died.rings) == bool(lives.rings)


def test_a_rule_that_waits_for_ever_or_rings_too_soon_would_be_found() -> None:
    night = Night(2, [2], frozenset(), frozenset(), START + 600 * SECOND, None)

    def never_again(turn: Turn, now: datetime, *, over: bool) -> Step:
        return Step.WAIT if turn.tries else next_step(turn, now, over=over)

    def at_once(turn: Turn, now: datetime, *, over: bool) -> Step:
        return Step.RING

    assert silent_for_long(lived(night, never_again))
    assert two_at_once(lived(night, at_once), night.busy)
    told = lived(night)  # control
    assert (silent_for_long(told), two_at_once(told, night.busy), told.ended) == ([], [], "answered")


def test_it_rings_at_once_then_after_25_seconds_then_the_next_number_and_the_first_again() -> None:
    told = lived(Night(2, [1], frozenset(), frozenset(), None, START + 160 * SECOND))
    assert [((at - START).seconds, number) for at, number in told.rings] == [
        (0, 0), (25, 0), (50, 0), (75, 1), (100, 1), (125, 1), (150, 0),
    ]  # fmt: skip


def test_a_clock_set_back_rings_again() -> None:
    turn = rung(Turn(1, START), START)
    assert next_step(turn, START - timedelta(hours=1)) is Step.RING
    assert next_step(turn, START + SECOND) is Step.WAIT  # control


def test_more_news_wait_until_half_an_hour_after_the_last_mail() -> None:
    assert first_try(START, None) == START
    assert first_try(START, START - timedelta(minutes=5)) == START - timedelta(minutes=5) + QUIET
    assert first_try(START, START - timedelta(days=1)) == START


@pytest.mark.parametrize("tries", range(1, MOST_TRIES))
def test_a_failed_mail_is_tried_later_each_time_and_given_up_in_the_end(tries: int) -> None:
    assert next_try(START, tries) == START + FIRST_WAIT * 2 ** (tries - 1)
    assert next_try(START, MOST_TRIES) is None
