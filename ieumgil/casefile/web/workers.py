"""The names of an agency's own workers, asked once a page."""

from ieumgil.ground.accounts.queries import Colleague, colleagues
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import WorkerId


def names_of(actor: Actor) -> dict[WorkerId, str]:
    """Give the names of the agency's workers, those who left too."""
    return {one.id: one.display_name for one in colleagues(actor.agency)}


def to_take_in(actor: Actor, team: frozenset[WorkerId]) -> list[Colleague]:
    """Give the workers who are here and not in the team yet."""
    return [one for one in colleagues(actor.agency) if one.active and one.id not in team]
