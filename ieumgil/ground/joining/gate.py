"""Who may invite, ask for a new second factor, approve it, and close an account."""

from typing import Final

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import WorkerId
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission

NO_RIGHT: Final = "no-right"
NOT_ONESELF: Final = "not-oneself"
SECOND_PERSON: Final = "second-person-needed"


def may_invite(actor: Actor) -> Outcome:
    """Allow whoever may invite; Deny("no-right")."""
    return Deny(NO_RIGHT) if actor.worker is None else actor.may(Permission.WORKER_INVITE)


def may_manage(actor: Actor, worker: WorkerId) -> Outcome:
    """Allow whoever may invite, but not about themselves; Deny("no-right"), Deny("not-oneself")."""
    allowed = may_invite(actor)
    if isinstance(allowed, Deny):
        return allowed
    return Deny(NOT_ONESELF) if actor.worker == worker else Allow()


def may_approve(actor: Actor, worker: WorkerId, asked_by: WorkerId) -> Outcome:
    """Allow a second officer, who may invite or holds the keys, and is neither the worker nor the one who asked.

    Deny("no-right"), Deny("not-oneself"), Deny("second-person-needed"). Source: security page, c8, re-enrolment by two officers.
    """
    officer = {Permission.WORKER_INVITE, Permission.CARD_ROTATE} & actor.permissions
    if actor.worker is None or not officer:
        return Deny(NO_RIGHT)
    if actor.worker == worker:
        return Deny(NOT_ONESELF)
    return Deny(SECOND_PERSON) if actor.worker == asked_by else Allow()
