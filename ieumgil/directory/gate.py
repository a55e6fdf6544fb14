"""Who may write the directory and who may read where a shelter is."""

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_edit(actor: Actor) -> Outcome:
    """Allow whoever holds DIRECTORY_EDIT to write the services of the own agency."""
    return actor.may(Permission.DIRECTORY_EDIT)


def may_record_location(actor: Actor) -> Outcome:
    """Allow whoever may edit the directory and may know where the shelter is."""
    edit = may_edit(actor)
    return edit if isinstance(edit, Deny) else actor.may(Permission.LOCATION_READ)


def may_read_location(actor: Actor, reason: str) -> Outcome:
    """Allow whoever holds LOCATION_READ, a worker and never the clock, for a stated reason.

    Deny: "no-right", "reason-missing".
    """
    if actor.worker is None:
        return Deny("no-right")
    right = actor.may(Permission.LOCATION_READ)
    if isinstance(right, Deny):
        return right
    return right if reason.strip() else Deny("reason-missing")
