"""Fold a thread of 60 messages, in a row and with both sides talking past each other."""

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256

from bench.figure import Figure, in_turns
from ieumgil.referral.rules import Kind, Message, Side, fold

GOAL = 2000
LENGTH = 60
OPENING = (
    (Side.F, Kind.ENQUIRY), (Side.R, Kind.CAN_TAKE), (Side.F, Kind.REFER), (Side.R, Kind.ACCEPT),
    (Side.R, Kind.ARRIVED),
)  # fmt: skip
SAYS = {Side.R: (Kind.PROGRESS, Kind.QUERY), Side.F: (Kind.ESCALATE,)}


def figures(seconds: float) -> Iterator[Figure]:
    """Give folds a second: of a thread that only grew at its end, and of two in which many messages are concurrent."""
    threads = {
        "fold 60 messages, one after the other": in_a_row(),
        "fold 60 messages, 3 of each side cross": crossing(3),
        "fold 60 messages, 27 of each side cross": crossing(27),
    }
    for name, messages in threads.items():
        assert len(fold(messages).order) == LENGTH
        (product,) = in_turns(partial(fold, messages), seconds=seconds)
        yield Figure(name, product, None, GOAL)


def in_a_row() -> list[Message]:
    """Write a thread in which the receiver asks and the referrer replies, each having read everything."""
    messages = _opened()
    while len(messages) < LENGTH:
        for side, kind in ((Side.R, Kind.QUERY), (Side.F, Kind.REPLY)):
            messages.append(_next(messages, side, kind))
    return messages[:LENGTH]


def crossing(every: int) -> list[Message]:
    """Write a thread in which, once the person is there, each side sends so many messages before it reads again."""
    messages = _opened()
    while len(messages) < LENGTH:
        known = list(messages)
        for side, kinds in SAYS.items():
            own = list(known)
            for number in range(every):
                own.append(_next(own, side, kinds[number % len(kinds)]))
            messages += own[len(known) :]
    return messages[:LENGTH]


def _opened() -> list[Message]:
    messages: list[Message] = []
    for side, kind in OPENING:
        messages.append(_next(messages, side, kind))
    return messages


def _next(known: Sequence[Message], author: Side, kind: Kind) -> Message:
    named = {parent for message in known for parent in (*message.seen, message.prev)}
    heads = tuple(sorted(message.id for message in known if message.id not in named))
    mine = [message for message in known if message.author is author]
    ident = sha256(f"{author} {len(mine)}".encode()).hexdigest()
    return Message(
        ident, author, len(mine) + 1, mine[-1].id if mine else None, heads, kind, kind is Kind.REFER
    )
