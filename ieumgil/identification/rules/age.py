"""How old the person was when it happened, as far as that is known."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ieumgil.kernel.age import completed_years

DECEMBER = 12
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

    Where only the month or the year is known, `born` and `act_began` are the first day it may have been and
    `born_until` and `act_until` the last (`span`).
    `may_be_child` answers "may the person have been under 18 then?" and is used where the dates do not tell;
    it stays True until somebody says no. `said` keeps the person's words with their way of counting ("19 by
    Korean counting"); no rule reads it. Raises ImpossibleDatesError unless birth, act and questions can have come in this order.
    """

    asked_on: date
    born: date | None = None
    act_began: date | None = None
    may_be_child: bool = True
    said: str | None = None
    born_until: date | None = None
    act_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse dates in an impossible order."""
        born, began = self.born or date.min, self.act_began or date.min
        if born > self.last_day or began > self.asked_on or began > (self.act_until or date.max):
            raise ImpossibleDatesError("birth, act and questions are not in this order")
        if born > (self.born_until or date.max):
            raise ImpossibleDatesError("the last possible birth lies before the first")

    @property
    def last_day(self) -> date:
        """Give the last day on which the act can have begun."""
        return min(self.act_until or self.act_began or self.asked_on, self.asked_on)


@dataclass(frozen=True, slots=True)
class AgeAtAct:
    """The class of age at the time of the act, and whether it is settled."""

    age_class: AgeClass
    status: AgeStatus


def age_at_act(facts: AgeFacts) -> AgeAtAct:
    """Say whose rule applies: the age when the act began counts, not today's.

    A date known in part settles it only if every day that it may have been does. Where the dates do not tell and
    the person may have been under 18, a child is presumed and the age is to be checked.
    Sources: Palermo Protocol, article 3(c)-(d); Council of Europe convention, article 10(3).
    """
    if facts.born is not None and completed_years(facts.born, facts.last_day) < MAJORITY:
        return AgeAtAct(AgeClass.CHILD, AgeStatus.SETTLED)
    if (
        facts.born is not None
        and facts.act_began is not None
        and _surely_adult(facts.born_until or facts.born, facts.act_began)
    ):
        return AgeAtAct(AgeClass.ADULT, AgeStatus.SETTLED)
    return AgeAtAct(AgeClass.CHILD if facts.may_be_child else AgeClass.ADULT, AgeStatus.TO_BE_CHECKED)


def span(year: int | None, month: int | None, day: int | None) -> tuple[date | None, date | None]:
    """Give the first and the last day that a date known in part may have been; the last is None for a whole date.

    Raises ImpossibleDatesError for what is no date, a day without month or a month without year.
    """
    known = [part is not None for part in (year, month, day)]
    if known != sorted(known, reverse=True):
        raise ImpossibleDatesError("a part is missing before a part that is known")
    if year is None:
        return None, None
    try:
        first = date(year, month or 1, day or 1)
    except ValueError as error:
        raise ImpossibleDatesError("there is no such date") from error
    last_month = month or DECEMBER
    return first, None if day else date(year, last_month, monthrange(year, last_month)[1])


def _surely_adult(last_birth: date, first_act: date) -> bool:
    return last_birth <= first_act and completed_years(last_birth, first_act) >= MAJORITY
