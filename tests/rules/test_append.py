"""A message that has seen everything is put at the end in one step: the same as folding all anew."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from ieumgil.referral.rules import (
    BESIDE,
    Kind,
    Message,
    Position,
    Side,
    Thread,
    Verdict,
    admit,
    append,
    fold,
    next_state,
)
from tests.support.thread_laws import OPENINGS, Product, begin
from tests.support.thread_oracle import Letter
from tests.support.thread_world import EVENTS, PACKETS, World, compose

Step = Callable[[Position, Message], Position]
PRODUCT = Product()
events = st.lists(st.integers(0, len(EVENTS) * 48 - 1), max_size=30)
SEARCH = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Case:
    """A thread that a side holds, and one message more that has seen all of it."""

    before: list[Message]
    thread: Thread
    message: Message


def cases(opening: str, happenings: list[int]) -> Iterator[Case]:
    """Let two nodes live for a while; then give every message that either side might write, legal or not."""
    world = World(PRODUCT)
    begin(world, opening)
    for number in happenings:
        world.happen(number)
    for desk in world.desks.values():
        held = list(desk.held.values())
        before = [PRODUCT._tell(letter) for letter in held]
        thread = fold(before)
        for side in Side if not desk.void else ():
            for letter in letters(side, held):
                yield Case(before, thread, PRODUCT._tell(letter))


def letters(side: Side, held: list[Letter]) -> Iterator[Letter]:
    for kind in Kind:
        for packet in {False, kind in PACKETS}:
            yield compose(side.value, kind.value, held, packet=packet)


def fault(case: Case, step: Step = append) -> str:
    """Say in what the one step differs from admission and fold, if it does."""
    thread, message = case.thread, case.message
    legal = next_state(thread.position, message.author, message.kind) is not None
    if (admit(case.before, message) is Verdict.ADMITTED) is not legal:
        return f"admission of {message.kind} in {thread.state}"
    if not legal:
        return ""
    full = fold([*case.before, message])
    moved_by = thread.moved_by if message.kind in BESIDE else message.id
    one_step = (step(thread.position, message), (message.id,), moved_by, thread.twins, thread.crossed)
    same = one_step == (full.position, full.heads, full.moved_by, full.twins, full.crossed)
    return "" if same else f"{message.kind} in {thread.state}"


def taken_in_one_step(case: Case) -> bool:
    """Say whether the house takes the short way: in a fork, only what a freeze does not stop."""
    return not case.thread.twins or case.message.kind in {Kind.RECALL, Kind.ERASED}


@SEARCH
@given(opening=st.sampled_from(OPENINGS), happenings=events)
def test_a_message_that_has_seen_everything_is_put_at_the_end_in_one_step(
    opening: str, happenings: list[int]
) -> None:
    assert not {fault(case) for case in cases(opening, happenings) if taken_in_one_step(case)} - {""}


def without_before(at: Position, message: Message) -> Position:
    return replace(append(at, message), before=None)


def without_packets(at: Position, message: Message) -> Position:
    return replace(append(at, message), packet_lives=at.packet_lives)


def always_missed(at: Position, message: Message) -> Position:
    return replace(append(at, message), missed=at.missed or message.kind is Kind.CLOSE)


def never_moved(at: Position, _message: Message) -> Position:
    return at


@pytest.mark.parametrize("broken", [without_before, without_packets, always_missed, never_moved])
def test_a_step_with_one_part_removed_is_found_out(broken: Step) -> None:
    assert any(fault(case, broken) for opening in OPENINGS for case in cases(opening, []))


def test_one_step_over_what_it_has_not_seen_is_found_out() -> None:
    """A control: a message that crossed another is not for the short way, and the search would say so."""
    chance = random.Random(4)
    found = set[str]()
    for _ in range(200):
        opening = chance.choice(OPENINGS)
        world = World(PRODUCT)
        begin(world, opening)
        for _ in range(20):
            world.happen(chance.randrange(len(EVENTS) * 48))
        held = list(world.desks["F"].held.values())
        thread = fold([PRODUCT._tell(letter) for letter in held])
        for letter in letters(Side.F, held[:-1]) if held and not thread.twins else ():
            found.add(fault(Case([PRODUCT._tell(each) for each in held], thread, PRODUCT._tell(letter))))
    assert found - {""}
