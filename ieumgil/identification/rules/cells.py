"""The table that gives each of the 64 combinations of six dimensions its name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ieumgil.identification.rules.age import AgeClass
from ieumgil.identification.rules.indicators import Dimension


class Outcome(StrEnum):
    """What a reading comes to; it guides a reviewer and decides no legal status."""

    NOTHING_YET = "nothing-established-yet"
    LABOUR_RIGHTS = "exploited-labour-rights"
    DECEIVED = "deceived-and-exploited"
    TRAFFICKED = "trafficked-into-forced-labour"
    CHILD = "child-exploited-show-the-act"
    EXPERT = "needs-expert-review"
    DISPUTED = "depends-on-disputed-weight"
    WITHHELD = "withheld-unverified-weights"


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcome of a combination, and for an expert's review the reason why it is needed."""

    outcome: Outcome
    because: str = ""


NOT_COVERED = Cell(Outcome.EXPERT, "cell-not-covered")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: six marks in the order of Dimension (+ positive, - not, * either) and the cell they name."""

    marks: str
    cell: Cell

    def fits(self, positive: Collection[Dimension]) -> bool:
        """Tell whether a combination of positive dimensions falls into this row."""
        signs = zip(self.marks, Dimension, strict=True)
        return all(mark == "*" or (mark == "+") == (dimension in positive) for mark, dimension in signs)


@dataclass(frozen=True, slots=True)
class Combinations:
    """The rows for adults and for children; the first that fits names the cell."""

    adult: tuple[Row, ...]
    child: tuple[Row, ...]

    def cell(self, positive: Collection[Dimension], age: AgeClass) -> Cell:
        """Name the cell of a combination; one that no row covers needs expert review."""
        rows = self.adult if age is AgeClass.ADULT else self.child
        return next((row.cell for row in rows if row.fits(positive)), NOT_COVERED)


def combinations(raw: Mapping[str, Any]) -> Combinations:
    """Build the table from the parsed `data/ilo-2009-combinations.json`; ValueError: unknown outcome."""
    return Combinations(_rows(raw["adult"]), _rows(raw["child"]))


def _rows(raw: Sequence[Mapping[str, str]]) -> tuple[Row, ...]:
    return tuple(Row(row["cells"], Cell(Outcome(row["outcome"]), row.get("because", ""))) for row in raw)
