"""A figure: what the product does in a second, what the bare peer does in the same run, and the goal."""

import json
import os
import platform
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

WIDTHS: Final = (52, 10, 10, 7, 7)
EXACT: Final = 100  # from here on nothing stands behind the point


@dataclass(frozen=True)
class Figure:
    """A rate a second; the goal is a ratio to `floor`, or where there is no floor a rate itself; None: for the record.

    `at_most`: a time, and the goal is the greatest ratio.
    """

    name: str
    product: float
    floor: float | None
    goal: float | None
    note: str = ""
    at_most: bool = False

    @property
    def ratio(self) -> float | None:
        """The product's rate as a part of the bare peer's."""
        return self.product / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """Whether the goal is reached, in words."""
        if self.goal is None:
            return ""
        found = self.product if self.ratio is None else self.ratio
        reached = found <= self.goal if self.at_most else found >= self.goal
        return "reached" if reached else "not reached"

    def line(self) -> str:
        """Give one line of the table."""
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        goal = (
            "-" if self.goal is None else f"{self.goal:,.0f}/s" if self.ratio is None else f"{self.goal:.2f}"
        )
        floor = "-" if self.floor is None else _number(self.floor)
        return (
            f"{_columns(self.name, _number(self.product), floor, ratio, goal)}  {self.verdict or self.note}"
        )

    def record(self) -> str:
        """Give the figure as one JSON object, with the versions and the load it was measured under."""
        more = {
            "ratio": self.ratio,
            "verdict": self.verdict,
            "versions": versions(),
            "load1": os.getloadavg()[0],
        }
        return json.dumps(asdict(self) | more, ensure_ascii=False)


def heading() -> str:
    """Give the head of the table."""
    return _columns("what", "product/s", "bare/s", "ratio", "goal")


def versions() -> dict[str, str]:
    """Give the versions that figures depend on."""
    named = {name: version(name) for name in ("cryptography", "Django", "jsonschema-rs", "psycopg")}
    return {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **named}


def show(figures: Iterable[Figure], out: Path | None) -> None:
    """Print figures as they come and, where a file was named, add their JSON lines to it."""
    for figure in figures:
        print(figure.line(), flush=True)
        if out is not None:
            with out.open("a", encoding="utf-8") as file:
                file.write(figure.record() + "\n")


def in_turns(*jobs: Callable[[], object], seconds: float, rounds: int = 25) -> list[float]:
    """Time jobs in turns, so that noise meets them alike; give the median rate of each."""
    counts = [max(1, round(seconds / rounds / _once(job))) for job in jobs]
    rates: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, count, found in zip(jobs, counts, rates, strict=True):
            begin = perf_counter()
            for _ in range(count):
                job()
            found.append(count / (perf_counter() - begin))
    return [median(found) for found in rates]


def _once(job: Callable[[], object]) -> float:
    job()
    begin = perf_counter()
    job()
    return max(perf_counter() - begin, 1e-6)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= EXACT else f"{value:.1f}"


def _columns(name: str, *rest: str) -> str:
    first, *widths = WIDTHS
    return name.ljust(first) + "".join(text.rjust(width) for text, width in zip(rest, widths, strict=True))
