"""Who may say what in a thread, and who may open a packet; pure."""

from dataclasses import dataclass

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission
from ieumgil.referral.words import UNFREEZABLE, Kind, Side, State

_CLOCK_MAY = frozenset({Kind.ESCALATE, Kind.RECALL, Kind.ERASED, Kind.OPENED})
_ONLY_F = frozenset({Kind.ENQUIRY, Kind.REFER, Kind.REPLY, Kind.RECALL, Kind.CLOSE})


@dataclass(frozen=True, slots=True)
class SayingFacts:
    """What the gate needs to know of a thread before something is said in it."""

    side: Side
    frozen: bool
    on_the_case: bool  # F: the actor may read the case; R: always, for the packet was sent to the agency


def may_say(actor: Actor, kind: Kind, facts: SayingFacts) -> Outcome:
    """Allow if this actor may say this; Deny("frozen"), Deny("not-your-side"), Deny("no-right") otherwise."""
    if facts.frozen and kind not in UNFREEZABLE:
        return Deny("frozen")
    if kind is not Kind.ESCALATE and (kind in _ONLY_F) is not (facts.side is Side.F):
        return Deny("not-your-side")
    if actor.worker is None:
        return Allow() if kind in _CLOCK_MAY else Deny("no-right")
    if not facts.on_the_case:
        return Deny("absent")
    if kind is Kind.OPENED:
        return actor.may(Permission.REFERRAL_READ)
    return actor.may(Permission.REFERRAL_SEND if facts.side is Side.F else Permission.REFERRAL_ANSWER)


def may_open_packet(actor: Actor, side: Side, state: State, *, lives: bool) -> Outcome:
    """Allow R's workers with the right to read while the packet lives; once recalled it is shut before its key is destroyed.

    Deny("absent") where there is nothing to open, Deny("recalled") after a recall, Deny("no-right").
    """
    if side is not Side.R or not lives:
        return Deny("absent")
    if state is State.RECALLED:
        return Deny("recalled")
    return actor.may(Permission.REFERRAL_READ)


def may_settle(actor: Actor) -> Outcome:
    """Allow a supervisor to say which twins of a forked thread do not stand."""
    return actor.may(Permission.REFERRAL_APPROVE)


def may_pass_on(actor: Actor, colleague: Actor) -> Outcome:
    """Allow a worker to pass work on to a colleague who may read it too.

    Deny("absent") for somebody of another agency, Deny("not-oneself"), Deny("no-right") of either.
    """
    if actor.worker is None:
        return Deny("no-right")
    if colleague.worker is None or actor.agency != colleague.agency:
        return Deny("absent")
    if actor.worker == colleague.worker:
        return Deny("not-oneself")
    right = actor.may(Permission.REFERRAL_READ)
    return right if isinstance(right, Deny) else colleague.may(Permission.REFERRAL_READ)
