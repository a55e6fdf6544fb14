"""When a notice is mailed: not before half an hour of quiet is over, and again after a failure, not for ever."""

from datetime import datetime, timedelta
from typing import Final

QUIET: Final = timedelta(minutes=30)  # more news make no more mail
MOST_TRIES: Final = 5
FIRST_WAIT: Final = timedelta(minutes=5)


def first_try(wanted_at: datetime, last_sent_at: datetime | None) -> datetime:
    """Give when a notice is first tried: at once, or when the quiet after the worker's last mail is over."""
    return wanted_at if last_sent_at is None else max(wanted_at, last_sent_at + QUIET)


def next_try(now: datetime, tries: int) -> datetime | None:
    """Give when a notice is tried again if this try, the `tries`-th, fails; None once it is given up."""
    return None if tries >= MOST_TRIES else now + FIRST_WAIT * 2 ** (tries - 1)
