"""What a signed receipt does to the outbox: settle an item, or give the duty back to its sender."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from ieumgil.ground import rows
from ieumgil.ground.exchange.forms import Form, check_form
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason, RefusedBundleError, parse_time
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import DeniedError

State = OutboxItem.State


def apply_receipt(actor: Actor, came: Received, now: datetime) -> None:
    """Settle the outbox item that the receipt vouches for; a refusal goes to the room that sent, which takes the duty back.

    A peer that signs both for one item, in whichever order, may hold what it refused: the room is told that it was kept.
    Raises DeniedError(bad-form) if it vouches for something that was not sent, or for other content.
    """
    try:
        check_form(Form.RECEIPT, came.body)
        parse_time(str(came.body["at"]))
    except RefusedBundleError as error:
        raise DeniedError(error.reason) from error
    body = came.body
    item = rows.one(
        OutboxItem,
        lock=True,
        agency_id=actor.agency,
        peer=came.sender,
        bundle_id=str(body["bundle_id"]),
        body_hash=str(body["hash"]),
    )
    if item is None or body["from"] != str(actor.agency):
        raise DeniedError(RefusalReason.BAD_FORM)
    _ask_again(actor, came, body["missing"], now)
    refused = body["status"] == "refused"
    before, said = item.state, State.REFUSED if refused else State.DELIVERED
    if before == said:
        return
    if before != State.REFUSED:
        _settle(item, body, said)
    path = settings.EXCHANGE_REFUSED.get(item.kind)
    if item.state == State.REFUSED and path is not None:
        kept = State.DELIVERED in {before, said}
        import_string(path)(actor, bundle_id=item.bundle_id, reason=item.reason, kept=kept, now=now)


def signed_for(agency: AgencyId, bundle_ids: Iterable[str]) -> bool:
    """Say whether a peer has signed for any of these as kept, and for none of those as refused since."""
    delivered = OutboxItem.objects.filter(agency_id=agency, state=State.DELIVERED)
    return delivered.filter(bundle_id__in=list(bundle_ids)).exists()


def _settle(item: OutboxItem, body: dict[str, Json], state: State) -> None:
    item.state, item.reason = state, str(body["reason"] or "")
    item.settled_at, item.receipt = parse_time(str(body["at"])), canonical(body)
    item.save(update_fields=["state", "reason", "settled_at", "receipt"])


def _ask_again(actor: Actor, came: Received, missing: Json, now: datetime) -> None:
    if isinstance(missing, list) and missing:
        # What the peer signed for after it missed it, it has: its two receipts came in another order.
        lost = OutboxItem.objects.filter(
            agency_id=actor.agency,
            peer=came.sender,
            seq__in=missing,
            state=State.DELIVERED,
            settled_at__lt=parse_time(str(came.body["at"])),
        )
        lost.exclude(sealed=b"").update(state=State.WAITING, next_try_at=now)
