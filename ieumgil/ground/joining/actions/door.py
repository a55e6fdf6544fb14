"""What happens at the door: a link used, a sign-in, a try that failed, a second factor enrolled, a sign-out."""

import contextlib
from datetime import datetime

from django.utils import timezone

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for, clock, has_password, invited, known
from ieumgil.ground.accounts.rules import InvitationKind, Language
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.joining.actions.ending import end_all
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError

WRONG_PASSWORD = "wrong-password"  # noqa: S105  the reason of a refusal


def accept_invitation(*, token: str, password: str, now: datetime | None = None) -> str:
    """Use a link up, and give the handle it was for; the password becomes the worker's, or must already be so.

    A link to join sets it; a link for a new second factor asks for it, so that two officers alone are not the worker.
    Raises AbsentError for a link that is not good, DeniedError("wrong-password"), after which the link is good still.
    """
    moment = now or timezone.now()
    handle, kind = invited(token, now=moment)
    actor = actor_for(handle, now=moment)
    with attempt(actor, AuditAction.WORKER_JOIN, reason=kind.value, now=moment):
        accounts.use_invitation(token=token, now=moment)
        if kind is InvitationKind.JOIN:
            accounts.set_password(agency=actor.agency, handle=handle, password=password)
        elif not has_password(actor.agency, handle=handle, password=password):
            raise DeniedError(WRONG_PASSWORD)
        if actor.worker is not None:
            end_all(actor.worker)
    return handle


def note_sign_in(actor: Actor, *, how: str) -> None:
    """Write that a worker signed in, and how."""
    with attempt(actor, AuditAction.WORKER_SIGN_IN, reason=how):
        pass


def note_sign_out(actor: Actor) -> None:
    """Write that a worker signed out."""
    with attempt(actor, AuditAction.WORKER_SIGN_OUT):
        pass


def note_failed_try(*, handle: str, why: str) -> None:
    """Write a try that failed into the ledger of the handle's agency, as the node's own word; nothing for a handle nobody has."""
    worker = known(handle)
    if worker is None:
        return
    with (
        contextlib.suppress(DeniedError),
        attempt(clock(worker.agency), AuditAction.WORKER_SIGN_IN, subject=worker.ledger_handle),
    ):
        raise DeniedError(why)


def note_second_factor(actor: Actor, *, what: str) -> None:
    """Write that a worker enrolled a second factor, or made new recovery codes."""
    with attempt(actor, AuditAction.WORKER_SECOND_FACTOR, reason=what):
        pass


def change_password(actor: Actor, *, handle: str, old: str, new: str, this: str | None) -> None:
    """Change a worker's own password and end their other sessions; raises DeniedError("wrong-password")."""
    with attempt(actor, AuditAction.WORKER_PASSWORD):
        worker = known(handle)
        if worker is None or worker.worker != actor.worker:
            raise AbsentError
        if not has_password(actor.agency, handle=handle, password=old):
            raise DeniedError(WRONG_PASSWORD)
        accounts.set_password(agency=actor.agency, handle=handle, password=new)
        end_all(worker.worker, but=this)


def choose(actor: Actor, *, handle: str, language: Language | None, notice_address: str | None) -> None:
    """Keep a worker's own language and address for notices without content."""
    with attempt(actor, AuditAction.WORKER_CHOOSE):
        worker = known(handle)
        if worker is None or worker.worker != actor.worker:
            raise AbsentError
        accounts.choose(agency=actor.agency, handle=handle, language=language, notice_address=notice_address)
