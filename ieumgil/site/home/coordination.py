"""Where the mechanism holds and where it breaks: what is overdue without identities, what was declined, how soon answers came."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format

from ieumgil.kernel.actor import Actor
from ieumgil.referral.queries import work
from ieumgil.referral.web.fields import region_name

NO = frozenset({"cannot-take", "decline"})
BANDS = ("2h", "24h", "5d", "longer")
Row = dict[str, Any]  # of what an agency told of a month: kind, need, reason, region, band, times
MONTHS = 3  # of the newest: what is older is for the statistics


@dataclass(frozen=True, slots=True)
class Declined:
    """A need that was declined: for what reason, in which region, how often (five or more in each month told)."""

    need: str
    reason: str
    region: str
    times: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What a coordinator sees first."""

    overdue: tuple[Model, ...]
    declined: tuple[Declined, ...]
    answered: tuple[tuple[str, int], ...]
    months: tuple[str, ...]


def overview(actor: Actor) -> Overview:
    """Give the overview of the coordinator's agency; raises DeniedError (no-right)."""
    counted = work.counted(actor)
    months = tuple(sorted({row.month for row in counted}, reverse=True)[:MONTHS])
    rows: list[Row] = [row for told in counted if told.month in months for row in told.rows]
    return Overview(
        tuple(work.watched(actor)), tuple(_declined(rows)), tuple(_answered(rows)), tuple(map(_told, months))
    )


def _told(month: str) -> str:
    return date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT")


def _declined(rows: Iterable[Row]) -> list[Declined]:
    times: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        if row["kind"] in NO:
            times[row["need"], row["reason"], row["region"]] += row["times"]
    return [
        Declined(need, reason, region_name(region), number)
        for (need, reason, region), number in times.most_common(20)
    ]


def _answered(rows: Iterable[Row]) -> list[tuple[str, int]]:
    times: Counter[str] = Counter()
    for row in rows:
        times[row["band"]] += row["times"]
    return [(band, times[band]) for band in BANDS if times[band]]
