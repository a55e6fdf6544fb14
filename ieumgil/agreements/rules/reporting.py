"""What an agency must report of somebody without papers: said before anybody asks about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ieumgil.kernel.actor import AgencyClass


class Must(StrEnum):
    """Whether a worker of the agency must report it."""

    YES = "yes"
    NO = "no"
    ASK = "ask"  # the text of the law leaves it open, or nobody has looked yet


@dataclass(frozen=True, slots=True)
class Said:
    """The same words in both languages."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class ReportingDuty:
    """One duty: who has it, what to tell the person, what it is about, when it does not hold, from which law."""

    code: str
    must: Must
    tell: Said
    about: Said
    unless: Said
    article: Said
    source: str
    check: str


def duties_of(
    rows: Iterable[Mapping[str, Any]], slug: str, agency_class: AgencyClass
) -> tuple[ReportingDuty, ...]:
    """Give the duties that a country's profile names for an agency; those of its class where it is not named itself.

    None means that nobody has looked, and never that there is no duty.
    """
    known = list(rows)
    own = [row for row in known if slug in row.get("agencies", ())]
    return tuple(map(_duty, own or [row for row in known if agency_class.value in row.get("classes", ())]))


def _duty(row: Mapping[str, Any]) -> ReportingDuty:
    about, unless, tell, article = (Said(**row[name]) for name in ("about", "unless", "tell", "article"))
    return ReportingDuty(
        row["code"], Must(row["must"]), tell, about, unless, article, row["source"], row["check"]
    )
