"""What every process of a node does before it works: the database, old erasures, the keys, what came meanwhile."""

from django.utils import timezone

from ieumgil.ground.exchange.actions.receive import open_what_came_while_locked
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.ids import AgencyId
from ieumgil.site.checks import refuse_unsafe_node


def start() -> dict[AgencyId, bool]:
    """Replay the tombstones, unlock every agency whose passphrase was given, open what came while it was locked.

    Gives for each hosted agency whether it is open; one that stays locked still takes sealed bundles in.
    Raises UnsafeDatabaseError for a database that may forget what was acknowledged, DemoInReachError for a demo
    that others can reach.
    """
    refuse_unsafe_node()
    vault.replay_tombstones()
    vault.finish_erasures()
    opened = vault.unlock_all()
    for agency, is_open in opened.items():
        if is_open:
            open_what_came_while_locked(agency, now=timezone.now())
    return opened
