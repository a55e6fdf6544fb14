"""The ILO reading: a dimension's rule, all 64 cells, the child's rule, disputed and unverified weights."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.identification.rules import (
    AgeClass,
    BadCatalogueError,
    BothAnswersError,
    Cell,
    Combinations,
    Dimension,
    Outcome,
    State,
    Tier,
    UnknownCodeError,
    dimension_positive,
    indicator_set,
    reading,
)
from ieumgil.identification.rules.record import reading_from_json, reading_to_json
from ieumgil.kernel.canonical import canonical, parse_object
from tests.support.identification import CELLS, LABOUR, SEXUAL, TABLE, ages, read_labour, readings

Codes = tuple[frozenset[str], frozenset[str]]
Positive = Callable[[int, int, int], bool]
EDGES = {
    (0, 0, 0): False, (1, 0, 0): False, (2, 0, 0): True, (1, 1, 0): True, (1, 0, 1): True,
    (0, 2, 0): False, (0, 3, 0): True, (0, 2, 1): True, (0, 1, 5): False, (0, 0, 9): False,
}  # fmt: skip
# Enough established indicators to make one dimension positive for an adult and for a child alike.
ENOUGH = {
    "DR": {"DR01", "DR02"}, "CR": {"CR01", "CR05"}, "RV": {"RV01", "RV02", "RV03"},
    "EX": {"EX01", "EX02"}, "CD": {"CD01", "CD02"}, "DV": {"DV01", "DV02", "DV03"},
}  # fmt: skip
ALL_CELLS = list(product([False, True], repeat=6))


def established_for(cell: tuple[bool, ...]) -> set[str]:
    """Give codes that make exactly the true dimensions of a cell positive."""
    return {code for codes, positive in zip(ENOUGH.values(), cell, strict=True) if positive for code in codes}


def check_edges(rule: Positive) -> None:
    """Compare the rule with the ten edge cases of the source."""
    assert {counts: rule(*counts) for counts in EDGES} == EDGES


def check_monotone(rule: Positive) -> None:
    """Find that one more indicator of any tier never turns a positive dimension back."""
    for strong, medium, weak in product(range(6), repeat=3):  # no part of the rule looks past three
        if rule(strong, medium, weak):
            assert rule(strong + 1, medium, weak)
            assert rule(strong, medium + 1, weak)
            assert rule(strong, medium, weak + 1)


def test_the_rule_of_a_dimension_holds_at_its_edges() -> None:
    check_edges(dimension_positive)
    with pytest.raises(AssertionError):
        check_edges(lambda strong, medium, _: strong >= 2 or (strong >= 1 and medium >= 1) or medium >= 3)


def test_another_indicator_never_turns_a_dimension_back() -> None:
    check_monotone(dimension_positive)
    with pytest.raises(AssertionError):
        check_monotone(lambda strong, medium, weak: strong >= 1 and medium + weak == 1)


def test_the_labour_set_has_the_published_numbers() -> None:
    counts = [sum(i.dimension is dimension for i in LABOUR.indicators) for dimension in Dimension]
    assert counts == [10, 10, 16, 9, 15, 7]
    assert sum(indicator.adult is not None for indicator in LABOUR.indicators) == 67
    assert sum(indicator.child is not None for indicator in LABOUR.indicators) == 65
    assert all(indicator.child is not Tier.WEAK for indicator in LABOUR.indicators)


def adult_name(cell: tuple[bool, ...]) -> str:
    """Name an adult's cell a second time, written from the published table alone."""
    deception, coercion, recruited_vulnerable, exploited, coerced, vulnerable = cell
    if not any(cell):
        return "nothing-established-yet"
    if exploited and coerced and (deception or coercion):
        return "trafficked-into-forced-labour"
    if exploited and not coerced and not vulnerable and not coercion:
        if deception:
            return "deceived-and-exploited"
        if not recruited_vulnerable:
            return "exploited-labour-rights"
    return "needs-expert-review"


def child_name(cell: tuple[bool, ...]) -> str:
    """Name a child's cell a second time: exploitation counts, the other five are evidence only."""
    if cell[3]:
        return "child-exploited-show-the-act"
    return "needs-expert-review" if any(cell) else "nothing-established-yet"


@pytest.mark.parametrize("age", AgeClass)
def test_all_64_cells_have_the_name_of_the_published_table(age: AgeClass) -> None:
    name = adult_name if age is AgeClass.ADULT else child_name
    found = {cell: read_labour(established_for(cell), age=age) for cell in ALL_CELLS}
    assert len(found) == 64
    assert {cell: read.outcome.value for cell, read in found.items()} == {c: name(c) for c in ALL_CELLS}
    for read in found.values():
        assert bool(read.because) == (read.outcome is Outcome.EXPERT)
        assert read.because != "cell-not-covered"


def test_a_table_with_a_hole_still_names_the_cell() -> None:
    holed = Combinations((), TABLE.child)
    assert holed.cell((), AgeClass.ADULT) == Cell(Outcome.EXPERT, "cell-not-covered")


def test_every_outcome_and_every_reason_has_words_in_both_languages_and_none_clears_anybody() -> None:
    words = {word["code"]: word for word in CELLS["words"]}
    reasons = {row["because"] for row in CELLS["adult"] + CELLS["child"] if "because" in row}
    assert words.keys() == {outcome.value for outcome in Outcome} | reasons | {"cell-not-covered"}
    for word in words.values():
        assert word["en"]
        assert word["ko"]
        assert "victim" not in word["en"].lower()
        assert "피해자" not in word["ko"]


