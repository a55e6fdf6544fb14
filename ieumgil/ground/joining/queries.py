"""Reads: a worker's own sessions, and who works here."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.accounts.queries import Colleague
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.kernel.permission import Permission


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that has not ended: since when, from where, with which browser."""

    id: int
    since: datetime
    where: str
    browser: str
    is_this: bool


def sessions_of(actor: Actor, *, this: str | None) -> list[Session]:
    """Give the worker's own sessions, the newest first; `this` is the key of the one that asks."""
    if actor.worker is None:
        raise AbsentError
    rows = UserSession.objects.filter(user_id=actor.worker).order_by("-created_at")
    return [
        Session(row.pk, row.created_at, row.ip, row.user_agent, row.session_key == this)
        for row in rows
        if row.exists()
    ]


def colleagues(actor: Actor) -> list[Colleague]:
    """Give who works for the actor's agency; raises DeniedError for somebody who may neither invite nor approve."""
    with attempt(actor, AuditAction.WORKER_LIST):
        if not {Permission.WORKER_INVITE, Permission.CARD_ROTATE} & actor.permissions:
            raise DeniedError("no-right")
        return accounts.colleagues(actor.agency)


def own_account(actor: Actor) -> Colleague:
    """Give what a worker may see and choose of their own account; raises AbsentError for the clock."""
    for one in accounts.colleagues(actor.agency):
        if one.id == actor.worker:
            return one
    raise AbsentError
