"""Catalogues and strategies for the tests of identification, read without Django."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any, cast

import hypothesis.strategies as st

from ieumgil.identification import rules

DATA = Path(rules.__file__).parents[1] / "data"
TODAY = date(2026, 3, 2)
QUESTIONS = rules.question_set(json.loads((DATA / "questions.json").read_text("utf-8")))
PALERMO = cast("dict[str, Any]", json.loads((DATA / "palermo.json").read_text("utf-8")))
CELLS = cast("dict[str, Any]", json.loads((DATA / "ilo-2009-combinations.json").read_text("utf-8")))
TABLE = rules.combinations(CELLS)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LABOUR = rules.indicator_set("labour", _rows("ilo-2009-labour.csv"))
SEXUAL = rules.indicator_set("sexual", _rows("sexual-unverified.csv"))
LABOUR_CODES = [indicator.code for indicator in LABOUR.indicators]

ADULT_FACTS = rules.AgeFacts(asked_on=TODAY, born=date(1990, 1, 1), act_began=date(2025, 1, 1))
CHILD_FACTS = rules.AgeFacts(asked_on=TODAY, born=date(2010, 1, 1))
UNKNOWN_FACTS = rules.AgeFacts(asked_on=TODAY)

days = st.dates(min_value=date(1930, 1, 1), max_value=TODAY)
choices = st.sampled_from(rules.Choice)
ages = st.sampled_from(rules.AgeClass)
answer_sets = st.fixed_dictionaries({}, optional={question.code: choices for question in QUESTIONS.questions})


@st.composite
def age_facts(draw: st.DrawFn) -> rules.AgeFacts:
    """Draw facts of any completeness whose dates are in order."""
    born, act_began = sorted((draw(days), draw(days)))
    return rules.AgeFacts(
        asked_on=TODAY,
        born=draw(st.sampled_from([born, None])),
        act_began=draw(st.sampled_from([act_began, None])),
        may_be_child=draw(st.booleans()),
        said=draw(st.sampled_from([None, "19 by Korean counting", "열아홉"])),
    )


@st.composite
def readings(draw: st.DrawFn) -> tuple[frozenset[str], frozenset[str]]:
    """Draw established and unknown codes of the labour set, none in both, dense enough to turn dimensions."""
    size = len(LABOUR_CODES)
    marks = draw(st.lists(st.sampled_from("yyu-----"), min_size=size, max_size=size))
    marked = list(zip(LABOUR_CODES, marks, strict=True))
    established = frozenset(code for code, mark in marked if mark == "y")
    return established, frozenset(code for code, mark in marked if mark == "u")


def read_labour(
    established: frozenset[str] | set[str],
    unknown: frozenset[str] | set[str] = frozenset(),
    age: rules.AgeClass = rules.AgeClass.ADULT,
) -> rules.Reading:
    """Read by the shipped labour set and table."""
    return rules.reading(established, unknown, age, indicators=LABOUR, table=TABLE)
