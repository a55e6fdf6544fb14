"""Until when a step is owed: hours, working days, holidays, zones and the change of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.agreements.rules import Calendar, LimitUnit, TimeLimit, Urgency, due_at, is_certain
from tests.support.disclosing import LIMITS

SEOUL, BERLIN, HAVANA = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
WEEKEND = frozenset({5, 6})
FIVE_DAYS = TimeLimit(5, LimitUnit.WORKING_DAYS)


def calendar(*holidays: date, zone: ZoneInfo = SEOUL, weekend: frozenset[int] = WEEKEND) -> Calendar:
    """Give an invented calendar."""
    return Calendar("narae", 1, zone, weekend, frozenset(holidays), date(2027, 12, 31))


def at(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (Urgency.EMERGENCY, "2026-11-06T19:30:00+09:00"),
        (Urgency.URGENT, "2026-11-07T17:30:00+09:00"),
        # Sent on a Friday: Monday to Friday of the next week count, and the Friday ends at midnight.
        (Urgency.ORDINARY, "2026-11-14T00:00:00+09:00"),
    ],
)
def test_the_usual_limits_are_two_hours_a_day_and_five_working_days(urgency: Urgency, due: str) -> None:
    found = due_at(LIMITS.of(urgency), at("2026-11-06T17:30:00+09:00"), calendar())
    assert found == at(due)
    assert found.tzinfo is UTC


def test_a_holiday_puts_the_end_off_and_one_at_the_weekend_does_not() -> None:
    sent = at("2026-11-06T17:30:00+09:00")
    assert due_at(FIVE_DAYS, sent, calendar(date(2026, 11, 11))) == at("2026-11-17T00:00:00+09:00")
    assert due_at(FIVE_DAYS, sent, calendar(date(2026, 11, 8))) == at("2026-11-14T00:00:00+09:00")


def test_another_week_has_other_working_days() -> None:
    fridays = calendar(weekend=frozenset({4, 5}))
    assert due_at(TimeLimit(1, LimitUnit.WORKING_DAYS), at("2026-11-05T10:00:00+09:00"), fridays) == at(
        "2026-11-09T00:00:00+09:00"
    )


def test_the_day_of_sending_is_the_calendars_day_and_not_the_senders() -> None:
    late = at("2026-11-05T15:30:00+00:00")  # Thursday in London, Friday half past midnight in Seoul
    one = TimeLimit(1, LimitUnit.WORKING_DAYS)
    assert due_at(one, late, calendar()) == at("2026-11-10T00:00:00+09:00")
    assert due_at(one, late, calendar(zone=ZoneInfo("Europe/London"))) == at("2026-11-07T00:00:00+00:00")


def test_hours_are_elapsed_hours_when_the_clocks_change() -> None:
    sent = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    assert due_at(TimeLimit(2, LimitUnit.HOURS), sent, calendar(zone=BERLIN)) == at(
        "2026-10-25T01:30:00+00:00"
    )


def test_a_midnight_that_the_clocks_skip_is_the_moment_of_the_skip() -> None:
    friday = datetime(2026, 3, 5, 12, 0, tzinfo=HAVANA)  # on Sunday 8 March 0:00 becomes 1:00
    saturdays = calendar(zone=HAVANA, weekend=frozenset({6}))
    found = due_at(TimeLimit(2, LimitUnit.WORKING_DAYS), friday, saturdays)
    assert found == at("2026-03-08T05:00:00+00:00")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due_at(FIVE_DAYS, at("2026-11-06T17:30:00"), calendar())


def test_no_time_at_all_and_a_week_without_work_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TimeLimit(0, LimitUnit.HOURS)
    with pytest.raises(ValueError, match="working day"):
        calendar(weekend=frozenset(range(7)))


def test_a_due_time_beyond_the_known_holidays_is_said_to_be_uncertain() -> None:
    known = calendar()
    assert is_certain(at("2028-01-01T00:00:00+09:00"), known)
    assert not is_certain(at("2028-01-01T00:00:01+09:00"), known)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside it
holidays = st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=40)
weekends = st.frozensets(st.integers(0, 6), max_size=3)


@given(moments, st.integers(1, 15), holidays, weekends, st.sampled_from([SEOUL, BERLIN, HAVANA]))
def test_exactly_so_many_working_days_lie_between_sending_and_due(
    sent: datetime, days: int, off: frozenset[date], weekend: frozenset[int], zone: ZoneInfo
) -> None:
    known = calendar(*off, zone=zone, weekend=weekend)
    due = due_at(TimeLimit(days, LimitUnit.WORKING_DAYS), sent, known)
    first = sent.astimezone(zone).date() + timedelta(days=1)
    last = (due - timedelta(microseconds=1)).astimezone(zone).date()
    between = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert sum(day.weekday() not in weekend and day not in off for day in between) == days
    assert known.is_working(last)


@given(moments, moments, st.sampled_from(Urgency), holidays)
def test_who_sends_later_never_has_to_answer_earlier(
    one: datetime, other: datetime, urgency: Urgency, off: frozenset[date]
) -> None:
    earlier, later = sorted((one, other))
    known, limit = calendar(*off), LIMITS.of(urgency)
    assert earlier < due_at(limit, earlier, known) <= due_at(limit, later, known)
