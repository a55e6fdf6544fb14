"""What officers do: invite, give and take back roles, renew a link, ask for and approve a new second factor, close an account."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import Colleague, Known, colleagues, known
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.joining import gate
from ieumgil.ground.joining.actions.ending import end_all, forget_second_factor
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError, require

HANDLE_TAKEN = "handle-taken"
ROLE_MISSING = "role-missing"


def invite(
    actor: Actor, *, handle: str, display_name: str, roles: Iterable[Role], now: datetime | None = None
) -> str:
    """Make an account at the actor's own agency and give the token of its link; it is never shown again.

    Raises DeniedError: no right, no role, or a handle that somebody on this node has.
    """
    given = tuple(roles)
    with attempt(actor, AuditAction.WORKER_INVITE, reason=" ".join(sorted(given)), now=now) as entry:
        require(gate.may_invite(actor))
        if not given:
            raise DeniedError(ROLE_MISSING)
        if known(handle) is not None:
            raise DeniedError(HANDLE_TAKEN)
        accounts.invite_worker(
            agency=actor.agency, handle=handle, display_name=display_name, roles=given, now=now
        )
        entry.subject = _colleague(actor, handle).ledger_handle
        return accounts.add_invitation(agency=actor.agency, handle=handle, made_by=actor.worker, now=now)


def make_invitation(actor: Actor, *, handle: str, now: datetime | None = None) -> str:
    """Give the token of a new link for a worker who lost the old one, or the password; the older link ends.

    The second factor stays as it is. Raises DeniedError without the right, AbsentError for another agency's worker.
    """
    with attempt(actor, AuditAction.WORKER_INVITE, reason="new link", now=now) as entry:
        require(gate.may_invite(actor))
        worker = _colleague(actor, handle)
        entry.subject = worker.ledger_handle
        require(gate.may_manage(actor, worker.worker))
        return accounts.add_invitation(agency=actor.agency, handle=handle, made_by=actor.worker, now=now)


def give_role(actor: Actor, *, handle: str, role: Role, now: datetime | None = None) -> None:
    """Give a role from now on; the worker's sessions end, so that the next one begins with the new rights."""
    with attempt(actor, AuditAction.WORKER_ROLE, reason=f"given: {role.value}", now=now) as entry:
        worker = _managed(actor, handle)
        entry.subject = worker.ledger_handle
        accounts.give_role(agency=actor.agency, handle=handle, role=role, now=now)
        end_all(worker.worker)


def take_back_role(actor: Actor, *, handle: str, role: Role, now: datetime | None = None) -> None:
    """Take a role back from now on, and end the worker's sessions; raises AbsentError if it is not held."""
    with attempt(actor, AuditAction.WORKER_ROLE, reason=f"taken back: {role.value}", now=now) as entry:
        worker = _managed(actor, handle)
        entry.subject = worker.ledger_handle
        accounts.take_back_role(agency=actor.agency, handle=handle, role=role, now=now)
        end_all(worker.worker)


def deactivate_worker(actor: Actor, *, handle: str, now: datetime | None = None) -> None:
    """Close an account: sessions, roles, links and second factor end at once; what it did stays in the ledger."""
    with attempt(actor, AuditAction.WORKER_CLOSE, now=now) as entry:
        worker = _managed(actor, handle)
        entry.subject = worker.ledger_handle
        accounts.close_account(agency=actor.agency, handle=handle, now=now)
        forget_second_factor(worker.worker)
        end_all(worker.worker)


def end_sessions_of(actor: Actor, *, handle: str, now: datetime | None = None) -> None:
    """End every session of a colleague, whose device or computer may be in other hands; DeniedError, AbsentError."""
    with attempt(actor, AuditAction.WORKER_SESSIONS, reason="all of a colleague ended", now=now) as entry:
        worker = _managed(actor, handle)
        entry.subject = worker.ledger_handle
        end_all(worker.worker)


def ask_new_second_factor(actor: Actor, *, handle: str, now: datetime | None = None) -> None:
    """Ask that a worker who lost theirs may enrol a new second factor; another officer must approve within 72 hours."""
    with attempt(actor, AuditAction.WORKER_ASK_SECOND_FACTOR, now=now) as entry:
        worker = _managed(actor, handle)
        entry.subject = worker.ledger_handle
        if actor.worker is not None:
            accounts.ask_second_factor(agency=actor.agency, handle=handle, asked_by=actor.worker, now=now)


def approve_new_second_factor(actor: Actor, *, handle: str, now: datetime | None = None) -> str:
    """Approve as a second officer, and give the token of the worker's link; the old second factor and all sessions end.

    Raises DeniedError for the one who asked, for the worker, and without the right; AbsentError if nobody asked.
    """
    with attempt(actor, AuditAction.WORKER_APPROVE_SECOND_FACTOR, now=now) as entry:
        asked = _asked(actor, handle, now or timezone.now())
        require(gate.may_approve(actor, asked.id, asked.asked_by or asked.id))
        worker = _colleague(actor, handle)
        entry.subject = worker.ledger_handle
        if actor.worker is None:
            raise AbsentError
        token = accounts.approve_second_factor(
            agency=actor.agency, handle=handle, approved_by=actor.worker, now=now
        )
        forget_second_factor(worker.worker)
        end_all(worker.worker)
        return token


def _managed(actor: Actor, handle: str) -> Known:
    require(gate.may_invite(actor))
    worker = _colleague(actor, handle)
    require(gate.may_manage(actor, worker.worker))
    return worker


def _colleague(actor: Actor, handle: str) -> Known:
    worker = known(handle)
    if worker is None or worker.agency != actor.agency:
        raise AbsentError
    return worker


def _asked(actor: Actor, handle: str, now: datetime) -> Colleague:
    for one in colleagues(actor.agency, now=now):
        if one.handle == handle and one.asked_by is not None:
            return one
    raise AbsentError
