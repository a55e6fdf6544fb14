"""End sessions and forget second factors; each is a step of somebody's attempt, but for a worker's own sessions."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef

from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import WorkerId
from ieumgil.kernel.outcome import AbsentError


def end_all(worker: WorkerId, *, but: str | None = None) -> int:
    """End every session of a worker, but the one with this key; gives how many."""
    rows = [row for row in UserSession.objects.filter(user_id=worker) if row.session_key != but]
    for row in rows:
        row.end()
    return len(rows)


def forget_second_factor(worker: WorkerId) -> None:
    """Forget the worker's devices and recovery codes."""
    Authenticator.objects.filter(user_id=worker).delete()


def end_session(actor: Actor, *, session: int) -> None:
    """End one of the worker's own sessions; raises AbsentError for one that is not theirs, or has ended."""
    with attempt(actor, AuditAction.WORKER_SESSIONS, reason="one ended"):
        row = UserSession.objects.filter(pk=session, user_id=actor.worker).first()
        if row is None:
            raise AbsentError
        row.end()


def end_other_sessions(actor: Actor, *, this: str | None) -> int:
    """End all sessions of the worker but this one; gives how many."""
    with attempt(actor, AuditAction.WORKER_SESSIONS, reason="all others ended"):
        if actor.worker is None:
            raise AbsentError
        return end_all(actor.worker, but=this)


def end_everything() -> None:
    """End every session of this node; after a restore, since sessions that had ended may have come back."""
    UserSession.objects.all().delete()
    Session.objects.all().delete()


def forget_ended_sessions(*, now: datetime) -> int:
    """Forget, by the clock, sessions that are over, from where and with which browser they were, and counts that ran out."""
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    forgotten, _of_each = UserSession.objects.filter(~Exists(alive)).delete()
    counts = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
        cursor.execute(f"DELETE FROM {counts} WHERE expires < %s", [moment])  # noqa: S608  a name of our own
    return int(forgotten)


def keep_listed(worker: WorkerId, *, old: str, new: str) -> None:
    """Keep a session in the worker's list after its key was changed."""
    UserSession.objects.filter(user_id=worker, session_key=old).update(session_key=new)
