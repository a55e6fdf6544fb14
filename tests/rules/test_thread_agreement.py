"""Two nodes agree on a thread whatever is lost, doubled, late, crossed, restored or forged."""

import hashlib
import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support import thread_laws as laws
from tests.support.thread_laws import LAWS, OPENINGS, Law, Product, View, Watch, begin, faults
from tests.support.thread_oracle import (
    KINDS,
    MOVES,
    OWES,
    F,
    Letter,
    Page,
    R,
    Reading,
    Spot,
    family,
    twins_of,
)
from tests.support.thread_world import EVENTS, PACKETS, Ask, Desk, Rule, World

RUNS = int(os.environ.get("THREAD_RUNS", "500"))
SEARCH = settings(
    max_examples=RUNS,
    deadline=None,
    database=None,
    derandomize=RUNS <= 500,
    suppress_health_check=list(HealthCheck),
)
ALL_LAWS = (*LAWS, laws.the_page_says_otherwise)
PRODUCT = Product()
numbers = st.integers(0, 47)
events = st.lists(st.integers(0, len(EVENTS) * 48 - 1), max_size=40)
ran: dict[str, int] = {}


@pytest.fixture(scope="module", autouse=True)
def count(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    plugins = request.config.pluginmanager
    with plugins.getplugin("capturemanager").global_and_fixture_disabled():
        plugins.getplugin("terminalreporter").write_line(f"\nthread runs: {sum(ran.values())}")


def one_run(of: str) -> None:
    ran[of] = ran.get(of, 0) + 1


class TwoNodes(RuleBasedStateMachine):
    """Two nodes and a network, moved one event at a time; every law is looked at after each."""

    def __init__(self) -> None:
        super().__init__()
        one_run("machine")
        self.world = World(PRODUCT)
        self.watch = Watch(self.world, ALL_LAWS)

    @initialize(opening=st.sampled_from(OPENINGS))
    def open(self, opening: str) -> None:
        begin(self.world, opening)

    @rule(side=st.sampled_from((F, R)), number=numbers)
    def write(self, side: str, number: int) -> None:
        self.world.write(side, number)

    @rule(number=numbers)
    def deliver(self, number: int) -> None:
        self.world.deliver(number)

    @rule(side=st.sampled_from((F, R)))
    def post(self, side: str) -> None:
        self.world.post(side)

    @rule()
    def share(self) -> None:
        self.world.share()

    @rule(number=numbers)
    def lose(self, number: int) -> None:
        self.world.lose(number)

    @rule(number=numbers)
    def double(self, number: int) -> None:
        self.world.double(number)

    @rule(side=st.sampled_from((F, R)))
    def crash(self, side: str) -> None:
        self.world.crash(side)

    @rule(side=st.sampled_from((F, R)))
    def copy(self, side: str) -> None:
        self.world.copy(side)

    @rule(side=st.sampled_from((F, R)), number=numbers)
    def restore(self, side: str, number: int) -> None:
        self.world.restore(side, number)

    @rule(side=st.sampled_from((F, R)), number=numbers)
    def settle(self, side: str, number: int) -> None:
        self.world.settle(side, number)

    @invariant()
    def every_law_holds(self) -> None:
        assert self.watch.fault() == ""

    def teardown(self) -> None:
        assert self.watch.fault_at_the_end() == ""


def test_two_nodes_agree_and_every_law_holds_at_each_instant() -> None:
    run_state_machine_as_test(TwoNodes, settings=settings(SEARCH, stateful_step_count=30))


@SEARCH
@given(opening=st.sampled_from(OPENINGS), happenings=events, seed=st.integers(0, 2**32))
def test_worlds_of_chance_keep_every_law_and_any_part_in_any_order_reads_as_the_page_says(
    opening: str, happenings: list[int], seed: int
) -> None:
    one_run("worlds")
    world = World(PRODUCT)
    watch = Watch(world, ALL_LAWS)
    begin(world, opening)
    for number in happenings:
        world.happen(number)
        assert watch.fault() == ""
    assert watch.fault_at_the_end() == ""
    any_part_in_any_order_reads_alike(list(world.desks[F].held.values()), random.Random(seed))


@SEARCH
@given(happenings=events)
def test_whatever_was_forked_the_thread_moves_again_once_people_have_settled(happenings: list[int]) -> None:
    one_run("settled")
    world = World(PRODUCT)
    for number in happenings:
        world.happen(number)
    world.share()
    while world.reading(F).twins:
        world.settle(F, 1)
        world.share()
        world.settle(R, 1)
        world.share()
    assert not world.reading(R).twins
    assert not world.reading(R).frozen
    assert Watch(world, ALL_LAWS).fault_at_the_end() == ""


def any_part_in_any_order_reads_alike(held: Sequence[Letter], chance: random.Random) -> None:
    """Compare the product with the page on a part that lacks no ancestor, in two orders, and some signed away."""
    tree = family(held)
    tips = {letter.id for letter in held if chance.random() < 0.4}
    part = [letter for letter in held if letter.id in tips.union(*(tree[tip] for tip in tips))]
    void = frozenset(name for name in sorted(twins_of(part)) if chance.random() < 0.4)
    first = PRODUCT.fold(part, void)
    chance.shuffle(part)
    assert PRODUCT.fold(part, void) == first == Page().fold(part, void)


def forged(number: int, known: Sequence[Letter]) -> Letter:
    """Write a letter as a liar might: pretending to know only a part, on any branch, legal or not."""
    number, pretends = divmod(number, 3)
    number, tip = divmod(number, 8)
    number, branch = divmod(number, 4)
    number, author = number // 2, (F, R)[number % 2]
    tree = family(known)
    part = list(known)
    if pretends and known:
        name = known[-1 - tip % len(known)].id
        part = [letter for letter in known if letter.id in tree[name] | {name}]
    mine = sorted((letter for letter in part if letter.author == author), key=lambda letter: letter.seq)
    seq, prev = (
        (mine[-1 - branch % len(mine)].seq + 1, mine[-1 - branch % len(mine)].id) if mine else (1, None)
    )
    state = Page().fold(part).state
    kinds = [kind for at, side, kind in MOVES if (at, side) == (state, author)] * 3 + [
        "recall",
        "erased",
        *KINDS,
    ]
    named = frozenset[str]().union(*(letter.names for letter in part))
    heads = tuple(letter.id for letter in part if letter.id not in named)
    kind = kinds[number % len(kinds)]
    content = (author, seq, prev, heads, kind, kind in PACKETS and number % 3 > 0, number)
    return Letter(hashlib.sha256(repr(content).encode()).hexdigest(), *content)


@SEARCH
@given(forgeries=st.lists(st.integers(0, 2**14), max_size=16), seed=st.integers(0, 2**32))
def test_the_product_and_the_page_admit_and_read_alike_even_what_liars_write(
    forgeries: list[int], seed: int
) -> None:
    one_run("liars")
    known: list[Letter] = []
    for number in forgeries:
        letter = forged(number, known)
        verdict = PRODUCT.admit(known, letter)
        assert verdict == Page().admit(known, letter)
        if verdict == "admitted" and letter not in known:
            known.append(letter)
    any_part_in_any_order_reads_alike(known, random.Random(seed))


# --- controls: the rule or the node with one part removed, and the law that then breaks ---


class ByArrival(Page):
    def read(self, letters: Iterable[Letter], void: frozenset[str] = frozenset()) -> tuple[Reading, Spot]:
        letters = list(letters)
        self.places = {letter.id: f"{place:03}" for place, letter in enumerate(letters)}
        return super().read(letters, void)

    def rank(self, letter: Letter, *_: object) -> tuple[bool, bool, bool, bool, str]:
        return False, False, False, False, self.places[letter.id]


class ByClock(Page):
    def ready(self, *_: object) -> bool:
        return True

    def rank(self, letter: Letter, *_: object) -> tuple[bool, bool, bool, bool, str]:
        return False, False, False, False, f"{letter.due + 1000:06}"


class WithoutRecallFirst(Page):
    def rank(self, letter: Letter, spot: Spot, hurry: set[str]) -> tuple[bool, bool, bool, bool, str]:
        return False, False, *super().rank(letter, spot, hurry)[2:]


class WithoutWhoOwes(Page):
    def rank(self, letter: Letter, spot: Spot, hurry: set[str]) -> tuple[bool, bool, bool, bool, str]:
        return *super().rank(letter, spot, hurry)[:3], False, letter.id


class WithoutReopening(Page):
    def unseen(self, *_: object) -> bool:
        return False


class WithoutFreeze(Page):
    def frozen(self, *_: object) -> frozenset[str]:
        return frozenset()


class WithoutAlarm(Page):
    def twins(self, *_: object) -> frozenset[str]:
        return frozenset()


class WithoutSettlement(Page):
    def standing(self, letters: list[Letter], *_: object) -> list[Letter]:
        return super().standing(letters, frozenset())


class WithoutWayOut(Page):
    def target(self, spot: Spot, author: str, kind: str) -> str:
        return "" if spot.state == "REOPENED" else super().target(spot, author, kind)


class JudgedByAllThatIsHere(Page):
    def admit(self, known: Iterable[Letter], letter: Letter) -> str:
        known = list(known)
        here = self.legal(self.read(known)[1], letter)
        verdict = super().admit(known, letter)
        return verdict if verdict != "admitted" or here else "refused"


class WithoutDeliveryDuty(World):
    def lists(self, side: str) -> bool:
        reading = self.reading(side)
        return reading.owes == side or bool(reading.twins)


class WithoutAsking(World):
    """A node that was restored from an old copy and says nothing."""

    def ask(self, desk: Desk) -> None:
        desk.outbox = {cargo: None for cargo in desk.outbox if not isinstance(cargo, Ask)}


CONTROLS: list[tuple[Rule, Law | None, str]] = [
    (ByArrival(), None, "the sides disagree"),
    (JudgedByAllThatIsHere(), None, "an honest letter was refused"),
    (ByClock(), laws.something_crossed_nothing, ""),
    (WithoutRecallFirst(), laws.a_recall_is_beaten, ""),
    (WithoutReopening(), laws.closed_over_something_unseen, ""),
    (WithoutFreeze(), laws.a_fork_moved_the_thread, ""),
    (WithoutAlarm(), laws.a_fork_moved_the_thread, ""),
    (WithoutSettlement(), laws.what_was_signed_away_counts, ""),
    (WithoutWayOut(), laws.nobody_can_move, ""),
    (WithoutWhoOwes(), laws.the_page_says_otherwise, ""),
]


@pytest.mark.parametrize(
    ("broken", "law", "fault"), CONTROLS, ids=[type(row[0]).__name__ for row in CONTROLS]
)
def test_a_rule_with_one_part_removed_is_found_out(broken: Rule, law: Law | None, fault: str) -> None:
    found = faults(lambda: World(broken), [law] if law else [], limbo=False, tries=4000)
    assert (fault or law.__name__ if law else fault) in found


@pytest.mark.parametrize("world", [WithoutDeliveryDuty, WithoutAsking])
def test_a_node_that_forgets_a_duty_leaves_a_thread_in_limbo(world: Callable[[Rule], World]) -> None:
    assert "limbo" in faults(lambda: world(PRODUCT), [], limbo=True, tries=4000)


def test_the_search_that_finds_the_broken_rules_finds_nothing_in_the_product() -> None:
    met: set[str] = set()

    def note(seen: View) -> bool:
        reading = seen.reading
        facts = {
            "crossed": reading.crossed,
            "frozen": reading.frozen,
            "twins": reading.twins,
            "settled": seen.void,
        }
        met.update({reading.state}, {fact for fact, there in facts.items() if there})
        return False

    search = faults(lambda: World(PRODUCT), (*ALL_LAWS, note), limbo=True, tries=RUNS)
    assert next(search, "") == ""
    assert met >= {*OWES, "crossed", "frozen", "twins", "settled"}
