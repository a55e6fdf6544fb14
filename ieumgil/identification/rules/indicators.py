"""The ILO indicators as sets: dimensions, tiers and how far each weight was checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ieumgil.identification.rules.age import AgeClass
from ieumgil.identification.rules.questions import BadCatalogueError, UnknownCodeError

DISPUTED_ADULT_WEAK = "disputed: may be weak for adults"
UNVERIFIED = "unverified"


class Dimension(StrEnum):
    """The six dimensions of the ILO and European Commission indicators (2009), in their order."""

    DR = "Deceptive recruitment"
    CR = "Coercive recruitment"
    RV = "Recruitment by abuse of vulnerability"
    EX = "Exploitation"
    CD = "Coercion at destination"
    DV = "Abuse of vulnerability at destination"


class Tier(StrEnum):
    """How much an indicator weighs in its dimension."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One sign; no tier means: not in the list for that age, or the weight is not known."""

    code: str
    dimension: Dimension
    label: str
    adult: Tier | None
    child: Tier | None
    check: str

    def tier(self, age: AgeClass, *, disputed_as_weak: bool = False) -> Tier | None:
        """Give the tier for an age, a disputed one either as listed or as weak."""
        if disputed_as_weak and self.is_disputed(age):
            return Tier.WEAK
        return self.adult if age is AgeClass.ADULT else self.child

    def is_disputed(self, age: AgeClass) -> bool:
        """Tell whether this weight is in doubt for this age."""
        return age is AgeClass.ADULT and self.check == DISPUTED_ADULT_WEAK


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """A list of indicators; `verified` is False while any weight of it is marked unverified."""

    code: str
    indicators: tuple[Indicator, ...]

    @property
    def verified(self) -> bool:
        """Tell whether conclusions may be drawn from this set."""
        return not any(indicator.check.startswith(UNVERIFIED) for indicator in self.indicators)

    def named(self, codes: Iterable[str]) -> tuple[Indicator, ...]:
        """Give the indicators of these codes in the set's order; raises UnknownCodeError for others."""
        wanted = set(codes)
        strangers = wanted - {indicator.code for indicator in self.indicators}
        if strangers:
            raise UnknownCodeError(", ".join(sorted(strangers)))
        return tuple(indicator for indicator in self.indicators if indicator.code in wanted)


def indicator_set(code: str, rows: Iterable[Mapping[str, str]]) -> IndicatorSet:
    """Build a set from the rows of its CSV file: code, dimension, label, adult tier, child tier, check.

    Raises BadCatalogueError for a dimension or a tier that does not exist, or a code that comes twice.
    """
    indicators = tuple(_indicator(row) for row in rows)
    if len({indicator.code for indicator in indicators}) != len(indicators):
        raise BadCatalogueError(f"two indicators of {code} have one code")
    return IndicatorSet(code, indicators)


def _indicator(row: Mapping[str, str]) -> Indicator:
    code, title, label, adult, child, check = row.values()
    try:
        dimension = Dimension(title.partition(":")[0])
        return Indicator(code, dimension, label, _tier(adult), _tier(child), check)
    except ValueError as error:
        raise BadCatalogueError(f"{code}: {error}") from error


def _tier(text: str) -> Tier | None:
    return Tier(text) if text else None
