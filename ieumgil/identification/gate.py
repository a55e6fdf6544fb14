"""Who may screen, read indicators and look at either."""

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_screen(actor: Actor) -> Outcome:
    """Allow a worker who may screen; Deny "no-worker" for the clock, "no-right" without the right."""
    return _worker_may(actor, Permission.SCREENING_DO)


def may_decide_reading(actor: Actor) -> Outcome:
    """Allow a worker who may decide a reading; Deny "no-worker" for the clock, "no-right" otherwise."""
    return _worker_may(actor, Permission.READING_DECIDE)


def may_look(actor: Actor) -> Outcome:
    """Allow a worker who may read cases to see screenings and readings, answers and words included."""
    return _worker_may(actor, Permission.CASE_READ)


def _worker_may(actor: Actor, permission: Permission) -> Outcome:
    return Deny("no-worker") if actor.worker is None else actor.may(permission)
