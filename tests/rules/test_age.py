"""Age in completed years, which never comes from the years alone."""

from collections.abc import Callable
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from ieumgil.kernel.age import completed_years

births = st.dates(date(1900, 1, 1), date(2090, 12, 31))
lives = st.timedeltas(timedelta(0), timedelta(days=110 * 365)).map(lambda life: timedelta(days=life.days))

# Born, day of the interview, age in completed years.
SEEN = [
    (date(2008, 12, 31), date(2026, 1, 1), 17),
    (date(2008, 1, 1), date(2026, 1, 1), 18),
    (date(2008, 2, 29), date(2026, 2, 27), 17),
    (date(2008, 2, 29), date(2026, 2, 28), 17),
    (date(2008, 2, 29), date(2026, 3, 1), 18),
    (date(2008, 2, 29), date(2028, 2, 28), 19),
    (date(2008, 2, 29), date(2028, 2, 29), 20),
    (date(2008, 3, 1), date(2026, 2, 28), 17),
    (date(2026, 1, 1), date(2026, 1, 1), 0),
]


def wrong(age: Callable[[date, date], int]) -> list[tuple[date, date, int]]:
    return [(born, on, years) for born, on, years in SEEN if age(born, on) != years]


def test_age_is_counted_in_completed_years() -> None:
    assert not wrong(completed_years)


def test_the_year_alone_and_the_earlier_of_two_leap_birthdays_would_be_caught() -> None:
    def year_alone(born: date, on: date) -> int:
        return on.year - born.year

    def earlier(born: date, on: date) -> int:
        leap = (born.month, born.day) == (2, 29)
        return completed_years(born.replace(day=28) if leap else born, on)

    assert len(wrong(year_alone)) == 5
    assert wrong(earlier) == [SEEN[3], SEEN[5]]


@given(births, lives)
def test_age_grows_by_one_a_year_and_only_on_the_birthday(born: date, life: timedelta) -> None:
    on, next_day = born + life, born + life + timedelta(days=1)
    grown = completed_years(born, next_day) - completed_years(born, on)
    leap_born = (born.month, born.day) == (2, 29)
    common_year = (next_day - timedelta(days=1)).day == 28
    birthday = (3, 1) if leap_born and common_year and next_day.month == 3 else (born.month, born.day)
    assert grown == ((next_day.month, next_day.day) == birthday)


@given(births)
def test_there_is_no_age_before_birth(born: date) -> None:
    with pytest.raises(ValueError, match="before the birth"):
        completed_years(born, born - timedelta(days=1))
