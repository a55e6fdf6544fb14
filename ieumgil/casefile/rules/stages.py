"""The stages of a case and its short code."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ieumgil.kernel.outcome import Allow, Deny, Outcome


class Stage(StrEnum):
    """Where a person is on the way."""

    IDENTIFICATION = "identification"
    ASSISTANCE = "assistance"
    RETURN = "return"
    REINTEGRATION = "reintegration"
    CLOSED = "closed"


_S = Stage
NEXT_STAGES: Final[Mapping[Stage, frozenset[Stage]]] = {
    _S.IDENTIFICATION: frozenset({_S.ASSISTANCE, _S.RETURN, _S.CLOSED}),
    # New signs may call for a second identification while help goes on.
    _S.ASSISTANCE: frozenset({_S.IDENTIFICATION, _S.RETURN, _S.REINTEGRATION, _S.CLOSED}),
    _S.RETURN: frozenset({_S.ASSISTANCE, _S.REINTEGRATION, _S.CLOSED}),
    _S.REINTEGRATION: frozenset({_S.ASSISTANCE, _S.RETURN, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.IDENTIFICATION, _S.ASSISTANCE, _S.REINTEGRATION}),
}


def move(stage: Stage, to: Stage) -> Outcome:
    """Say whether a case may move from one stage to another; Deny("no-such-move") otherwise.

    A closed case may open again: people come back.
    """
    return Allow() if to in NEXT_STAGES[stage] else Deny("no-such-move")


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as 1 and 0


def case_code(number: int, width: int = 3) -> str:
    """Give the short neutral code of a random number, such as "K7-204", which tells neither order nor person.

    Numbers count the same modulo 240 * 10**width, the number of codes of that width.
    """
    rest, tail = divmod(number, 10**width)
    rest, digit = divmod(rest, 10)
    return f"{_LETTERS[rest % len(_LETTERS)]}{digit}-{tail:0{width}}"
