"""Take back what was sent, and destroy what was received."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ieumgil.consent import queries as consent
from ieumgil.ground.accounts.queries import clock, ledger_handle
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.deliver import forget_sealed, withhold
from ieumgil.ground.exchange.actions.send import send
from ieumgil.ground.exchange.rules import time_text
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import KeyKind
from ieumgil.ground.vault.queries import is_destroyed, open_clocks
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, parse_object
from ieumgil.kernel.ids import AgencyId, FieldPath, GrantId, KeyId, MessageId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions.fold import forget
from ieumgil.referral.actions.keep import parcel_of
from ieumgil.referral.actions.kept import keep_by_consent
from ieumgil.referral.actions.say import NO_CLICK, Click, speak
from ieumgil.referral.deadlines import ENQUIRY_KEPT
from ieumgil.referral.guard import tried
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.packet import packets_in, packets_of
from ieumgil.referral.queries.rows import position_of
from ieumgil.referral.rules import Kind, Side, State, next_state

BATCH = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """What the receiver keeps of a packet it erases: fields the person lets it keep, and what a law makes it keep."""

    by_consent: frozenset[FieldPath] = frozenset()
    by_law: tuple[tuple[str, str], ...] = field(default_factory=tuple)  # (what, article)


def recall(
    actor: Actor, *, thread: ThreadId, reason: str, click: Click = NO_CLICK, now: datetime | None = None
) -> MessageId:
    """Take a referral back: consent withdrawn, an error, danger. It wins over whatever crosses it.

    A packet that has not left this node goes without what it says; of what was delivered the sealed bytes are dropped.
    """

    def content(row: ThreadRow, moment: datetime) -> dict[str, Json]:
        for message in packets_of(row):
            _withhold(actor, row, message, moment)
        forget_sealed(actor.agency, row.thread)
        return {"reason": reason}

    return speak(actor, thread, Kind.RECALL, content, click=click, now=now)


def erase(
    actor: Actor,
    *,
    thread: ThreadId,
    keep: Kept | None = None,
    click: Click = NO_CLICK,
    now: datetime | None = None,
) -> MessageId:
    """Destroy the keys of every packet and of all else that was said in the thread, and say so; headers and signatures stay.

    It names what is kept and under which article. Fields kept by consent given to the receiver are written into its own
    case first: the bed is unaffected, whatever the person said to the referrer (thread page, rule 10). Raises
    DeniedError(no-consent-to-keep) if no such consent counts.
    """
    kept = keep or Kept()

    def content(row: ThreadRow, moment: datetime) -> dict[str, Json]:
        why = "recalled" if row.state == State.RECALLED else "retention"
        keep_by_consent(actor, row, kept.by_consent, moment)
        _destroy(actor, row, why, moment)
        return {
            "why": why,
            "kept_by_law": [{"what": what, "article": article} for what, article in kept.by_law],
            "kept_by_consent": sorted(kept.by_consent),
        }

    return speak(actor, thread, Kind.ERASED, content, click=click, now=now)


def recall_what_lapsed(*, now: datetime) -> int:
    """Recall, by the clock, every referral that rests on a consent which was withdrawn or ran out; gives how many.

    Where a packet rests on several, the end of any of them recalls it: the packet is one, and cannot be taken back in part.
    So does the erasing of its case. What cannot be recalled raises an alarm: people must telephone. Watched is what lives
    with the receiver, and what it signed for as kept and refused, until it has said since that it is erased.
    """
    done = 0
    for actor in open_clocks():
        for row in _out_of_hand(actor.agency).exclude(state=State.RECALLED):
            grants = [GrantId(UUID(grant)) for grant in row.grants]
            if consent.ended(actor, grants, now) or is_destroyed(actor.agency, KeyId(row.key)):
                verb = partial(_recall_lapsed, actor, row, now)
                done += tried(actor, str(row.thread), verb, now=now, code="recall-impossible", peer=row.peer)
    return done


def _out_of_hand(agency: AgencyId) -> QuerySet[ThreadRow]:
    said = MessageRow.objects.filter(
        thread=OuterRef("pk"), kind=Kind.ERASED, standing=MessageRow.Standing.ADMITTED
    )
    unsure = Q(out_since__isnull=False) & ~Exists(said.filter(kept_at__gte=OuterRef("out_since")))
    return ThreadRow.objects.filter(Q(packet_lives=True) | unsure, agency_id=agency, side=Side.F)


def _recall_lapsed(actor: Actor, row: ThreadRow, now: datetime) -> int:
    if next_state(position_of(row), Side.F, Kind.RECALL) is None:
        raise DeniedError("recall-impossible")
    exchange.seal_to(AgencyId(row.peer), now)  # asked first: each attempt in vain would stand in the ledger
    recall(actor, thread=ThreadId(row.thread), reason="consent-withdrawn", now=now)
    return 1


def erase_what_ran_out(*, now: datetime) -> int:
    """Erase, by the clock, received packets of closed threads whose time ran out; gives how many."""
    done = 0
    for actor in open_clocks():
        for row in ThreadRow.objects.filter(
            agency_id=actor.agency, side=Side.R, packet_lives=True, state=State.CLOSED
        ):
            verb = partial(_erase_run_out, actor, row, now)
            done += tried(actor, str(row.thread), verb, now=now, peer=row.peer)
    return done


def _erase_run_out(actor: Actor, row: ThreadRow, now: datetime) -> int:
    if not _ran_out(row, now):
        return 0
    exchange.seal_to(AgencyId(row.peer), now)  # asked first: each attempt in vain would stand in the ledger
    erase(actor, thread=ThreadId(row.thread), now=now)
    return 1


def delete_old_enquiries(*, now: datetime) -> int:
    """Delete what enquiries said 30 days after they were made, on both sides (thread page); gives how many."""
    old = MessageRow.objects.filter(
        kind=Kind.ENQUIRY, kept_at__lt=now - ENQUIRY_KEPT, content__isnull=False
    ).select_related("thread")
    done = 0
    for row in old[:BATCH]:
        agency = AgencyId(row.agency_id)
        if vault.is_unlocked(agency):
            forget(clock(agency), row, "enquiry-30-days", now)
            done += 1
    return done


def _ran_out(row: ThreadRow, now: datetime) -> bool:
    latest = max((str(packet["not_after"]) for packet in packets_in(row)), default="")
    return bool(latest) and latest < time_text(now)


def _withhold(actor: Actor, row: ThreadRow, message: MessageRow, now: datetime) -> None:
    if message.author != row.side or not withhold(actor.agency, message.message_id):
        return
    header = parse_object(message.header.encode())
    send(actor, parcel=parcel_of(row, message, header, None), now=now)


def _destroy(actor: Actor, row: ThreadRow, reason: str, now: datetime) -> None:
    said = MessageRow.objects.filter(thread=row, content__isnull=False).select_related("thread")
    for message in said.order_by("pk"):
        forget(actor, message, reason, now)
    # What people asked and answered in free words lay under the thread's key: `erased` begins a new one.
    vault.destroy(ledger_handle(actor), actor.agency, KeyId(row.key), reason, now=now)
    row.key = vault.new_key(actor.agency, KeyKind.THREAD, now=now)
    row.save(update_fields=["key"])
