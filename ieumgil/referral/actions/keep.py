"""Keep a message as an agency holds it: the signed header, and what it said, sealed under the key it goes with."""

from datetime import datetime

from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import KeyKind
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.referral.headers import Header
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.sealed import content_context
from ieumgil.referral.rules import Kind, Side, Verdict


def keep_message(
    row: ThreadRow,
    header: Header,
    signature: str,
    envelope: dict[str, Json] | None,
    *,
    verdict: Verdict,
    now: datetime,
) -> MessageRow:
    """Keep a message of a thread, as admission judged it; raises LockedAgencyError.

    At the receiver, what has a life of its own has a key of its own: an enquiry goes after 30 days, a packet with its recall.
    The referrer's own copy lies under the case's key and goes with the case.
    """
    agency, message = AgencyId(row.agency_id), header.message()
    key = KeyId(row.key)
    if row.side == Side.R and (header.packet or header.kind is Kind.ENQUIRY):
        key = vault.new_key(agency, KeyKind.PACKET, now=now)
    sealed = None
    if envelope is not None:
        sealed = vault.put_json(agency, key, content_context(row.thread, message.id), envelope)
    return MessageRow.objects.create(
        agency_id=agency,
        thread=row,
        message_id=message.id,
        author=header.side,
        seq=header.seq,
        kind=header.kind,
        packet=header.packet,
        header=canonical(header.body()).decode(),
        signature=signature,
        content=sealed,
        content_key=key,
        standing=MessageRow.Standing(verdict.value),
        due_at=header.due_at,
        kept_at=now,
    )
