"""Age in completed years: one rule for every list, export and statistic."""

from datetime import date


def completed_years(birth: date, on: date) -> int:
    """Give the age in completed years on a day, never worked out from the years alone.

    Somebody born on 29 February completes a year on 29 February and, in a common year, on 1 March: the later of
    the two days in use, so that a child keeps a child's protection that day.
    Raises ValueError if the day lies before the birth.
    """
    if on < birth:
        raise ValueError("the day lies before the birth")
    birthday_to_come = (on.month, on.day) < (birth.month, birth.day)
    return on.year - birth.year - birthday_to_come
