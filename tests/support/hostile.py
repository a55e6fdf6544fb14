"""What a peer might sign that no honest node says: well formed, well signed, and not what the person agreed to."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import cast
from uuid import uuid4

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange import seal
from ieumgil.ground.exchange.actions.keys import keyring
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.keys import to_text
from ieumgil.ground.exchange.models import OutboxItem, Refused
from ieumgil.ground.exchange.rules import VALIDITY, time_text
from ieumgil.ground.exchange.seal import Inner
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, ThreadId
from ieumgil.referral.headers import BasisRef, Header, content_hash
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.rules import Kind, Side

_NUMBERS = count(100_000)  # far from what the honest outbox has come to


@dataclass(frozen=True)
class Said:
    """A message that its author's node never kept: its id, and the bundle that brings it."""

    id: str
    sealed: bytes
    to: AgencyId

    def arrive(self, now: datetime) -> str:
        """Let it arrive; gives the reason why it was refused, or nothing."""
        before = set(Refused.objects.values_list("pk", flat=True))
        receive(self.sealed, now=now)
        fresh = Refused.objects.exclude(pk__in=before).first()
        return fresh.reason if fresh else ""


def says(
    row: ThreadRow,
    kind: Kind,
    content: dict[str, Json],
    now: datetime,
    *,
    after: Sequence[Said] = (),
) -> Said:
    """Sign the peer's next message in an agency's copy of a thread, or the one after `after`, whatever it says."""
    side = Side.R if row.side == Side.F else Side.F
    standing = MessageRow.objects.filter(thread=row, author=side, standing=MessageRow.Standing.ADMITTED)
    last = standing.order_by("-seq").first()
    seq, prev = (last.seq, last.message_id) if last else (0, None)
    salt = secrets.token_hex(16)
    header = Header(
        thread=ThreadId(row.thread),
        sender=row.peer,
        receiver=row.agency_id,
        side=side,
        seq=seq + len(after) + 1,
        prev=after[-1].id if after else prev,
        seen=(after[-1].id,) if after else tuple(row.heads),
        kind=kind,
        sent_at=time_text(now),
        due=time_text(now + timedelta(hours=2)),
        urgency=row.urgency,
        basis=BasisRef(**row.basis),
        content_hash=content_hash(salt, content),
        packet=content.get("packet") is not None,
    )
    body: dict[str, Json] = {
        "header": header.body(),
        "signature": to_text(keyring(AgencyId(row.peer)).sign.sign(header.signed_bytes())),
        "envelope": {"salt": salt, "content": content},
    }
    ident, to = header.message().id, AgencyId(row.agency_id)
    return Said(ident, _bundle(AgencyId(row.peer), to, "thread", body, ident=ident, now=now), to)


def signs_for(item: OutboxItem, now: datetime, *, refused: str | None = None) -> bytes:
    """Give a receipt of the peer for this item, whatever it did with it: kept, or refused with this reason."""
    body: dict[str, Json] = {
        "bundle_id": item.bundle_id,
        "from": str(item.agency_id),
        "hash": item.body_hash,
        "status": "refused" if refused else "kept",
        "reason": refused,
        "at": time_text(now),
        "missing": [],
    }
    return _bundle(
        AgencyId(item.peer), AgencyId(item.agency_id), "receipt", body, ident=str(uuid4()), now=now
    )


def _bundle(
    sender: AgencyId, to: AgencyId, kind: str, body: dict[str, Json], *, ident: str, now: datetime
) -> bytes:
    target = exchange.seal_to(to, now)
    number = 0 if kind == "receipt" else next(_NUMBERS)
    inner = {
        "v": 1,
        "bundle_id": ident,
        "from": str(sender),
        "to": str(to),
        "to_key_id": target.ident,
        "created": time_text(now),
        "not_after": time_text(now + VALIDITY),
        "seq": number,
        "prev_hash": "a" * 64 if number else None,
        "kind": kind,
        "body": body,
        "checkpoint": None,
    }
    return seal.seal_bundle(
        cast("Inner", inner), sign_key=keyring(sender).sign, recipient_public=target.key, recipient=to
    )
