"""What is known of a birth date, and the ages that it allows."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ieumgil.casefile.rules.refused import NotAnIdentityError
from ieumgil.kernel.age import completed_years

_SHORTENED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class AgeRange:
    """The completed years a person has on a day: from the least to the most that what is known allows."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Birth:
    """What is known of a birth date: the day, the month, the year, or nothing.

    `age_said` keeps the person's words with their way of counting ("19 by Korean counting"); no rule reads them.
    Raises NotAnIdentityError("birth-impossible"), also for a day without month and a month without year.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    age_said: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a date."""
        known = [part is not None for part in (self.year, self.month, self.day)]
        if known != sorted(known, reverse=True):
            raise NotAnIdentityError("birth-impossible")
        if self.year is not None:
            _day(self.year, self.month, self.day)

    @property
    def exact(self) -> date | None:
        """The birth date if its day is known."""
        return None if self.year is None or self.day is None else _day(self.year, self.month, self.day)

    def ages_on(self, on: date) -> AgeRange | None:
        """Give the age in completed years on a day, as narrow as is known; None if the year is not known.

        Raises ValueError if every possible birth lies after that day.
        """
        if self.year is None:
            return None
        earliest = _day(self.year, self.month, self.day)
        month = self.month or 12
        latest = _day(self.year, month, self.day or monthrange(self.year, month)[1])
        most = completed_years(earliest, on)
        return AgeRange(completed_years(min(latest, on), on), most)


def birth_text(birth: Birth) -> str | None:
    """Write a date of ISO 8601, cut to the month or the year if no more is known; None if nothing is."""
    if birth.year is None:
        return None
    rest = (part for part in (birth.month, birth.day) if part is not None)
    return "-".join((f"{birth.year:04}", *(f"{part:02}" for part in rest)))


def birth_from(text: str | None, age_said: str | None = None) -> Birth:
    """Read what `birth_text` wrote; raises NotAnIdentityError("birth-impossible") for anything else."""
    if text is None:
        return Birth(age_said=age_said)
    found = _SHORTENED.fullmatch(text)
    if found is None:
        raise NotAnIdentityError("birth-impossible")
    year, month, day = (None if part is None else int(part) for part in found.groups())
    return Birth(year, month, day, age_said)


def _day(year: int, month: int | None, day: int | None) -> date:
    try:
        return date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise NotAnIdentityError("birth-impossible") from error
