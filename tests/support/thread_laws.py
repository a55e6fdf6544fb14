"""What must hold of every thread, said once for whatever rule is under test."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ieumgil.referral import rules
from tests.support.thread_oracle import MOVES, Letter, Page, R, Reading, apart, family, twins_of
from tests.support.thread_world import EVENTS, Rule, World, compose, standing

BESIDE = ("escalate", "opened")
LONG_AFTER = 1_000_000
OPENINGS = (
    "",
    "F enquiry",
    "F enquiry, R can-take",
    "F enquiry, R cannot-take",
    "F enquiry, F close",
    "F refer",
    "F refer, R query",
    "F refer, R decline",
    "F refer, R decline, F close",
    "F refer, R accept",
    "F refer, R accept, R query",
    "F refer, R accept, R not-arrived",
    "F refer, R accept, R not-arrived, F close",
    "F refer, R accept, R arrived",
    "F refer, R accept, R arrived, R query",
    "F refer, R accept, R arrived, R ask-onward",
    "F refer, R accept, R arrived, R outcome",
    "F refer, R accept, R arrived, R outcome, F close",
    "F refer, F recall",
    "F refer, F recall, R erased",
)


class Product:
    """The rule as the product has it, told in the words of the tests."""

    def __init__(self) -> None:
        """Keep each letter's translation, since a world reads the same letters often."""
        self._told: dict[Letter, rules.Message] = {}

    def fold(self, messages: Iterable[Letter], void: frozenset[str] = frozenset()) -> Reading:
        thread = rules.fold([self._tell(letter) for letter in messages], void)
        return Reading(
            state=thread.state.value,
            owes=thread.owes.value if thread.owes else None,
            packet_lives=thread.packet_lives,
            crossed=frozenset(thread.crossed),
            frozen=frozenset(thread.frozen),
            twins=frozenset(thread.twins),
            order=tuple(thread.order),
        )

    def admit(self, known: Iterable[Letter], message: Letter) -> str:
        return rules.admit([self._tell(letter) for letter in known], self._tell(message)).value

    def _tell(self, letter: Letter) -> rules.Message:
        if letter not in self._told:
            author, kind = rules.Side(letter.author), rules.Kind(letter.kind)
            self._told[letter] = rules.Message(
                letter.id, author, letter.seq, letter.prev, letter.seen, kind, letter.packet
            )
        return self._told[letter]


@dataclass(frozen=True, slots=True)
class View:
    """One set of letters, and what the rule under test makes of it."""

    rule: Rule
    letters: dict[str, Letter]
    tree: dict[str, frozenset[str]]
    void: frozenset[str]
    reading: Reading
    held: tuple[Letter, ...]

    @property
    def moved(self) -> list[Letter]:
        """The letters that moved the thread, in their order."""
        idle = self.reading.crossed | self.reading.frozen
        taken = [
            self.letters[name] for name in self.reading.order if name in self.letters and name not in idle
        ]
        return [letter for letter in taken if letter.kind not in BESIDE]


def view(rule: Rule, held: Sequence[Letter], void: frozenset[str], reading: Reading) -> View:
    stand = {letter.id: letter for letter in standing(held, void)}
    tree = {name: ancestors & set(stand) for name, ancestors in family(held).items()}
    return View(rule, stand, tree, void, reading, tuple(held))


def a_recall_is_beaten(seen: View) -> bool:
    """Say whether a recall stands, and yet none led to RECALLED or more than erased and close came after it."""
    if all(letter.kind != "recall" for letter in seen.letters.values()):
        return False
    moved = [letter.kind for letter in seen.moved]
    after = moved[moved.index("recall") :] if "recall" in moved else ["nothing was recalled"]
    ended = seen.reading.state in ("RECALLED", "ERASED") or "erased" in after
    return not ended or not set(after) <= {"recall", "erased", "close"}


def something_crossed_nothing(seen: View) -> bool:
    """Say whether a letter is crossed that all others came before or after (an `erased` aside)."""
    crossed = {name for name in seen.reading.crossed if seen.letters[name].kind != "erased"}
    return any(not any(apart(name, other, seen.tree) for other in seen.letters) for name in crossed)


