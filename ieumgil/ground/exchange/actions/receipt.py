"""What a signed receipt does to the outbox: settle an item, or give the duty back to its sender."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from ieumgil.ground.exchange.forms import Form, check_form
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.received import Received
from ieumgil.ground.exchange.rules import RefusalReason, RefusedBundleError, parse_time
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.outcome import DeniedError

State = OutboxItem.State


def apply_receipt(actor: Actor, came: Received, now: datetime) -> None:
    """Settle the outbox item that the receipt vouches for; a refusal goes to the room that sent, which takes the duty back.

    Raises DeniedError(bad-form) if it vouches for something that was not sent, or for other content.
    """
    try:
        check_form(Form.RECEIPT, came.body)
        parse_time(str(came.body["at"]))
    except RefusedBundleError as error:
        raise DeniedError(error.reason) from error
    body = came.body
    item = (
        OutboxItem.objects.select_for_update()
        .filter(
            agency_id=actor.agency,
            peer=came.sender,
            bundle_id=str(body["bundle_id"]),
            body_hash=str(body["hash"]),
        )
        .first()
    )
    if item is None or body["from"] != str(actor.agency):
        raise DeniedError(RefusalReason.BAD_FORM)
    _ask_again(actor, came, body["missing"], now)
    refused = body["status"] == "refused"
    if item.state == State.REFUSED or (item.state == State.DELIVERED and not refused):
        return
    _settle(item, body, State.REFUSED if refused else State.DELIVERED)
    path = settings.EXCHANGE_REFUSED.get(item.kind)
    if refused and path is not None:
        import_string(path)(actor, bundle_id=item.bundle_id, reason=item.reason, now=now)


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
