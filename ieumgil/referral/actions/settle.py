"""Settle a fork: both agencies sign which twins do not stand, and the thread moves again."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import DeniedError, require
from ieumgil.referral.actions.fold import messages_of, refold
from ieumgil.referral.actions.say import lock_thread
from ieumgil.referral.contents import fits
from ieumgil.referral.gate import may_settle
from ieumgil.referral.models import Settlement, ThreadRow
from ieumgil.referral.rules import Kind, fold
from ieumgil.referral.words import UNFREEZABLE


def settle(actor: Actor, *, thread: ThreadId, void: frozenset[str], now: datetime | None = None) -> bool:
    """Sign, for the actor's agency, that these twins do not stand; gives True once the other side has signed the same.

    Raises AbsentError, DeniedError (no-right, not-twins: these are not twins of this thread, or none would be left of one).
    """
    moment = now or timezone.now()
    with audit.attempt(actor, AuditAction.REFERRAL_SETTLE) as entry:
        row = lock_thread(actor, thread)
        entry.subject = vault.handle(actor.agency, KeyId(row.key))
        require(may_settle(actor))
        _check_twins(row, void)
        _keep(row, actor.agency, void, moment)
        body: dict[str, Json] = {"thread": str(row.thread), "void": sorted(void)}
        send(actor, parcel=Parcel(AgencyId(row.peer), "settlement", body, subject=row.thread), now=moment)
        return _apply(row, moment)


def take_settlement(actor: Actor, came: Received, now: datetime) -> None:
    """Keep what the other agency signed; raises DeniedError(bad-form, wrong-thread)."""
    if not fits("settlement", came.body):
        raise DeniedError(RefusalReason.BAD_FORM)
    thread, void = UUID(str(came.body["thread"])), came.body["void"]
    row = (
        ThreadRow.objects.select_for_update()
        .filter(agency_id=actor.agency, thread=thread, peer=came.sender)
        .first()
    )
    if row is None or not isinstance(void, list):
        raise DeniedError(RefusalReason.WRONG_THREAD)
    _keep(row, came.sender, frozenset(str(item) for item in void), now)
    _apply(row, now)


def _check_twins(row: ThreadRow, void: frozenset[str]) -> None:
    messages = messages_of(row)
    twins = fold(messages, frozenset(row.void)).twins
    left: dict[tuple[str, int], list[Kind]] = {}
    for message in messages:
        if message.id in void and (message.id not in twins or message.kind in UNFREEZABLE):
            raise DeniedError("not-twins")
        if message.id in twins - void:
            left.setdefault((message.author, message.seq), []).append(message.kind)
    if not void <= twins or any(
        len(kinds) > 1 and not UNFREEZABLE.issuperset(kinds) for kinds in left.values()
    ):
        raise DeniedError("not-twins")


def _keep(row: ThreadRow, said_by: AgencyId, void: frozenset[str], now: datetime) -> None:
    Settlement.objects.get_or_create(
        agency_id=row.agency_id,
        thread=row,
        said_by=said_by,
        void=",".join(sorted(void)),
        defaults={"made_at": now},
    )


def _apply(row: ThreadRow, now: datetime) -> bool:
    own = set(Settlement.objects.filter(thread=row, said_by=row.agency_id).values_list("void", flat=True))
    others = set(Settlement.objects.filter(thread=row, said_by=row.peer).values_list("void", flat=True))
    agreed = own & others
    if not agreed:
        return False
    row.void = sorted({ident for text in agreed for ident in text.split(",")} | set(row.void))
    refold(row, now)
    return True
