"""The rule of the thread a second time, written from docs/protocol/thread.md alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

F, R = "F", "R"
NONE_VOID: frozenset[str] = frozenset()
KINDS = (
    *("enquiry", "can-take", "cannot-take", "refer", "query", "reply", "accept", "decline", "arrived"),
    *("not-arrived", "progress", "ask-onward", "outcome", "recall", "erased", "close", "escalate", "opened"),
)

PAGE = """
START        owes F: F enquiry > ENQUIRED, F refer > REFERRED
ENQUIRED     owes R: R can-take > OFFERED, R cannot-take > REFUSED, F close > CLOSED
OFFERED      owes F: F refer > REFERRED, F close > CLOSED, R cannot-take > REFUSED
REFUSED      owes F: F close > CLOSED
REFERRED     owes R: R accept > ACCEPTED, R decline > DECLINED, R query > QUERIED
QUERIED      owes F: F reply > BEFORE
ACCEPTED     owes R: R arrived > IN CARE, R not-arrived > NOT ARRIVED, R decline > DECLINED, R query > QUERIED
IN CARE      owes R: R progress > IN CARE, R query > QUERIED, R ask-onward > ONWARD ASKED, R outcome > OUTCOME
ONWARD ASKED owes F: F reply > IN CARE
NOT ARRIVED  owes F: F close > CLOSED, R arrived > IN CARE
DECLINED     owes F: F close > CLOSED
OUTCOME      owes F: F close > CLOSED
RECALLED     owes R: R erased > ERASED
ERASED       owes F: F close > CLOSED, R erased > ERASED
REOPENED     owes F: F close > CLOSED
CLOSED       owes -: R erased > CLOSED, R arrived > IN CARE
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the page has it; `due` is what the sender's clock says and no rule may read."""

    id: str
    author: str
    seq: int
    prev: str | None
    seen: tuple[str, ...]
    kind: str
    packet: bool = False
    due: int = 0

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.seen) | ({self.prev} if self.prev else set())


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fold stands: the state, and what the page lets a state remember."""

    state: str = "START"
    asked_in: str = ""
    nobody_came: bool = False
    packets: frozenset[str] = frozenset()
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a set of letters amounts to."""

    state: str
    owes: str | None
    packet_lives: bool
    crossed: frozenset[str]
    frozen: frozenset[str]
    twins: frozenset[str]
    order: tuple[str, ...]


def _read_page() -> tuple[dict[str, str | None], dict[tuple[str, str, str], str]]:
    owes: dict[str, str | None] = {}
    moves = {}
    for line in PAGE.strip().splitlines():
        head, _, tail = line.partition(":")
        state, _, who = (part.strip() for part in head.partition("owes"))
        owes[state] = who if who in (F, R) else None
        for move in tail.split(","):
            (author, kind), target = move.split(">")[0].split(), move.split(">")[1].strip()
            moves[state, author, kind] = target
    return owes, moves


OWES, MOVES = _read_page()


def family(letters: Iterable[Letter]) -> dict[str, frozenset[str]]:
    """Give for each letter the ids of its ancestors, also of those that are not there."""
    there = {letter.id: letter for letter in letters}
    found: dict[str, frozenset[str]] = {}

    def up(name: str) -> frozenset[str]:
        if name not in found:
            names = there[name].names if name in there else frozenset[str]()
            found[name] = names.union(*(up(named) for named in names))
        return found[name]

    return {name: up(name) for name in there}


def apart(one: str, other: str, tree: dict[str, frozenset[str]]) -> bool:
    """Say whether the two are concurrent."""
    return one != other and one not in tree[other] and other not in tree[one]


def twins_of(letters: Iterable[Letter]) -> frozenset[str]:
    """Find the letters that share author and number with another, if not both recall or erase."""
    places: dict[tuple[str, int], list[Letter]] = {}
    for letter in letters:
        places.setdefault((letter.author, letter.seq), []).append(letter)
    forks = [group for group in places.values() if len(group) > 1 and not all(map(is_last_word, group))]
    return frozenset(letter.id for group in forks for letter in group)


def is_last_word(letter: Letter) -> bool:
    """Say whether it is of the two kinds that neither a freeze nor a settlement stops."""
    return letter.kind in ("recall", "erased")


def left_out(letters: Iterable[Letter], void: frozenset[str]) -> frozenset[str]:
    """Find what is signed away, and what names it or another that is left out."""
    there = {letter.id: letter for letter in letters}
    tree, found = family(there.values()), dict[str, bool]()

    def stays(letter: Letter) -> bool:
        before = [there[name].kind for name in tree[letter.id] if name in there]
        return letter.kind == "recall" or (letter.kind == "erased" and "recall" in before)

    def falls(name: str) -> bool:
        if name not in found:
            letter = there.get(name)
            found[name] = False
            if letter and not stays(letter):
                found[name] = name in void or any(falls(named) for named in letter.names)
        return found[name]

    return frozenset(name for name in there if falls(name))


