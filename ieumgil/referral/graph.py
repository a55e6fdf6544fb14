"""The messages of a thread in an order in which parents come first, with their ancestors as bit masks."""

from collections.abc import Iterable

from ieumgil.referral.words import BESIDE, UNFREEZABLE, Kind, Message, Side, parents_of


class Graph:
    """The messages that stand, in an order in which parents come first, with ancestors as bit masks."""

    def __init__(self, messages: Iterable[Message], void: frozenset[str]) -> None:
        self.messages: list[Message] = []
        self.ancestors: list[int] = []
        self.children: list[list[int]] = []
        self.parent_count: list[int] = []
        self._place(messages, void)
        self._find_twins()
        recalls = [i for i, m in enumerate(self.messages) if m.kind is Kind.RECALL]
        self._first = 0
        for i in recalls:
            self._first |= self.ancestors[i] | 1 << i

    def _place(self, messages: Iterable[Message], void: frozenset[str]) -> None:
        index: dict[str, int] = {}
        waiting = list({m.id: m for m in messages if m.id not in void}.values())
        while waiting:
            later = []
            for message in waiting:
                parents = parents_of(message)
                if index.keys() >= parents:
                    self._add(message, [index[p] for p in parents])
                    index[message.id] = len(self.messages) - 1
                else:
                    later.append(message)
            if len(later) == len(waiting):
                return  # the rest waits for what is not here, or descends from what does not stand
            waiting = later

    def _add(self, message: Message, parents: list[int]) -> None:
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
            if len(same) > 1:
                self.twins |= sum(1 << i for i in same)
        roots = by_place.get((Side.F, 1), [])
        spared = min(roots, key=lambda i: self.messages[i].id) if len(roots) > 1 else None
        for i, message in enumerate(self.messages):
            held = (self.ancestors[i] | 1 << i) & self.twins
            if held and i != spared and message.kind not in UNFREEZABLE:
                self.frozen |= 1 << i

    def roots(self) -> list[int]:
        return [i for i, count in enumerate(self.parent_count) if not count]

    def rank(self, i: int, owes: Side | None) -> tuple[bool, bool, bool, bool, str]:
        message, kind = self.messages[i], self.messages[i].kind
        return (
            not self._first >> i & 1, kind is not Kind.RECALL, kind is not Kind.ESCALATE, message.author is not owes, message.id,
        )  # fmt: skip

    def unseen_by(self, close: int) -> bool:
        """Say whether R has a message that is concurrent with this close, whether it counts elsewhere or not."""
        return any(
            m.author is Side.R and m.kind not in BESIDE
            and not (self.ancestors[close] >> i & 1 or self.ancestors[i] >> close & 1)
            for i, m in enumerate(self.messages)
        )  # fmt: skip

    def heads(self) -> tuple[str, ...]:
        return tuple(sorted(m.id for m, children in zip(self.messages, self.children, strict=True) if not children))

    def ids(self, mask: int) -> frozenset[str]:
        return frozenset(m.id for i, m in enumerate(self.messages) if mask >> i & 1)
