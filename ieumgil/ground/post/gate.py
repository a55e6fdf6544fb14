"""Who may let phones ring."""

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Outcome
from ieumgil.kernel.permission import Permission


def may_ring(actor: Actor) -> Outcome:
    """Allow whoever may send to other agencies: to ring one, and to stop what rings."""
    return actor.may(Permission.REFERRAL_SEND)


def may_look(actor: Actor) -> Outcome:
    """Allow whoever reads what goes to and comes from other agencies."""
    return actor.may(Permission.REFERRAL_READ)
