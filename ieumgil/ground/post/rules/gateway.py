"""What rings phones, as this room sees it; which one a node has is a setting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody pressed 1 at this number."""

    number: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing rings: nobody answered, the line was busy, or nothing has rung yet."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The phone rings, or somebody has taken it and not pressed 1."""


Heard = Answered | NoAnswer | Ringing


class Gateway(Protocol):
    """What rings a phone, says the words in each language, and tells whether somebody pressed 1.

    Each method comes back within a few seconds, and raises what it likes where the line is down. It is told a number, the
    words and the id of the call, and nothing else.
    """

    def ring(self, number: str, words: Mapping[str, str], call_id: UUID) -> None:
        """Ring a number for 25 seconds; whatever rings under the same id ends."""

    def heard(self, call_id: UUID) -> Heard:
        """Say what became of the call: an answer stays one, whatever rang afterwards."""

    def end(self, call_id: UUID) -> None:
        """Let nothing ring any more under this id."""
