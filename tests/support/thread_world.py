"""Two nodes that share one thread over a network that loses, doubles, reorders and delays."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.support.thread_oracle import MOVES, F, Letter, R, Reading, is_last_word, left_out

OTHER = {F: R, R: F}
CLOCKS = {F: 0, R: -90}
PACKETS = ("refer", "reply")
ASIDE = {F: ["escalate"], R: ["escalate", "opened"]}
# A query may be asked in three states; what ends it is whatever one of them allowed.
IN_QUERY = ["accept", "decline", "arrived", "not-arrived", "progress", "ask-onward", "outcome"]
EVENTS = (
    *("write", "share", "write", "deliver", "post", "write", "share", "deliver"),
    *("lose", "double", "post", "crash", "copy", "restore", "settle", "write"),
)


class Rule(Protocol):
    """The rule under test: the product's, the page's, or a broken one."""

    def fold(self, letters: Sequence[Letter], void: frozenset[str]) -> Reading: ...

    def admit(self, known: Sequence[Letter], letter: Letter) -> str: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """One agency's signature under a list of twins that do not stand."""

    side: str
    away: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ask:
    """A restored node asks for all that the other holds."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    letters: tuple[Letter, ...]
    signatures: frozenset[Signature]


@dataclass(frozen=True, slots=True)
class Receipt:
    cargo: "Cargo"


Cargo = Letter | Signature | Ask | Answer | Receipt


@dataclass(slots=True)
class Desk:
    """What one node has on its disk."""

    side: str
    held: dict[str, Letter] = field(default_factory=dict)
    waiting: dict[str, Letter] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    outbox: dict[Cargo, None] = field(default_factory=dict)
    signatures: frozenset[Signature] = frozenset()
    wary: bool = False

    @property
    def void(self) -> frozenset[str]:
        """Twins that both agencies have signed away."""
        signed = {(signature.side, signature.away) for signature in self.signatures}
        agreed = [away for side, away in signed if (OTHER[side], away) in signed]
        return frozenset[str]().union(*agreed)

    def copy(self) -> "Desk":
        return replace(self, held=dict(self.held), waiting=dict(self.waiting), outbox=dict(self.outbox))


def standing(letters: Iterable[Letter], void: frozenset[str]) -> list[Letter]:
    """Leave out the letters signed away and what rests on them."""
    letters = list(letters)
    gone = left_out(letters, void)
    return [letter for letter in letters if letter.id not in gone]


def compose(side: str, kind: str, letters: Sequence[Letter], *, packet: bool = True, due: int = 0) -> Letter:
    """Write the next letter of a side that knows these letters, all of which stand."""
    mine = max(
        (each for each in letters if each.author == side), key=lambda each: (each.seq, each.id), default=None
    )
    named = frozenset[str]().union(*(letter.names for letter in letters))
    heads = tuple(sorted(letter.id for letter in letters if letter.id not in named))
    seq, prev = (mine.seq + 1, mine.id) if mine else (1, None)
    content = (side, seq, prev, heads, kind, packet and kind in PACKETS, due)
    return Letter(hashlib.sha256(repr(content).encode()).hexdigest(), *content)


class World:
    """Two desks, what is under way between them, and the copies that somebody made of their disks."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.desks = {F: Desk(F), R: Desk(R)}
        self.copies = {side: [desk.copy()] for side, desk in self.desks.items()}
        self.under_way: list[tuple[str, Cargo]] = []
        self.tick = 0
        self.refusals = 0
        self._readings: dict[tuple[object, ...], Reading] = {}

    def reading(self, side: str) -> Reading:
        """Read the thread as this side's own copy has it."""
        desk = self.desks[side]
        key = (*desk.held, desk.void)
        if key not in self._readings:
            self._readings[key] = self.rule.fold(list(desk.held.values()), desk.void)
        return self._readings[key]

    def happen(self, number: int) -> None:
        """Let one thing happen, chosen by a number."""
        number, what = divmod(number, len(EVENTS))
        number, side = number // 2, (F, R)[number % 2]
        event = EVENTS[what]
        if event in ("deliver", "lose", "double"):
            getattr(self, event)(number)
        elif event == "share":
            self.share()
        elif event in ("post", "crash", "copy"):
            getattr(self, event)(side)
        else:
            getattr(self, event)(side, number)

    def kinds(self, side: str) -> list[str]:
        """List what this side might think of sending; the rule has the last word."""
        reading = self.reading(side)
        if reading.twins:
            return ["recall" if side == F else "erased"]
        moves = [kind for state, author, kind in MOVES if (state, author) == (reading.state, side)]
        if (reading.state, side) == ("QUERIED", R):
            moves = IN_QUERY
        return [*moves, *moves, *moves, *(["recall"] if side == F else []), *ASIDE[side]]

    def write(self, side: str, number: int) -> bool:
        """Let somebody at this side work: on the thread, or on what people have to settle."""
        if self.reading(side).twins and number % 4:
            return self.settle(side, number // 4)
        kinds = self.kinds(side)
        return self.say(side, kinds[number % len(kinds)], packet=number % 3 != 2)

    def say(self, side: str, kind: str, *, packet: bool = True) -> bool:
        """Write a letter of this kind, if the rule lets this side; true if it did."""
        desk, self.tick = self.desks[side], self.tick + 1
        known = standing(desk.held.values(), desk.void)
        letter = compose(side, kind, known, packet=packet, due=self.tick + CLOCKS[side])
        held = [*desk.held.values(), letter]
        if self.rule.admit(held[:-1], letter) != "admitted":
            return False
        # Admission knows no settlement; whoever writes does, and sends nothing that would be crossed at once.
        if desk.void and letter.id in self.rule.fold(held, desk.void).crossed:
            return False
        desk.held[letter.id] = letter
        desk.outbox[letter] = None
        return True

    def post(self, side: str) -> None:
        """Send all that has no receipt yet, again."""
        self.under_way += [(OTHER[side], cargo) for cargo in self.desks[side].outbox]

    def deliver(self, number: int, *, receipt: bool = True) -> None:
        if self.under_way:
            side, cargo = self.under_way.pop(number % len(self.under_way))
            self._receive(self.desks[side], cargo)
            if receipt and not isinstance(cargo, Ask | Receipt):
                self.under_way.append((OTHER[side], Receipt(cargo)))

    def lose(self, number: int) -> None:
        if self.under_way:
            self.under_way.pop(number % len(self.under_way))

    def double(self, number: int) -> None:
        if self.under_way:
            self.under_way.append(self.under_way[number % len(self.under_way)])

    def crash(self, side: str) -> None:
        """Stop and start a node that kept one thing and gave no receipt: its disk survives, its calls do not."""
        at = [index for index, (to, _) in enumerate(self.under_way) if to == side]
        if at:
            self.deliver(at[0], receipt=False)
        self.under_way = [(to, cargo) for to, cargo in self.under_way if to == side]

    def copy(self, side: str) -> None:
        self.copies[side].append(self.desks[side].copy())

    def restore(self, side: str, number: int) -> None:
        """Put an old copy of the disk in place; the node knows it, and asks the other for all it holds."""
        desk = self.copies[side][number % len(self.copies[side])].copy()
        self.tick += 1
        self.desks[side] = desk
        self.ask(desk)

    def ask(self, desk: Desk) -> None:
        desk.wary = True
        desk.outbox = {cargo: None for cargo in desk.outbox if not isinstance(cargo, Ask)}
        desk.outbox[Ask(self.tick)] = None

    def settle(self, side: str, number: int) -> bool:
        """Sign what the other has signed, or a list of one's own that leaves at most one of each twins."""
        desk, twins = self.desks[side], self.reading(side).twins
        signed = {signature.away for signature in desk.signatures if signature.side == side}
        offered = [each.away for each in desk.signatures if each.side != side and each.away not in signed]
        groups: dict[tuple[str, int], list[str]] = {}
        for letter in sorted((desk.held[name] for name in twins), key=lambda each: each.id):
            groups.setdefault((letter.author, letter.seq), []).append(
                "" if is_last_word(letter) else letter.id
            )
        stays = {"" if "" in ids else [*ids, ""][number % (len(ids) + 1)] for ids in groups.values()}
        if twins:
            own = frozenset().union(*groups.values()) - stays - {""}
            away = min(offered, key=sorted) if offered and number % 4 else own
            signature = Signature(side, away)
            desk.signatures |= {signature}
            desk.outbox[signature] = None
        return bool(twins)

    def share(self) -> None:
        """Let the network work for once, until nobody has anything left to deliver."""
        for _ in range(20):
            for side in self.desks:
                self.post(side)
            if not self.under_way:
                return
            while self.under_way:
                self.deliver(0)
        raise AssertionError("the two nodes never stop talking")

    def lists(self, side: str) -> bool:
        """Say whether this side's own work list shows the thread."""
        reading = self.reading(side)
        return reading.owes == side or bool(self.desks[side].outbox) or bool(reading.twins)

    def in_limbo(self) -> bool:
        closed = all(self.reading(side).state == "CLOSED" for side in self.desks)
        return not closed and not any(self.lists(side) for side in self.desks)

    def _receive(self, desk: Desk, cargo: Cargo) -> None:
        match cargo:
            case Letter():
                self._keep(desk, cargo)
            case Signature():
                desk.signatures |= {cargo}
            case Receipt():
                desk.outbox.pop(cargo.cargo, None)
            case Ask():
                desk.wary = True
                letters = (*desk.held.values(), *desk.waiting.values())
                desk.outbox[Answer(cargo.number, letters, desk.signatures)] = None
            case Answer():
                desk.signatures |= cargo.signatures
                for letter in cargo.letters:
                    self._keep(desk, letter)
                unknown = [letter for letter in desk.held.values() if letter not in cargo.letters]
                desk.outbox |= dict.fromkeys([*unknown, *desk.signatures - cargo.signatures])
                desk.outbox.pop(Ask(cargo.number), None)

    def _keep(self, desk: Desk, letter: Letter) -> None:
        if letter.id in desk.held or letter.id in desk.refused:
            return
        verdict = self.rule.admit(list(desk.held.values()), letter)
        if letter.names & desk.refused or verdict == "refused":
            desk.refused |= {letter.id}
            self.refusals += 1
        elif verdict == "waiting":
            desk.waiting[letter.id] = letter
            return
        else:
            desk.held[letter.id] = letter
            # A letter under way since before a restore may be one that its own author has lost.
            if desk.wary and letter.author != desk.side:
                desk.outbox[letter] = None
        desk.waiting.pop(letter.id, None)
        for other in list(desk.waiting.values()):
            self._keep(desk, other)
