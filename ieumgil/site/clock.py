"""The node's clock: what it does all the time, each few seconds, each minute and each day."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from ieumgil.ground.exchange.actions.deliver import deliver_due, forget_delivered
from ieumgil.ground.exchange.actions.keys import forget_retired, remind_of_rotation
from ieumgil.ground.joining.actions.ending import forget_ended_sessions
from ieumgil.ground.post.actions.calls import ring_on
from ieumgil.ground.post.actions.notices import send_notices
from ieumgil.ground.vault import actions as vault
from ieumgil.referral.actions.call import stop_answered
from ieumgil.referral.actions.counts import tell_counts
from ieumgil.referral.actions.duty import alarm_about_reviews
from ieumgil.referral.actions.notices import notice_what_waits
from ieumgil.referral.actions.opened import tell_openings
from ieumgil.referral.actions.overdue import escalate_overdue
from ieumgil.referral.actions.recall import delete_old_enquiries, erase_what_ran_out, recall_what_lapsed

LOG = logging.getLogger(__name__)
CLOCK_TICK = 0.2  # seconds between looks at the outbox
RING_TICK = 2  # seconds between looks at the phones that ring
SLOW_TICK = 60  # seconds between looks at due times
DAY = 24 * 60 * 60
Jobs = tuple[Callable[..., int], ...]

EACH_FEW_SECONDS: Jobs = (stop_answered, ring_on)
EACH_MINUTE: Jobs = (
    recall_what_lapsed,
    alarm_about_reviews,
    escalate_overdue,
    notice_what_waits,
    send_notices,
    tell_openings,
    tell_counts,
    erase_what_ran_out,
    delete_old_enquiries,
    forget_delivered,
    forget_retired,
    remind_of_rotation,
    forget_ended_sessions,
)


def run() -> None:
    """Go round until the process is stopped; a round that the database broke off is done again."""
    ring_at = slow_at = daily_at = 0.0
    while True:
        with _outliving_the_database():
            deliver_due(now=timezone.now())
            if time.monotonic() >= ring_at:
                each(EACH_FEW_SECONDS)
                ring_at = time.monotonic() + RING_TICK
            if time.monotonic() >= slow_at:
                each(EACH_MINUTE)
                slow_at = time.monotonic() + SLOW_TICK
        if time.monotonic() >= daily_at:
            vault.finish_erasures()
            daily_at = time.monotonic() + DAY
        time.sleep(CLOCK_TICK)


def round_of_all() -> None:
    """Do everything once, but the day's erasures, which whatever starts has done."""
    deliver_due(now=timezone.now())
    each(EACH_FEW_SECONDS + EACH_MINUTE)


def each(jobs: Iterable[Callable[..., int]]) -> dict[str, int]:
    """Do these jobs of the clock once; gives how much of each. One job that fails keeps no other from its turn."""
    now, done = timezone.now(), dict[str, int]()
    for job in jobs:
        try:
            done[job.__name__] = job(now=now)
        except (InterfaceError, OperationalError):
            raise  # the database went away: the whole round is done again
        except Exception as fault:  # noqa: BLE001  the clock must not end because of one thread
            LOG.error("the clock's job %s failed: %s", job.__name__, type(fault).__name__)  # noqa: TRY400  a traceback may hold words
    return done


@contextlib.contextmanager
def _outliving_the_database() -> Iterator[None]:
    """Let a round be undone where the database went away or was busy too long: the next one does it all again."""
    try:
        yield
    except (InterfaceError, OperationalError) as error:
        LOG.warning("the clock missed a round: %s", type(error).__name__)
        close_old_connections()
        time.sleep(1)
