"""Who may start and end services, and who may see them; the team of the case is asked for by the casefile."""

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_deliver(actor: Actor) -> Outcome:
    """Allow a worker with the right to deliver services; Deny("no-right")."""
    return _worker_may(actor, Permission.SERVICE_DELIVER)


def may_see(actor: Actor) -> Outcome:
    """Allow a worker who may read cases; Deny("no-right")."""
    return _worker_may(actor, Permission.CASE_READ)


def _worker_may(actor: Actor, permission: Permission) -> Outcome:
    return Deny("no-right") if actor.worker is None else actor.may(permission)