def closed_over_something_unseen(seen: View) -> bool:
    if seen.reading.state != "CLOSED":
        return False
    close = [letter.id for letter in seen.moved if letter.kind == "close"][-1]
    said = [letter for letter in seen.letters.values() if letter.author == R and letter.kind not in BESIDE]
    return any(apart(letter.id, close, seen.tree) for letter in said)


def a_fork_moved_the_thread(seen: View) -> bool:
    """Say whether twins went unseen, or one of them or what came after did more than recall and erase."""
    twins = twins_of(seen.letters.values())
    moved = [letter.id for letter in seen.moved if letter.kind not in ("recall", "erased")]
    forked = [name for name in moved if (seen.tree[name] | {name}) & twins]
    return seen.reading.twins != twins or bool(forked)


def nobody_can_move(seen: View) -> bool:
    """Say whether whoever owes has no move that is admitted and moves the thread (twins, people settle)."""
    state, owes = seen.reading.state, seen.reading.owes
    if state == "CLOSED" or seen.reading.twins:
        return False
    known = list(seen.letters.values())
    for kind in [kind for at, author, kind in MOVES if (at, author) == (state, owes)]:
        letter = compose(str(owes), kind, known, due=LONG_AFTER)
        if seen.rule.admit(seen.held, letter) == "admitted":
            then = seen.rule.fold([*seen.held, letter], seen.void)
            if letter.id not in then.crossed | then.frozen:
                return False
    return True


def what_was_signed_away_counts(seen: View) -> bool:
    return set(seen.reading.order) != set(seen.letters)


def the_page_says_otherwise(seen: View) -> bool:
    return seen.reading != Page().fold(seen.held, seen.void)


Law = Callable[[View], bool]
LAWS: tuple[Law, ...] = (
    a_recall_is_beaten,
    something_crossed_nothing,
    closed_over_something_unseen,
    a_fork_moved_the_thread,
    nobody_can_move,
    what_was_signed_away_counts,
)


class Watch:
    """Looks at a world after each event; `fault` names the first law that did not hold, empty while all do."""

    def __init__(self, world: World, laws: Sequence[Law] = LAWS, *, limbo: bool = True) -> None:
        """Watch for these laws and, unless told otherwise, for limbo."""
        self.world, self.laws, self.limbo = world, laws, limbo
        self.met: set[tuple[object, ...]] = set()

    def fault(self) -> str:
        if self.limbo and self.world.in_limbo():
            return "limbo"
        for side, desk in self.world.desks.items():
            key = (frozenset(desk.held), desk.void)
            if key not in self.met:
                self.met.add(key)
                seen = view(self.world.rule, tuple(desk.held.values()), desk.void, self.world.reading(side))
                broken = [law.__name__ for law in self.laws if law(seen)]
                if broken:
                    return broken[0]
        return ""

    def fault_at_the_end(self) -> str:
        """Let everything arrive; then both must hold the same, and read it alike."""
        self.world.share()
        stand = [
            frozenset(each.id for each in standing(d.held.values(), d.void))
            for d in self.world.desks.values()
        ]
        if self.world.refusals:
            return "an honest letter was refused"
        if stand[0] != stand[1]:
            return "the sides hold different letters"
        here, there = (replace(self.world.reading(side), order=()) for side in self.world.desks)
        return self.fault() or ("" if here == there else "the sides disagree")


def begin(world: World, opening: str) -> None:
    """Walk a thread to where the opening leads, all letters arriving."""
    for move in filter(None, opening.split(", ")):
        world.say(*move.split())
        world.share()


def faults(worlds: Callable[[], World], laws: Sequence[Law], *, limbo: bool, tries: int) -> Iterator[str]:
    """Search worlds of seeded chance, the first fault of each."""
    for seed in range(tries):
        chance = random.Random(seed)
        world = worlds()
        watch = Watch(world, laws, limbo=limbo)
        begin(world, chance.choice(OPENINGS))
        found = ""
        for _ in range(chance.randrange(4, 40)):
            world.happen(chance.randrange(len(EVENTS) * 48))
            found = found or watch.fault()
        if found := found or watch.fault_at_the_end():
            yield found
