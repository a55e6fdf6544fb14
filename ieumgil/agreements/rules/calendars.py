"""Until when a step is owed: time limits by urgency, counted over calendars that are data."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_DAYS_IN_WEEK = 7
_ONE_DAY = timedelta(days=1)


class Urgency(StrEnum):
    """How soon an answer is needed."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ORDINARY = "ordinary"


class LimitUnit(StrEnum):
    """What a time limit counts."""

    HOURS = "hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """So many hours or working days; raises ValueError below 1."""

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        """Refuse a limit that gives no time at all."""
        if self.amount < 1:
            raise ValueError("a time limit is at least 1")


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The limit of each urgency, so that none can be missing."""

    emergency: TimeLimit
    urgent: TimeLimit
    ordinary: TimeLimit

    def of(self, urgency: Urgency) -> TimeLimit:
        """Give the limit of one urgency."""
        limits = {
            Urgency.EMERGENCY: self.emergency,
            Urgency.URGENT: self.urgent,
            Urgency.ORDINARY: self.ordinary,
        }
        return limits[urgency]


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a place's calendar: zone, weekend (Monday is 0), holidays and how far they are known."""

    code: str
    version: int
    zone: tzinfo
    weekend: frozenset[int]
    holidays: frozenset[date]
    known_until: date

    def __post_init__(self) -> None:
        """Refuse a week without a working day, over which no count would end."""
        if len(self.weekend & set(range(_DAYS_IN_WEEK))) == _DAYS_IN_WEEK:
            raise ValueError("a calendar has at least one working day a week")

    def is_working(self, day: date) -> bool:
        """Say whether a day is neither weekend nor holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def working_day_after(self, day: date) -> date:
        """Give the first working day after a day."""
        following = day + _ONE_DAY
        while not self.is_working(following):
            following += _ONE_DAY
        return following


def due_at(limit: TimeLimit, sent_at: datetime, calendar: Calendar) -> datetime:
    """Give, in UTC, the moment until which the step is owed; it is overdue from that moment on.

    Hours are elapsed hours. Working days leave out the day of sending (by the calendar's zone) and end with
    the end of the last one, as a period of days does in the Korean Civil Act, arts. 157, 159 and 161.
    Raises ValueError if `sent_at` has no zone.
    """
    if sent_at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    if limit.unit is LimitUnit.HOURS:
        return sent_at.astimezone(UTC) + timedelta(hours=limit.amount)
    day = sent_at.astimezone(calendar.zone).date()
    for _ in range(limit.amount):
        day = calendar.working_day_after(day)
    return datetime.combine(day + _ONE_DAY, time.min, calendar.zone).astimezone(UTC)


def is_certain(due: datetime, calendar: Calendar) -> bool:
    """Say whether the calendar knows the holidays up to this moment; beyond, only weekends were counted."""
    return (due.astimezone(calendar.zone) - timedelta(microseconds=1)).date() <= calendar.known_until