class Page:
    """The rule of the page, in parts that a control can take out one by one."""

    def fold(self, letters: Iterable[Letter], void: frozenset[str] = NONE_VOID) -> Reading:
        """Read the set: the same whatever its order."""
        return self.read(letters, void)[0]

    def read(self, letters: Iterable[Letter], void: frozenset[str] = NONE_VOID) -> tuple[Reading, Spot]:
        """Read the set, and say where the fold stands at its end."""
        letters = list(letters)
        standing = self.standing(letters, void)
        gone = {letter.id for letter in letters} - {letter.id for letter in standing}
        tree = {name: ancestors - gone for name, ancestors in family(letters).items()}
        twins = self.twins(standing)
        frozen = self.frozen(standing, tree, twins)
        recalls = {letter.id for letter in standing if letter.kind == "recall"}
        hurry = recalls.union(*(tree[name] for name in recalls))

        def take(
            rest: list[Letter], spot: Spot, order: tuple[str, ...], crossed: frozenset[str]
        ) -> tuple[Reading, Spot]:
            ready = [letter for letter in rest if self.ready(letter, order, tree)]
            if not ready:
                return Reading(
                    spot.state, OWES[spot.state], bool(spot.packets), crossed, frozen, twins, order
                ), spot
            turn = min(ready, key=lambda letter: self.rank(letter, spot, hurry))
            moved = spot if turn.id in frozen else self.step(spot, turn, standing, tree)
            after = moved or spot
            if turn.packet:
                after = replace(after, packets=after.packets | {turn.id})
            left = [letter for letter in rest if letter != turn]
            return take(left, after, (*order, turn.id), crossed | ({turn.id} if moved is None else set()))

        return take(standing, Spot(forked=bool(twins or left_out(letters, void))), (), frozenset())

    def admit(self, known: Iterable[Letter], letter: Letter) -> str:
        """Judge one letter in the fold of its own ancestors."""
        there = {each.id: each for each in known}
        if letter.seq < 1 or (letter.seq == 1) != (letter.prev is None):
            return "refused"
        if letter.packet and letter.kind not in ("refer", "reply"):
            return "refused"
        if not letter.names <= set(there):
            return "waiting"
        if letter.prev and (there[letter.prev].author, there[letter.prev].seq) != (
            letter.author,
            letter.seq - 1,
        ):
            return "refused"
        ancestors = [there[name] for name in family([*there.values(), letter])[letter.id]]
        return "admitted" if self.legal(self.read(ancestors)[1], letter) else "refused"

    def standing(self, letters: list[Letter], void: frozenset[str]) -> list[Letter]:
        """Leave out what settlement took away, and what waits."""
        there = {letter.id for letter in letters}
        tree, gone = family(letters), left_out(letters, void)
        return [letter for letter in letters if letter.id not in gone and tree[letter.id] <= there]

    def twins(self, letters: list[Letter]) -> frozenset[str]:
        return twins_of(letters)

    def frozen(
        self, letters: list[Letter], tree: dict[str, frozenset[str]], twins: frozenset[str]
    ) -> frozenset[str]:
        """Find every twin and what comes after one, but for the last words."""
        after = [letter for letter in letters if (tree[letter.id] | {letter.id}) & twins]
        return frozenset(letter.id for letter in after if not is_last_word(letter))

    def rank(self, letter: Letter, spot: Spot, hurry: set[str]) -> tuple[bool, bool, bool, bool, str]:
        """Give the tuple by which the next letter is chosen."""
        return (
            letter.id not in hurry,
            letter.kind != "recall",
            letter.kind != "escalate",
            letter.author != OWES[spot.state],
            letter.id,
        )

    def ready(self, letter: Letter, order: tuple[str, ...], tree: dict[str, frozenset[str]]) -> bool:
        return tree[letter.id] <= set(order)

    def step(
        self, spot: Spot, turn: Letter, letters: list[Letter], tree: dict[str, frozenset[str]]
    ) -> Spot | None:
        """Where a letter leads in its turn; None if it is illegal there."""
        if not self.legal(spot, turn):
            return None
        if turn.kind in ("escalate", "opened"):
            return spot
        target = self.target(spot, turn.author, turn.kind)
        if turn.kind == "close" and self.unseen(turn, letters, tree):
            target = "REOPENED"
        return Spot(
            state=target,
            asked_in=spot.state if target == "QUERIED" else "",
            nobody_came=target == "NOT ARRIVED" or (spot.nobody_came and target in ("REOPENED", "CLOSED")),
            packets=spot.packets - (tree[turn.id] if turn.kind == "erased" else set()),
            forked=spot.forked,
        )

    def unseen(self, close: Letter, letters: list[Letter], tree: dict[str, frozenset[str]]) -> bool:
        """Say whether the receiver said something that whoever closed had not seen."""
        said = [each for each in letters if each.author == R and each.kind not in ("escalate", "opened")]
        return any(apart(each.id, close.id, tree) for each in said)

    def legal(self, spot: Spot, letter: Letter) -> bool:
        if letter.kind == "escalate" or (letter.kind, letter.author) == ("opened", R):
            return spot.state != "START"
        return bool(self.target(spot, letter.author, letter.kind))

    def target(self, spot: Spot, author: str, kind: str) -> str:
        """Name the state that a move leads to, empty if there is no such move."""
        if (author, kind) == (F, "recall"):
            nothing_sent = spot.state == "START" or (spot.state == "CLOSED" and not spot.packets)
            deaf = spot.state in ("RECALLED", "ERASED") or (nothing_sent and not spot.forked)
            return "" if deaf else "RECALLED"
        if spot.state == "CLOSED" and not (spot.packets and (kind == "erased" or spot.nobody_came)):
            return ""
        if (spot.state, kind) == ("ERASED", "erased") and not spot.packets:
            return ""
        if spot.state == "QUERIED" and kind != "query" and author == R:
            return MOVES.get((spot.asked_in, author, kind), "")
        return MOVES.get((spot.state, author, kind), "").replace("BEFORE", spot.asked_in)


def oracle_fold(messages: Iterable[Letter], void: frozenset[str] = NONE_VOID) -> Reading:
    """Read a set of letters by the page."""
    return Page().fold(messages, void)


def oracle_admit(known: Iterable[Letter], message: Letter) -> str:
    """Say 'admitted', 'waiting' or 'refused', by the page."""
    return Page().admit(known, message)
