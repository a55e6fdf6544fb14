"""Send an agency its own twins home: a node put back to an old copy has lost one, and must see the fork to settle it."""

from collections.abc import Iterable
from datetime import datetime

from ieumgil.ground.exchange.actions.send import Parcel, send
from ieumgil.ground.exchange.queries import has_sent
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, parse_object
from ieumgil.kernel.ids import AgencyId
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.sealed import envelope_of


def send_home(actor: Actor, row: ThreadRow, twins: Iterable[str], now: datetime) -> None:
    """Send the peer, once each, its own messages among these; inside the caller's attempt (thread page, *Forks*).

    Raises LockedAgencyError and what `send` raises.
    """
    theirs = MessageRow.objects.filter(thread=row, message_id__in=list(twins)).exclude(author=row.side)
    peer = AgencyId(row.peer)
    for message in theirs.select_related("thread").order_by("pk"):
        if has_sent(actor.agency, peer, message.message_id):
            continue
        body: dict[str, Json] = {
            "header": parse_object(message.header.encode()),
            "signature": message.signature,
            "envelope": envelope_of(message),
        }
        send(actor, parcel=Parcel(peer, "thread", body, message.message_id, row.thread), now=now)
