"""Age at the act: whose rule applies, and the child's presumption."""

from datetime import date

import pytest
from hypothesis import given

from ieumgil.identification.rules import (
    AgeAtAct,
    AgeClass,
    AgeFacts,
    AgeStatus,
    ImpossibleDatesError,
    age_at_act,
)
from ieumgil.identification.rules.record import age_from_json, age_to_json
from ieumgil.kernel.age import completed_years
from ieumgil.kernel.canonical import canonical, parse_object
from tests.support.identification import TODAY, age_facts

SETTLED_CHILD = AgeAtAct(AgeClass.CHILD, AgeStatus.SETTLED)
SETTLED_ADULT = AgeAtAct(AgeClass.ADULT, AgeStatus.SETTLED)
PRESUMED_CHILD = AgeAtAct(AgeClass.CHILD, AgeStatus.TO_BE_CHECKED)


@pytest.mark.parametrize(
    ("born", "act_began"),
    [(date(2026, 1, 1), date(2025, 1, 1)), (date(2027, 1, 1), None), (None, date(2027, 1, 1))],
)
def test_dates_out_of_order_are_refused(born: date | None, act_began: date | None) -> None:
    with pytest.raises(ImpossibleDatesError):
        AgeFacts(asked_on=TODAY, born=born, act_began=act_began)


def test_the_age_at_the_act_counts_and_not_the_age_today() -> None:
    facts = AgeFacts(asked_on=TODAY, born=date(2007, 1, 1), act_began=date(2024, 12, 31))
    assert completed_years(date(2007, 1, 1), TODAY) == 19
    assert age_at_act(facts) == SETTLED_CHILD


def test_on_the_eighteenth_birthday_the_adult_rule_begins() -> None:
    facts = AgeFacts(asked_on=TODAY, born=date(2007, 1, 1), act_began=date(2025, 1, 1))
    assert age_at_act(facts) == SETTLED_ADULT


def test_who_is_under_eighteen_today_was_so_at_the_act() -> None:
    assert age_at_act(AgeFacts(asked_on=TODAY, born=date(2010, 1, 1), may_be_child=False)) == SETTLED_CHILD


@pytest.mark.parametrize("born", [None, date(2000, 1, 1)])
def test_an_age_unknown_that_may_be_under_eighteen_is_presumed_a_childs(born: date | None) -> None:
    assert age_at_act(AgeFacts(asked_on=TODAY, born=born)) == PRESUMED_CHILD


def test_the_presumption_ends_when_somebody_says_that_it_cannot_be_a_child() -> None:
    age = age_at_act(AgeFacts(asked_on=TODAY, may_be_child=False))
    assert age == AgeAtAct(AgeClass.ADULT, AgeStatus.TO_BE_CHECKED)


@given(age_facts())
def test_age_facts_are_read_back_as_they_were(facts: AgeFacts) -> None:
    assert age_from_json(parse_object(canonical(age_to_json(facts)))) == facts


def test_words_about_the_age_are_kept_and_change_nothing() -> None:
    told = AgeFacts(asked_on=date(2026, 1, 1), born=date(2008, 12, 31), said="19 by Korean counting")
    assert told.said == "19 by Korean counting"
    assert age_at_act(told) == SETTLED_CHILD
