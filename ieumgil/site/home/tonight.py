"""Who can take a person tonight: the bodies of protection on the roll, how to wake them, how soon they must answer."""

from dataclasses import dataclass

from ieumgil.agreements.queries import duty_phones
from ieumgil.agreements.rules import Urgency
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.roll import TimeLimit
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError


@dataclass(frozen=True, slots=True)
class Taker:
    """A body that protects: who, and the numbers of whoever is on duty there; where it is stands nowhere."""

    agency: AgencyId
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tonight:
    """Who may be asked, and within how long an emergency is to be answered."""

    takers: tuple[Taker, ...]
    emergency: TimeLimit | None


def who_can_take(actor: Actor) -> Tonight:
    """Give the bodies of protection on the roll, those with a duty phone first; nobody before a roll was joined."""
    try:
        roll = exchange.roll()
    except AbsentError:
        return Tonight((), None)
    protecting = [
        card
        for card in roll.cards.values()
        if card.agency_class is AgencyClass.PROTECTION
        and card.agency not in {actor.agency, *roll.revoked_agencies}
    ]
    takers = [Taker(card.agency, duty_phones(card.agency)) for card in protecting]
    takers.sort(key=lambda taker: (not taker.phones, str(taker.agency)))
    return Tonight(tuple(takers), roll.time_limits.get(Urgency.EMERGENCY.value))
