"""Who may do what with a case: the right, the agency and the team must all agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, WorkerId
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission

ABSENT: Final = "absent"
NO_RIGHT: Final = "no-right"
NOT_HOLDER: Final = "not-holder"


class Verb(StrEnum):
    """What somebody wants of a case."""

    KNOW = "know"  # its key and its handle, for what another room keeps about the case
    READ = "read"
    WRITE = "write"
    ERASE = "erase"


RIGHTS: Final[Mapping[Verb, Permission | None]] = {
    Verb.KNOW: None,
    Verb.READ: Permission.CASE_READ,
    Verb.WRITE: Permission.CASE_OPEN,
    Verb.ERASE: Permission.CASE_OPEN,
}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the gate must know of a case."""

    agency: AgencyId
    holder: WorkerId
    team: frozenset[WorkerId]


def may_open(actor: Actor) -> Outcome:
    """Allow a worker with the right to open cases; Deny("no-right")."""
    return Deny(NO_RIGHT) if actor.worker is None else actor.may(Permission.CASE_OPEN)


def has_right(actor: Actor, verb: Verb) -> Outcome:
    """Ask for the right alone, before any case is looked for: the answer then tells of none. Deny("no-right")."""
    needed = RIGHTS[verb]
    return Allow() if needed is None else actor.may(needed)


def may(actor: Actor, verb: Verb, facts: CaseFacts) -> Outcome:
    """Allow the team of a case, within its agency and its rights; the agency's clock may know it and no more.

    Deny("absent") outside the agency or the team, Deny("no-right"), Deny("not-holder") to erase.
    """
    if actor.agency != facts.agency:
        return Deny(ABSENT)
    if actor.worker is None:
        return Allow() if verb is Verb.KNOW else Deny(NO_RIGHT)
    if actor.worker not in facts.team:
        return Deny(ABSENT)
    if verb is Verb.ERASE and actor.worker != facts.holder:
        return Deny(NOT_HOLDER)
    return has_right(actor, verb)


def may_take_in(actor: Actor, newcomer: Actor, facts: CaseFacts) -> Outcome:
    """Allow one of the team, or who invites workers, to take a colleague into a team; never oneself.

    The second way is for the case whose only worker has left. Deny("absent") outside the agency or for anybody
    else, Deny("not-oneself"), Deny("no-right") for a newcomer who may not read cases.
    """
    if {actor.agency, newcomer.agency} != {facts.agency} or newcomer.worker is None:
        return Deny(ABSENT)
    if actor.worker == newcomer.worker:
        return Deny("not-oneself")
    of_the_team = isinstance(may(actor, Verb.WRITE, facts), Allow)
    if not of_the_team and isinstance(actor.may(Permission.WORKER_INVITE), Deny):
        return Deny(ABSENT)
    return newcomer.may(Permission.CASE_READ)


def may_keep_words(actor: Actor) -> Outcome:
    """Allow any worker to keep and to read back their own words; Deny("no-right") for the clock."""
    return Deny(NO_RIGHT) if actor.worker is None else Allow()
