"""Who may read a ledger."""

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Outcome
from ieumgil.kernel.permission import Permission


def read_ledger(actor: Actor) -> Outcome:
    """Allow those who watch over the agency's work; the ledger is always the actor's own agency's."""
    return actor.may(Permission.AUDIT_READ)