def test_what_is_unknown_is_shown_with_whether_it_could_flip_the_result() -> None:
    read = read_labour({"EX01", "DR01"}, {"EX02", "CD15"})
    states = {dimension.dimension: dimension.state for dimension in read.dimensions}
    assert read.outcome is Outcome.NOTHING_YET
    assert states[Dimension.EX] is State.COULD_FLIP
    assert states[Dimension.CD] is states[Dimension.DR] is State.NOT_YET
    assert read.may_become == (Outcome.LABOUR_RIGHTS,)


def test_reasons_are_codes_with_tier_and_check_status() -> None:
    (sign,) = read_labour({"RV07"}, age=AgeClass.CHILD).dimensions[2].signs
    assert (sign.code, sign.tier, sign.check) == ("RV07", None, "secondary source")


@pytest.mark.parametrize("age", AgeClass)
def test_one_medium_indicator_outside_a_childs_list_counts_for_adults_only(age: AgeClass) -> None:
    state = read_labour({"RV01", "RV02", "RV07"}, age=age).dimensions[2].state
    assert state is (State.POSITIVE if age is AgeClass.ADULT else State.NOT_YET)


@given(readings(), ages)
def test_unknown_never_counts_as_yes(codes: Codes, age: AgeClass) -> None:
    established, unknown = codes
    read, without = read_labour(established, unknown, age), read_labour(established, frozenset(), age)
    assert (read.outcome, read.because) == (without.outcome, without.because)
    assert [d.signs for d in read.dimensions] == [d.signs for d in without.dimensions]
    positive = {State.POSITIVE, State.DISPUTED}
    assert [d.state in positive for d in read.dimensions] == [d.state in positive for d in without.dimensions]


def test_a_reading_that_took_unknown_for_yes_would_be_seen() -> None:
    assert read_labour({"EX01", "EX02"}).outcome is not read_labour({"EX01"}, {"EX02"}).outcome


@given(readings(), ages, st.data())
def test_may_become_names_each_outcome_that_the_unknown_can_lead_to(
    codes: Codes, age: AgeClass, data: st.DataObject
) -> None:
    established, unknown = codes
    read = read_labour(established, unknown, age)
    turned = data.draw(st.sets(st.sampled_from(sorted(unknown)))) if unknown else set()
    later = read_labour(established | turned, unknown - turned, age).outcome
    assert later in {read.outcome, *read.may_become, Outcome.DISPUTED}


def test_a_result_that_depends_on_a_disputed_weight_says_so() -> None:
    disputed = read_labour({"RV01", "RV13", "RV14", "EX01", "EX02"})
    assert disputed.outcome is Outcome.DISPUTED
    assert disputed.because == "needs-expert-review|exploited-labour-rights"
    assert disputed.dimensions[2].state is State.DISPUTED


def test_a_disputed_weight_that_changes_nothing_is_no_dispute() -> None:
    sure = read_labour({"RV01", "RV02", "RV03", "RV13", "EX01", "EX02"})
    assert sure.outcome is Outcome.EXPERT
    assert sure.dimensions[2].state is State.POSITIVE
    child = read_labour({"RV01", "RV13", "RV14", "EX01", "EX02"}, age=AgeClass.CHILD)
    assert child.outcome is Outcome.CHILD
    assert child.dimensions[2].state is State.POSITIVE


def test_a_dispute_that_only_changes_why_an_expert_is_needed_names_both_reasons() -> None:
    read = read_labour({"RV01", "RV13", "RV14"} | ENOUGH["EX"] | ENOUGH["CD"])
    assert read.outcome is Outcome.EXPERT
    assert read.because == "vulnerability-may-stand-in|forced-labour-recruitment-not-shown"


@given(ages, st.sets(st.sampled_from([indicator.code for indicator in SEXUAL.indicators])))
def test_an_unverified_set_lists_signs_and_withholds_the_conclusion(age: AgeClass, signs: set[str]) -> None:
    read = reading(signs, (), age, indicators=SEXUAL, table=TABLE)
    assert read.outcome is Outcome.WITHHELD
    assert not read.may_become
    assert {dimension.state for dimension in read.dimensions} == {State.WITHHELD}
    assert {sign.code for dimension in read.dimensions for sign in dimension.signs} == signs


def test_codes_of_no_set_and_codes_given_twice_are_refused() -> None:
    with pytest.raises(UnknownCodeError):
        read_labour({"XX99"})
    with pytest.raises(BothAnswersError):
        read_labour({"EX01"}, {"EX01"})


@pytest.mark.parametrize("fault", [{"dimension": "Weather"}, {"adult_labour": "huge"}])
def test_a_row_with_an_unknown_dimension_or_tier_is_refused(fault: dict[str, str]) -> None:
    row = {"code": "A1", "dimension": "Exploitation", "label": "x"}
    row |= {"adult_labour": "weak", "child_labour": "", "check": "secondary source"}
    assert indicator_set("sound", [row]).verified
    with pytest.raises(BadCatalogueError):
        indicator_set("planted", [row | fault])
    with pytest.raises(BadCatalogueError):
        indicator_set("planted", [row, row])


@given(readings(), ages)
def test_a_reading_is_read_back_as_it_was(codes: Codes, age: AgeClass) -> None:
    read = read_labour(*codes, age)
    assert reading_from_json(parse_object(canonical(reading_to_json(read)))) == read
