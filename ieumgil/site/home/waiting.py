"""What needs somebody's look beside the work list: alarms, reviews, words that were kept."""

from dataclasses import dataclass

from django.db.models import Model

from ieumgil.casefile import queries as casefile
from ieumgil.ground.exchange.queries import open_alarms
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries import work


@dataclass(frozen=True, slots=True)
class Look:
    """How much of each there is."""

    alarms: tuple[Model, ...]
    reviews: int
    kept: int

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return bool(self.alarms or self.reviews or self.kept)


def what_needs_a_look(actor: Actor) -> Look:
    """Give what the worker's agency and the worker have open; no identity, nothing that was said."""
    reviews = len(work.to_review(actor)) if Permission.REFERRAL_APPROVE in actor.permissions else 0
    return Look(tuple(open_alarms(actor)), reviews, len(casefile.kept(actor)))
