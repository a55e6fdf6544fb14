"""The words of the thread: sides, kinds, states, and a message as far as the rule is concerned."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    """The two parties of a thread: F opened it, R was asked."""

    F = "F"
    R = "R"


class Kind(StrEnum):
    """The kinds of message, each with who may send it (thread page, *States and moves*)."""

    ENQUIRY = "enquiry"
    CAN_TAKE = "can-take"
    CANNOT_TAKE = "cannot-take"
    REFER = "refer"
    QUERY = "query"
    REPLY = "reply"
    ACCEPT = "accept"
    DECLINE = "decline"
    ARRIVED = "arrived"
    NOT_ARRIVED = "not-arrived"
    PROGRESS = "progress"
    ASK_ONWARD = "ask-onward"
    OUTCOME = "outcome"
    RECALL = "recall"
    ERASED = "erased"
    CLOSE = "close"
    ESCALATE = "escalate"
    OPENED = "opened"


class State(StrEnum):
    """The states of a thread."""

    START = "START"
    ENQUIRED = "ENQUIRED"
    OFFERED = "OFFERED"
    REFUSED = "REFUSED"
    REFERRED = "REFERRED"
    QUERIED = "QUERIED"
    ACCEPTED = "ACCEPTED"
    IN_CARE = "IN CARE"
    ONWARD_ASKED = "ONWARD ASKED"
    NOT_ARRIVED = "NOT ARRIVED"
    DECLINED = "DECLINED"
    OUTCOME = "OUTCOME"
    RECALLED = "RECALLED"
    ERASED = "ERASED"
    REOPENED = "REOPENED"
    CLOSED = "CLOSED"


class Verdict(StrEnum):
    """What admission says of a message, on every node alike."""

    ADMITTED = "admitted"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as far as the rule is concerned; `id` is the SHA-256 of its canonical signed header."""

    id: str
    author: Side
    seq: int
    prev: str | None
    seen: tuple[str, ...]
    kind: Kind
    packet: bool = False


BESIDE: Final = frozenset({Kind.ESCALATE, Kind.OPENED})  # they stand beside the state
BRINGS_PACKET: Final = frozenset({Kind.REFER, Kind.REPLY})
UNFREEZABLE: Final = frozenset(
    {Kind.RECALL, Kind.ERASED}
)  # they count in a frozen thread too, and cannot be signed away
REASONS: Final = (  # why an agency cannot take somebody; "safety" says no more (practice page, *Between agencies*)
    "full", "not-our-need", "no-accessible-place", "language", "region", "closed", "safety", "other",
)  # fmt: skip
PROGRESS: Final = ("settling-in", "doing-well", "in-treatment", "legal-steps", "preparing-next")
OUTCOMES: Final = (
    "own-home", "with-family", "went-home", "referred-onward", "left-by-choice", "lost-contact", "ended",
)  # fmt: skip


def parents_of(message: Message) -> set[str]:
    """Give the ids that the message names in `prev` and `seen`."""
    return {*message.seen, message.prev} if message.prev else set(message.seen)
