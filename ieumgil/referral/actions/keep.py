"""Keep a message as an agency holds it: the signed header, and what it said, sealed under the key it goes with."""

from datetime import datetime

from ieumgil.ground import rows
from ieumgil.ground.exchange.actions.send import Parcel
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import KeyKind, OpenKey
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.headers import Header
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.sealed import content_context
from ieumgil.referral.rules import BESIDE, Kind, Side, Verdict

MOST_BESIDE = 1000  # of one side in one thread: a year of openings by three roles


def keep_message(
    row: ThreadRow,
    header: Header,
    signature: str,
    envelope: dict[str, Json] | None,
    *,
    verdict: Verdict,
    key: OpenKey | None = None,
    now: datetime,
) -> MessageRow:
    """Keep a message of a thread, as admission judged it; `key`: the thread's, if it is open already. Raises LockedAgencyError.

    At the receiver, what has a life of its own has a key of its own: an enquiry goes after 30 days, a packet with its recall.
    The referrer's own copy lies under the case's key and goes with the case; what is still said after that has its own key too.
    """
    agency, message = AgencyId(row.agency_id), header.message()
    _note_news(row, header)
    if row.side == Side.R and (header.packet or header.kind is Kind.ENQUIRY):
        key = vault.opened(agency, vault.new_key(agency, KeyKind.PACKET, now=now))
    elif key is None or key.id != row.key:  # what is erased gives its thread a new key
        key = thread_key(row) or vault.opened(agency, vault.new_key(agency, KeyKind.THREAD, now=now))
    place = content_context(row.thread, message.id)
    sealed = None if envelope is None else key.seal(place, canonical(envelope))
    kept = MessageRow(
        agency_id=agency,
        thread=row,
        message_id=message.id,
        author=header.side,
        seq=header.seq,
        kind=header.kind,
        packet=header.packet,
        header=header.canonical.decode(),
        signature=signature,
        content=sealed,
        content_key=key.id,
        standing=MessageRow.Standing(verdict.value),
        due_at=header.due_at,
        kept_at=now,
    )
    return rows.add(kept)


def _note_news(row: ThreadRow, header: Header) -> None:
    """Note that the peer has said something, until somebody looks at it; whoever folds next writes that."""
    if header.side != row.side and header.kind not in BESIDE:
        row.news = header.message().id


def parcel_of(
    row: ThreadRow, message: MessageRow, header: dict[str, Json], envelope: dict[str, Json] | None
) -> Parcel:
    """Give a kept message as it goes to the peer, under its own id; an envelope of None sends the header alone."""
    body: dict[str, Json] = {"header": header, "signature": message.signature, "envelope": envelope}
    return Parcel(AgencyId(row.peer), "thread", body, bundle_id=message.message_id, subject=row.thread)


def is_full(row: ThreadRow, side: Side, kind: Kind) -> bool:
    """Say whether a side has told so often in a thread of what is overdue and opened that it must tell no more."""
    if kind not in BESIDE:
        return False
    return MessageRow.objects.filter(thread=row, author=side, kind__in=BESIDE).count() >= MOST_BESIDE


def thread_key(row: ThreadRow) -> OpenKey | None:
    """Give the key under which what is said in a thread lies; None once it went with its case. Raises LockedAgencyError."""
    try:
        return vault.opened(AgencyId(row.agency_id), KeyId(row.key))
    except AbsentError:
        return None
