"""A reviewer's reading of established indicators, by the ILO rule for a dimension and the table of cells."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from itertools import combinations as chosen

from ieumgil.identification.rules.age import AgeClass
from ieumgil.identification.rules.cells import Cell, Combinations, Outcome
from ieumgil.identification.rules.indicators import Dimension, Indicator, IndicatorSet, Tier

READING_VERSION = "reading-1"
STRONG_ALONE = 2
MEDIUM_ALONE = 3
MEDIUM_WITH_WEAK = 2


_Signs = Collection[Indicator]


class BothAnswersError(ValueError):
    """An indicator was given as established and as unknown."""

    code = "established-and-unknown"


class State(StrEnum):
    """How a dimension stands; `could-flip` means that what is unknown could still make it positive."""

    POSITIVE = "positive"
    NOT_YET = "not-yet"
    COULD_FLIP = "could-flip"
    DISPUTED = "disputed"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Sign:
    """An established indicator as a reason: code, tier (None: not in this age's list), check status."""

    code: str
    tier: Tier | None
    check: str


@dataclass(frozen=True, slots=True)
class DimensionReading:
    """One dimension: its state, the signs that led there, and the codes still unknown."""

    dimension: Dimension
    state: State
    signs: tuple[Sign, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome with its reasons; `may_become` are the outcomes that the unknown could still lead to."""

    outcome: Outcome
    because: str
    age: AgeClass
    dimensions: tuple[DimensionReading, ...]
    may_become: tuple[Outcome, ...]
    version: str


def dimension_positive(strong: int, medium: int, weak: int) -> bool:
    """Apply the rule for one dimension to the numbers of established indicators of each tier.

    Source: ILO and European Commission indicators (2009), by a secondary table that cites WCMS_105023, p. 3.
    """
    return (
        strong >= STRONG_ALONE
        or (strong >= 1 and medium + weak >= 1)
        or medium >= MEDIUM_ALONE
        or (medium >= MEDIUM_WITH_WEAK and weak >= 1)
    )


def reading(
    established: Collection[str],
    unknown: Collection[str],
    age: AgeClass,
    *,
    indicators: IndicatorSet,
    table: Combinations,
) -> Reading:
    """Read established and unknown codes by the adult's or the child's list; unknown never counts as yes.

    The outcome is computed with disputed weights as listed and as weak; where the two differ it says so.
    A set that is not verified lists its signs and withholds the outcome.
    Raises UnknownCodeError for a code in no list, BothAnswersError for one established and unknown.
    """
    if set(established) & set(unknown):
        raise BothAnswersError(", ".join(sorted(set(established) & set(unknown))))
    yes, open_ = indicators.named(established), indicators.named(unknown)
    if not indicators.verified:
        dimensions = tuple(_dimension(each, yes, open_, age, State.WITHHELD) for each in Dimension)
        return Reading(Outcome.WITHHELD, "", age, dimensions, (), READING_VERSION)
    dimensions = tuple(_dimension(each, yes, open_, age, _state(each, yes, open_, age)) for each in Dimension)
    cell = _cell(yes, age, table)
    may_become = _may_become(yes, open_, age, table, cell.outcome)
    return Reading(cell.outcome, cell.because, age, dimensions, may_become, READING_VERSION)


def _positive(dimension: Dimension, signs: _Signs, age: AgeClass, *, as_weak: bool) -> bool:
    here = [sign for sign in signs if sign.dimension is dimension]
    counts = Counter(sign.tier(age, disputed_as_weak=as_weak) for sign in here)
    return dimension_positive(counts[Tier.STRONG], counts[Tier.MEDIUM], counts[Tier.WEAK])


def _all_positive(signs: _Signs, age: AgeClass, *, as_weak: bool) -> frozenset[Dimension]:
    return frozenset(each for each in Dimension if _positive(each, signs, age, as_weak=as_weak))


def _state(dimension: Dimension, yes: _Signs, open_: _Signs, age: AgeClass) -> State:
    listed, doubted = (_positive(dimension, yes, age, as_weak=as_weak) for as_weak in (False, True))
    if listed != doubted:
        return State.DISPUTED
    if listed:
        return State.POSITIVE
    return State.COULD_FLIP if _positive(dimension, (*yes, *open_), age, as_weak=False) else State.NOT_YET


def _cell(yes: _Signs, age: AgeClass, table: Combinations) -> Cell:
    # Both disputed rows lie in one dimension and the rule is monotone: these two bound every mixture.
    listed, doubted = (table.cell(_all_positive(yes, age, as_weak=as_weak), age) for as_weak in (False, True))
    if listed.outcome is not doubted.outcome:
        return Cell(Outcome.DISPUTED, f"{listed.outcome}|{doubted.outcome}")
    return listed if listed == doubted else Cell(listed.outcome, f"{listed.because}|{doubted.because}")


def _may_become(
    yes: _Signs,
    open_: _Signs,
    age: AgeClass,
    table: Combinations,
    now: Outcome,
) -> tuple[Outcome, ...]:
    found = set()
    for as_weak in (False, True):
        sure = _all_positive(yes, age, as_weak=as_weak)
        flips = _all_positive((*yes, *open_), age, as_weak=as_weak) - sure
        subsets = chain.from_iterable(chosen(sorted(flips), size) for size in range(len(flips) + 1))
        found |= {table.cell(sure | set(subset), age).outcome for subset in subsets}
    return tuple(outcome for outcome in Outcome if outcome in found - {now})


def _dimension(
    dimension: Dimension,
    yes: _Signs,
    open_: _Signs,
    age: AgeClass,
    state: State,
) -> DimensionReading:
    signs = tuple(Sign(sign.code, sign.tier(age), sign.check) for sign in yes if sign.dimension is dimension)
    still = tuple(sign.code for sign in open_ if sign.dimension is dimension)
    return DimensionReading(dimension, state, signs, still)
