"""Send an agency its own twins home: a node put back to an old copy has lost one, and must see the fork to settle it."""

from collections.abc import Iterable
from datetime import datetime

from ieumgil.ground.exchange.actions.send import send
from ieumgil.ground.exchange.queries import has_sent
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import parse_object
from ieumgil.kernel.ids import AgencyId
from ieumgil.referral.actions.fold import as_message, messages_of, refold
from ieumgil.referral.actions.keep import parcel_of
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.sealed import envelope_of
from ieumgil.referral.rules import Verdict, admit
from ieumgil.referral.words import parents_of

Standing = MessageRow.Standing


def stands_after_all(row: ThreadRow, came: str, now: datetime) -> None:
    """Let an own message stand again, and what fell with it, where the peer refused it and yet sends it home: it holds it."""
    risen = {came}
    for message in MessageRow.objects.filter(thread=row, standing=Standing.REFUSED).order_by("pk"):
        said = as_message(message)
        concerned = said.id == came or parents_of(said) & risen
        if concerned and admit(messages_of(row), said) is Verdict.ADMITTED:
            message.standing, message.reason = Standing.ADMITTED, ""
            message.save(update_fields=["standing", "reason"])
            risen.add(said.id)
    refold(row, now)


def send_home(actor: Actor, row: ThreadRow, twins: Iterable[str], now: datetime) -> None:
    """Send the peer, once each, its own messages among these; inside the caller's attempt (thread page, *Forks*).

    Raises LockedAgencyError and what `send` raises.
    """
    theirs = MessageRow.objects.filter(thread=row, message_id__in=list(twins)).exclude(author=row.side)
    peer = AgencyId(row.peer)
    for message in theirs.select_related("thread").order_by("pk"):
        if has_sent(actor.agency, peer, message.message_id):
            continue
        header = parse_object(message.header.encode())
        send(actor, parcel=parcel_of(row, message, header, envelope_of(message)), now=now)
