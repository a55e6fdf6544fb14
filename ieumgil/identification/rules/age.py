"""How old the person was when it happened, as far as that is known."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ieumgil.kernel.age import completed_years

MAJORITY = 18  # Palermo Protocol, article 3(d)


class ImpossibleDatesError(ValueError):
    """The dates cannot be so: nothing happens before birth, or after the day it is told."""

    code = "impossible-dates"


class AgeClass(StrEnum):
    """Whose rule applies: an adult's or a child's."""

    ADULT = "adult"
    CHILD = "child"


class AgeStatus(StrEnum):
    """Whether dates settle the age at the act, or somebody has yet to check it."""

    SETTLED = "settled"
    TO_BE_CHECKED = "to-be-checked"


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """What is known of the age: days of the questions, of birth and of the act's beginning.

    `may_be_child` answers "may the person have been under 18 then?" and is used where the dates do not tell;
    it stays True until somebody says no. `said` keeps the person's words with their way of counting ("19 by
    Korean counting"); no rule reads it. Raises ImpossibleDatesError unless born <= act_began <= asked_on.
    """

    asked_on: date
    born: date | None = None
    act_began: date | None = None
    may_be_child: bool = True
    said: str | None = None

    def __post_init__(self) -> None:
        """Refuse dates in an impossible order."""
        known = [day for day in (self.born, self.act_began, self.asked_on) if day is not None]
        if known != sorted(known):
            raise ImpossibleDatesError("birth, act and questions are not in this order")


@dataclass(frozen=True, slots=True)
class AgeAtAct:
    """The class of age at the time of the act, and whether it is settled."""

    age_class: AgeClass
    status: AgeStatus


def age_at_act(facts: AgeFacts) -> AgeAtAct:
    """Say whose rule applies: the age when the act began counts, not today's.

    Where the dates do not tell and the person may have been under 18, a child is presumed and the age is to
    be checked. Sources: Palermo Protocol, article 3(c)-(d); Council of Europe convention, article 10(3).
    """
    day = facts.act_began or facts.asked_on
    if facts.born is not None and completed_years(facts.born, day) < MAJORITY:
        return AgeAtAct(AgeClass.CHILD, AgeStatus.SETTLED)
    if facts.born is not None and facts.act_began is not None:
        return AgeAtAct(AgeClass.ADULT, AgeStatus.SETTLED)
    return AgeAtAct(AgeClass.CHILD if facts.may_be_child else AgeClass.ADULT, AgeStatus.TO_BE_CHECKED)
