"""The state table of the referral thread and the fold by which both sides come to one state (docs/protocol/thread.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ieumgil.referral.graph import Graph, parents_first
from ieumgil.referral.words import BESIDE, BRINGS_PACKET, Kind, Message, Side, State, Verdict, parents_of

__all__ = [
    "BESIDE",
    "MOVES",
    "OWES",
    "Kind",
    "Message",
    "Position",
    "Side",
    "State",
    "Thread",
    "Verdict",
    "admit",
    "append",
    "fold",
    "judge",
    "moves",
    "next_place",
    "next_state",
    "parents_first",
]


@dataclass(frozen=True, slots=True)
class Position:
    """Where the fold stands: the state, the state before a query, and what decides what is legal once closed."""

    state: State = State.START
    before: State | None = None
    missed: bool = False  # it closed after NOT ARRIVED: a late arrival may still be told
    packet_lives: bool = False
    forked: bool = (
        False  # there are twins, or a settlement left something out: a recall is heard in every state
    )


@dataclass(frozen=True, slots=True)
class Thread:
    """The folded thread; sets hold message ids, `order` the ids as they were taken, `heads` what nobody has seen yet."""

    state: State
    owes: Side | None
    position: Position
    crossed: frozenset[str]
    frozen: frozenset[str]
    twins: frozenset[str]
    order: tuple[str, ...]
    heads: tuple[str, ...]
    moved_by: str | None

    @property
    def packet_lives(self) -> bool:
        """Say whether R still holds a packet of this thread that can be opened."""
        return self.position.packet_lives


_F, _R, _K, _S = Side.F, Side.R, Kind, State
MOVES: Final[dict[tuple[State, Side, Kind], State]] = {
    (_S.START, _F, _K.ENQUIRY): _S.ENQUIRED,
    (_S.START, _F, _K.REFER): _S.REFERRED,
    (_S.ENQUIRED, _R, _K.CAN_TAKE): _S.OFFERED,
    (_S.ENQUIRED, _R, _K.CANNOT_TAKE): _S.REFUSED,
    (_S.ENQUIRED, _F, _K.CLOSE): _S.CLOSED,
    (_S.OFFERED, _F, _K.REFER): _S.REFERRED,
    (_S.OFFERED, _F, _K.CLOSE): _S.CLOSED,
    (_S.OFFERED, _R, _K.CANNOT_TAKE): _S.REFUSED,
    (_S.REFUSED, _F, _K.CLOSE): _S.CLOSED,
    (_S.REFERRED, _R, _K.ACCEPT): _S.ACCEPTED,
    (_S.REFERRED, _R, _K.DECLINE): _S.DECLINED,
    (_S.REFERRED, _R, _K.QUERY): _S.QUERIED,
    (_S.ACCEPTED, _R, _K.ARRIVED): _S.IN_CARE,
    (_S.ACCEPTED, _R, _K.NOT_ARRIVED): _S.NOT_ARRIVED,
    (_S.ACCEPTED, _R, _K.DECLINE): _S.DECLINED,
    (_S.ACCEPTED, _R, _K.QUERY): _S.QUERIED,
    (_S.IN_CARE, _R, _K.PROGRESS): _S.IN_CARE,
    (_S.IN_CARE, _R, _K.QUERY): _S.QUERIED,
    (_S.IN_CARE, _R, _K.ASK_ONWARD): _S.ONWARD_ASKED,
    (_S.IN_CARE, _R, _K.OUTCOME): _S.OUTCOME,
    (_S.ONWARD_ASKED, _F, _K.REPLY): _S.IN_CARE,
    (_S.NOT_ARRIVED, _F, _K.CLOSE): _S.CLOSED,
    (_S.NOT_ARRIVED, _R, _K.ARRIVED): _S.IN_CARE,
    (_S.DECLINED, _F, _K.CLOSE): _S.CLOSED,
    (_S.OUTCOME, _F, _K.CLOSE): _S.CLOSED,
    (_S.RECALLED, _R, _K.ERASED): _S.ERASED,
    (_S.ERASED, _F, _K.CLOSE): _S.CLOSED,
    (_S.REOPENED, _F, _K.CLOSE): _S.CLOSED,
}
_R_OWES = {_S.ENQUIRED, _S.REFERRED, _S.ACCEPTED, _S.IN_CARE, _S.RECALLED}
OWES: Final[dict[State, Side | None]] = {
    state: None if state is _S.CLOSED else _R if state in _R_OWES else _F for state in State
}
# What a side may be offered to say, the answer to the open step before what ends it; the clock's words are not among it.
IN_ORDER: Final = (
    _K.CAN_TAKE, _K.ACCEPT, _K.ARRIVED, _K.REFER, _K.REPLY, _K.PROGRESS, _K.ERASED, _K.NOT_ARRIVED, _K.QUERY,
    _K.ASK_ONWARD, _K.OUTCOME, _K.CANNOT_TAKE, _K.DECLINE, _K.CLOSE, _K.RECALL,
)  # fmt: skip


def moves(at: Position, side: Side) -> tuple[Kind, ...]:
    """Give the kinds of message that this side may send here, the nearest answer first (thread page, *States and moves*)."""
    return tuple(kind for kind in IN_ORDER if next_state(at, side, kind) is not None)


def next_state(at: Position, side: Side, kind: Kind) -> State | None:
    """Give the state to which this message would lead, or None if it is illegal here (thread page, *States and moves*)."""
    if kind in BESIDE:
        known_side = kind is _K.ESCALATE or side is _R
        return at.state if known_side and at.state is not _S.START else None
    if kind is _K.RECALL:
        return _S.RECALLED if side is _F and _recallable(at) else None
    if at.state is _S.QUERIED and at.before is not None:
        if side is _F:
            return at.before if kind is _K.REPLY else None
        return None if kind is _K.QUERY else MOVES.get((at.before, side, kind))
    if at.packet_lives and kind is _K.ERASED and side is _R and at.state in {_S.CLOSED, _S.ERASED}:
        return at.state
    if at.packet_lives and at.state is _S.CLOSED and side is _R:
        return _S.IN_CARE if kind is _K.ARRIVED and at.missed else None
    return MOVES.get((at.state, side, kind))


def fold(messages: Iterable[Message], void: frozenset[str] = frozenset()) -> Thread:
    """Fold a set of admitted messages into one state, the same for every order of arrival.

    `void`: ids that both sides have settled not to stand; they and their descendants are left out. Messages whose ancestors
    are not all there are left out too.
    """
    graph = Graph(messages, void)
    at, moved_by, order, crossed = _walk(graph)
    return Thread(
        state=at.state,
        owes=OWES[at.state],
        position=at,
        crossed=frozenset(crossed),
        frozen=graph.ids(graph.frozen),
        twins=graph.ids(graph.twins),
        order=tuple(order),
        heads=graph.heads(),
        moved_by=moved_by,
    )


def admit(known: Iterable[Message], message: Message) -> Verdict:
    """Judge a message once, in the state folded from its own ancestors alone (thread page, *Admission*)."""
    return judge(known, message)[0]


def judge(known: Iterable[Message], message: Message) -> tuple[Verdict, State | None]:
    """Judge as `admit` does, and give the state to which the message leads in its own past, if it is admitted."""
    by_id = {m.id: m for m in known}
    parents = parents_of(message)
    if any(parent not in by_id for parent in parents):
        return Verdict.WAITING, None
    if not _follows(by_id.get(message.prev or ""), message) or (
        message.packet and message.kind not in BRINGS_PACKET
    ):
        return Verdict.REFUSED, None
    past: dict[str, Message] = {}
    queue = list(parents)
    while queue:
        found = by_id[queue.pop()]
        if found.id not in past:
            past[found.id] = found
            queue.extend(parents_of(found))
    legal = next_state(fold(past.values()).position, message.author, message.kind)
    return (Verdict.REFUSED if legal is None else Verdict.ADMITTED), legal


def next_place(
    messages: Sequence[Message], author: Side, thread: Thread
) -> tuple[int, str | None, tuple[str, ...]]:
    """Give (seq, prev, seen) for the author's next message: it continues after the author's last message that stands."""
    standing = frozenset(thread.order)
    mine = [m for m in messages if m.author is author and m.id in standing]
    last = max(mine, key=lambda m: m.seq, default=None)
    return (last.seq + 1 if last else 1), (last.id if last else None), thread.heads


def append(at: Position, message: Message) -> Position:
    """Give the position after a message that has seen everything there is: what `fold` would give, in one step.

    Where it is illegal or stands beside the state, only the packet it brings is noted. Not for a frozen thread's messages
    other than `recall` and `erased`.
    """
    state = next_state(at, message.author, message.kind)
    after = at if state is None else _moved(at, state, message.kind, reopened=False)
    return replace(after, packet_lives=True) if message.packet else after


def _follows(before: Message | None, message: Message) -> bool:
    if before is None:
        return message.prev is None and message.seq == 1
    return before.author is message.author and before.seq == message.seq - 1


def _recallable(at: Position) -> bool:
    if at.state in {_S.RECALLED, _S.ERASED}:
        return False
    return at.forked or not (at.state is _S.START or (at.state is _S.CLOSED and not at.packet_lives))


def _walk(graph: Graph) -> tuple[Position, str | None, list[str], set[str]]:
    at, moved_by, living = Position(forked=graph.forked), None, 0
    order, crossed = list[str](), set[str]()
    ready, missing = graph.roots(), list(graph.parent_count)
    while ready:
        index = ready[0] if len(ready) == 1 else min(ready, key=lambda i: graph.rank(i, OWES[at.state]))
        ready.remove(index)
        message, frozen = graph.messages[index], graph.frozen >> index & 1
        order.append(message.id)
        after = at if frozen else _take(graph, index, at)
        if after is None:
            crossed.add(message.id)
        elif message.kind not in BESIDE and not frozen:
            moved_by = message.id
            if message.kind is _K.ERASED:
                living &= ~graph.ancestors[index]
        living |= message.packet << index
        at = after or at
        if at.packet_lives is not bool(living):
            at = replace(at, packet_lives=bool(living))
        for child in graph.children[index]:
            missing[child] -= 1
            if not missing[child]:
                ready.append(child)
    return at, moved_by, order, crossed


def _take(graph: Graph, index: int, at: Position) -> Position | None:
    message = graph.messages[index]
    state = next_state(at, message.author, message.kind)
    if state is None:
        return None
    return _moved(at, state, message.kind, reopened=message.kind is _K.CLOSE and graph.unseen_by(index))


def _moved(at: Position, state: State, kind: Kind, *, reopened: bool) -> Position:
    if kind is _K.CLOSE:
        missed = at.state is _S.NOT_ARRIVED or (at.state is _S.REOPENED and at.missed)
        return replace(at, state=_S.REOPENED if reopened else _S.CLOSED, before=None, missed=missed)
    if kind is _K.QUERY:
        return Position(state, at.state, at.missed, at.packet_lives, at.forked)
    if kind is _K.ERASED:
        return replace(at, state=state, packet_lives=False)
    return at if state is at.state else Position(state, None, at.missed, at.packet_lives, at.forked)
