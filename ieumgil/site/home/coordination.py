"""Where the mechanism holds and where it breaks: what is overdue without identities, what was declined, how soon answers came."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ieumgil.kernel.actor import Actor
from ieumgil.referral.queries import work
from ieumgil.referral.queries.work import Counted, Watched
from ieumgil.referral.web.fields import region_name

NO = frozenset({"cannot-take", "decline"})
BANDS = ("2h", "24h", "5d", "longer")
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

    overdue: tuple[Watched, ...]
    declined: tuple[Declined, ...]
    answered: tuple[tuple[str, int], ...]
    months: tuple[str, ...]


def overview(actor: Actor) -> Overview:
    """Give the overview of the coordinator's agency; raises DeniedError (no-right)."""
    counted = work.counted(actor)
    months = tuple(sorted({row.month for row in counted}, reverse=True)[:MONTHS])
    rows = [row for row in counted if row.month in months]
    return Overview(tuple(work.watched(actor)), tuple(_declined(rows)), tuple(_answered(rows)), months)


def _declined(counted: Iterable[Counted]) -> list[Declined]:
    times: Counter[tuple[str, str, str]] = Counter()
    for told in counted:
        for row in told.rows:
            if row["kind"] in NO:
                times[row["need"], row["reason"], row["region"]] += row["times"]
    return [
        Declined(need, reason, region_name(region), number)
        for (need, reason, region), number in times.most_common(20)
    ]


def _answered(counted: Iterable[Counted]) -> list[tuple[str, int]]:
    times: Counter[str] = Counter()
    for told in counted:
        for row in told.rows:
            times[row["band"]] += row["times"]
    return [(band, times[band]) for band in BANDS if times[band]]
