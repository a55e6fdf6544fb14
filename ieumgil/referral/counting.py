"""How answers are counted for the coordinator: bands of time, months, and small numbers held back; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = 5  # a smaller number is not told, nor any total from which it could be worked out
_BANDS = ((timedelta(hours=2), "2h"), (timedelta(hours=24), "24h"), (timedelta(days=5), "5d"))


@dataclass(frozen=True, slots=True)
class Counting:
    """One kind of answer in one month; `times` how often."""

    kind: str
    reason: str
    need: str
    region: str
    band: str
    times: int


def band_of(asked_at: datetime, answered_at: datetime) -> str:
    """Give the band of a time to answer: within 2h, 24h, 5d (five times 24 hours), or longer."""
    taken = answered_at - asked_at
    return next((name for limit, name in _BANDS if taken <= limit), "longer")


def month_of(moment: datetime) -> str:
    """Give the month (UTC) that a moment is counted in, as YYYY-MM."""
    return f"{moment:%Y-%m}"


def tellable(rows: Iterable[Counting]) -> list[Counting]:
    """Leave out every number below five; no total is told, so none can be worked out by subtraction."""
    return [row for row in rows if row.times >= LEAST]
