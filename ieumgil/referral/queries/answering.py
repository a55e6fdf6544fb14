"""What the receiver needs before it answers: where the thread stands, what the person agreed to, what may be kept."""

from dataclasses import dataclass
from datetime import datetime

from ieumgil.agreements import queries as agreements
from ieumgil.consent import queries as consent
from ieumgil.consent.rules import Grant
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, CategoryCode, FieldPath, KeyId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.moves import moves_in
from ieumgil.referral.queries.packet import packets_in
from ieumgil.referral.queries.rows import row_of
from ieumgil.referral.queries.work import WorkItem, look
from ieumgil.referral.rules import Kind, Side, State


@dataclass(frozen=True, slots=True)
class Answering:
    """The line of a thread, and whether this may be said in it now; `feedback` is what the referrer may hear."""

    item: WorkItem
    legal: bool
    feedback: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Keepable:
    """A field of a packet that is to be erased, and whether the person lets this agency keep it."""

    path: FieldPath
    category: CategoryCode
    agreed: bool


@dataclass(frozen=True, slots=True)
class Erasing:
    """What a packet holds by name, never by value; `recalled` says whether the referrer took it back."""

    item: WorkItem
    legal: bool
    recalled: bool
    fields: tuple[Keepable, ...]


def answering(actor: Actor, thread: ThreadId, kind: Kind) -> Answering:
    """Give what stands at the top of a page that says this, as the receiver. Raises AbsentError, also at the referrer's."""
    row = _received(actor, thread)
    legal = kind in moves_in(actor, row, on_the_case=True).every
    told = _feedback(actor, row) if legal and kind in {Kind.PROGRESS, Kind.OUTCOME} else frozenset()
    return Answering(look(actor, thread), legal, told)


def erasing(actor: Actor, thread: ThreadId, *, now: datetime) -> Erasing:
    """Give the names of what is to be erased, and which of it the person lets this very agency keep.

    Raises AbsentError where there is nothing to erase, DeniedError(no-right), LockedAgencyError.
    """
    with audit.attempt(actor, AuditAction.REFERRAL_READ) as entry:
        row = _received(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        require(actor.may(Permission.REFERRAL_READ))
        if not row.packet_lives and row.state != State.RECALLED:
            raise AbsentError
        legal = Kind.ERASED in moves_in(actor, row, on_the_case=True).every
        grants = _grants(actor, row, now)
        paths = {FieldPath(path) for packet in packets_in(row) for path in _names(packet["fields"])}
        fields = (_keepable(path, grants, actor) for path in sorted(paths))
        return Erasing(look(actor, thread), legal, row.state == State.RECALLED, tuple(fields))


def _received(actor: Actor, thread: ThreadId) -> ThreadRow:
    row = row_of(actor, thread)
    if row.side != Side.R:
        raise AbsentError
    return row


def _feedback(actor: Actor, row: ThreadRow) -> frozenset[str]:
    with audit.attempt(actor, AuditAction.REFERRAL_READ) as entry:
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        return frozenset(item for packet in packets_in(row) for item in _names(packet["feedback"]))


def _grants(actor: Actor, row: ThreadRow, now: datetime) -> list[Grant]:
    if row.case_id is None:
        return []
    try:
        return consent.live_grants(actor, CaseId(row.case_id), now)
    except (
        AbsentError,
        DeniedError,
    ):  # the case has another team: they can keep, whoever erases without them cannot
        return []


def _keepable(path: FieldPath, grants: list[Grant], actor: Actor) -> Keepable:
    field = agreements.fields()[path]
    agreed = any(
        actor.agency in grant.recipients and grant.covers(field.category, named_only=field.named_only)
        for grant in grants
    )
    return Keepable(path, field.category, agreed)


def _names(said: object) -> list[str]:
    return [str(item) for item in said] if isinstance(said, list | dict) else []
