"""The messages of a thread in an order in which parents come first, with their ancestors as bit masks."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator

from ieumgil.referral.words import BESIDE, UNFREEZABLE, Kind, Message, Side, parents_of


def parents_first(messages: Iterable[Message], known: Collection[str] = ()) -> Iterator[Message]:
    """Give messages, each once, with parents first; what rests on something that is not here, nor `known`, is left out.

    Each message and each name of a parent is looked at once, whatever the order in which they came.
    """
    ready, missing, children = deque[Message](), dict[str, int](), dict[str, list[Message]]()
    for message in {m.id: m for m in messages}.values():
        unknown = [parent for parent in parents_of(message) if parent not in known]
        missing[message.id] = len(unknown)
        for parent in unknown:
            children.setdefault(parent, []).append(message)
        if not unknown:
            ready.append(message)
    while ready:
        message = ready.popleft()
        yield message
        for child in children.pop(message.id, ()):
            missing[child.id] -= 1
            if not missing[child.id]:
                ready.append(child)


class Graph:
    """The messages that stand, in an order in which parents come first, with ancestors as bit masks."""

    def __init__(self, messages: Iterable[Message], void: frozenset[str]) -> None:
        self.messages: list[Message] = []
        self.ancestors: list[int] = []
        self.children: list[list[int]] = []
        self.parent_count: list[int] = []
        self.forked = False  # there are twins, or something was left out by a settlement
        self._place(messages, void)
        self._find_twins()
        recalls = [i for i, m in enumerate(self.messages) if m.kind is Kind.RECALL]
        self._first = 0
        for i in recalls:
            self._first |= self.ancestors[i] | 1 << i

    def _place(self, messages: Iterable[Message], void: frozenset[str]) -> None:
        # What a name leads to: the message itself where it stands, else what it rests on in turn.
        leads_to: dict[str, set[int]] = {}
        left_out: set[str] = set()
        recalled: set[str] = set()  # recalls, and what comes after one
        for message in parents_first(messages):
            parents = parents_of(message)
            below = set().union(*(leads_to[p] for p in parents)) if parents else set()
            if message.kind is Kind.RECALL or parents & recalled:
                recalled.add(message.id)
            stays = message.kind in UNFREEZABLE and message.id in recalled
            if not stays and (message.id in void or parents & left_out):
                left_out.add(message.id)
                leads_to[message.id] = below
            else:
                self._add(message, below)
                leads_to[message.id] = {len(self.messages) - 1}
        self.forked = bool(left_out)

    def _add(self, message: Message, parents: set[int]) -> None:
        mask = 0
        for parent in parents:
            mask |= self.ancestors[parent] | 1 << parent
            self.children[parent].append(len(self.messages))
        self.messages.append(message)
        self.ancestors.append(mask)
        self.children.append([])
        self.parent_count.append(len(parents))

    def _find_twins(self) -> None:
        by_place: dict[tuple[Side, int], list[int]] = {}
        for i, message in enumerate(self.messages):
            by_place.setdefault((message.author, message.seq), []).append(i)
        self.twins = self.frozen = 0
        if len(by_place) == len(self.messages):
            return
        for same in by_place.values():
            if len(same) > 1 and any(self.messages[i].kind not in UNFREEZABLE for i in same):
                self.twins |= sum(1 << i for i in same)
        self.forked = self.forked or bool(self.twins)
        for i, message in enumerate(self.messages):
            if (self.ancestors[i] | 1 << i) & self.twins and message.kind not in UNFREEZABLE:
                self.frozen |= 1 << i

    def roots(self) -> list[int]:
        """Give the messages that rest on no other."""
        return [i for i, count in enumerate(self.parent_count) if not count]

    def rank(self, i: int, owes: Side | None) -> tuple[bool, bool, bool, bool, str]:
        """Give what the smallest is taken by, where this side owes the next step (thread page, *The fold*)."""
        message, kind = self.messages[i], self.messages[i].kind
        return (
            not self._first >> i & 1,
            kind is not Kind.RECALL,
            kind is not Kind.ESCALATE,
            message.author is not owes,
            message.id,
        )

    def unseen_by(self, close: int) -> bool:
        """Say whether R has a message that is concurrent with this close, whether it counts elsewhere or not."""
        return any(
            m.author is Side.R
            and m.kind not in BESIDE
            and not (self.ancestors[close] >> i & 1 or self.ancestors[i] >> close & 1)
            for i, m in enumerate(self.messages)
        )

    def heads(self) -> tuple[str, ...]:
        """Give the ids that no other message names, sorted."""
        return tuple(
            sorted(m.id for m, children in zip(self.messages, self.children, strict=True) if not children)
        )

    def ids(self, mask: int) -> frozenset[str]:
        """Give the ids of the messages in a mask."""
        return frozenset(m.id for i, m in enumerate(self.messages) if mask >> i & 1)
