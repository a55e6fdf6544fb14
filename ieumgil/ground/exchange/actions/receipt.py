"""What a signed receipt does to the outbox: settle an item, or give the duty back to its sender."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.rules import RefusalReason, instant
from ieumgil.ground.exchange.schema import check_receipt
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.outcome import DeniedError


def apply_receipt(actor: Actor, *, sender: UUID, body: dict[str, Json], now: datetime) -> None:
    """Settle the outbox item that the receipt vouches for; a refusal goes to the room that sent, which takes the duty back.

    Raises DeniedError(bad-form) if it vouches for something that was not sent, or for other content.
    """
    check_receipt(body)
    item = OutboxItem.objects.select_for_update().filter(
        agency_id=actor.agency, peer=sender, bundle_id=str(body["bundle_id"]), body_hash=str(body["hash"])
    ).first()  # fmt: skip
    if item is None or body["from"] != str(actor.agency):
        raise DeniedError(RefusalReason.BAD_FORM)
    _ask_again(actor, sender, body, now)
    refused = body["status"] == "refused"
    if item.state == OutboxItem.State.REFUSED or (item.state == OutboxItem.State.DELIVERED and not refused):
        return
    item.state = OutboxItem.State.REFUSED if refused else OutboxItem.State.DELIVERED
    item.reason = str(body["reason"] or "")
    item.settled_at = instant(str(body["at"]))
    item.receipt = canonical(body)
    item.save(update_fields=["state", "reason", "settled_at", "receipt"])
    path = settings.EXCHANGE_REFUSED.get(item.kind)
    if refused and path is not None:
        import_string(path)(actor, bundle_id=item.bundle_id, reason=item.reason, now=now)


def _ask_again(actor: Actor, sender: UUID, body: dict[str, Json], now: datetime) -> None:
    missing = body["missing"]
    if isinstance(missing, list) and missing:
        lost = OutboxItem.objects.filter(
            agency_id=actor.agency, peer=sender, seq__in=missing, state=OutboxItem.State.DELIVERED
        )  # fmt: skip
        lost.update(state=OutboxItem.State.WAITING, next_try_at=now)
