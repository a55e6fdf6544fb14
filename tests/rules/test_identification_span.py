"""A date known in part: it settles an age only where every day that it may have been does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.identification.rules import AgeFacts, AgeStatus, ImpossibleDatesError, age_at_act, span
from ieumgil.identification.rules.record import age_from_json, age_to_json
from tests.support.identification import TODAY


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ((None, None, None), (None, None)),
        ((2008, None, None), (date(2008, 1, 1), date(2008, 12, 31))),
        ((2008, 2, None), (date(2008, 2, 1), date(2008, 2, 29))),
        ((2008, 12, 31), (date(2008, 12, 31), None)),
    ],
)
def test_what_is_known_of_a_date_gives_the_days_it_may_have_been(
    parts: tuple[int | None, int | None, int | None], days: tuple[date | None, date | None]
) -> None:
    assert span(*parts) == days


@pytest.mark.parametrize("parts", [(None, 5, None), (2008, None, 5), (2007, 2, 29), (2008, 13, None)])
def test_what_is_no_date_is_refused(parts: tuple[int | None, int | None, int | None]) -> None:
    with pytest.raises(ImpossibleDatesError):
        span(*parts)


@pytest.mark.parametrize(
    ("born", "act", "settled"),
    [
        ((2008,), (2026, 1, 1), False),  # 17 or 18 on that day
        ((2008, 12, 31), (2026, 1, 1), True),  # 17: trial D09
        ((2010,), (2026,), True),
        ((1990,), (2026,), True),
        ((1990,), (None,), False),
    ],
)
def test_the_year_alone_settles_nothing_that_its_days_leave_open(
    born: tuple[int, ...], act: tuple[int | None, ...], *, settled: bool
) -> None:
    def whole(parts: tuple[int | None, ...]) -> tuple[date | None, date | None]:
        return span(*(*parts, None, None, None)[:3])

    (first, last), (began, until) = whole(born), whole(act)
    facts = AgeFacts(date(2026, 11, 25), first, began, born_until=last, act_until=until)
    assert (age_at_act(facts).status is AgeStatus.SETTLED) is settled
    assert age_from_json(age_to_json(facts)) == facts


@given(
    born=st.dates(date(1990, 1, 1), date(2012, 12, 31)),
    act=st.dates(date(2013, 1, 1), TODAY),
    wide=st.integers(0, 800),
)
def test_what_a_part_settles_every_day_in_it_settles_alike(born: date, act: date, wide: int) -> None:
    last = min(born + timedelta(days=wide), act)
    known = age_at_act(AgeFacts(TODAY, born, act, born_until=last))
    if known.status is AgeStatus.SETTLED:
        for day in (born, born + (last - born) / 2, last):
            assert age_at_act(AgeFacts(TODAY, day, act)) == known


def test_a_part_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ImpossibleDatesError):
        AgeFacts(TODAY, date(2000, 1, 2), born_until=date(2000, 1, 1))
    with pytest.raises(ImpossibleDatesError):
        AgeFacts(TODAY, act_began=date(2000, 1, 2), act_until=date(2000, 1, 1))
