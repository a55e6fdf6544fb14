"""Carry what waits in the outbox to its node, over HTTPS or as files, until a signed receipt is kept."""

import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import urllib3
from django.db import transaction

from ieumgil.ground.accounts.queries import is_hosted
from ieumgil.ground.exchange.actions.receive import OK, Answer, receive
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.queries import node_of
from ieumgil.ground.exchange.rules import MAX_BUNDLE, Kind, retry_delay
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError

INBOX = "/exchange/inbox"
BATCH = 200
LONGEST_REASON = 60  # bytes of a bare refusal; whatever is longer is no reason of ours
_http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=30), retries=False, maxsize=4)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of delivery did: settled by a signed receipt, and still waiting."""

    settled: int
    waiting: int


def deliver_due(*, now: datetime) -> Round:
    """Try everything whose next try has come, oldest number first; run by the node's clock. Gives what was done."""
    waiting = OutboxItem.objects.filter(state=OutboxItem.State.WAITING, next_try_at__lte=now)
    due = list(waiting.order_by("agency", "peer", "seq")[:BATCH])
    settled = sum(_deliver(item, now) for item in due)
    return Round(settled, len(due) - settled)


def write_files(agency: AgencyId, *, folder: Path) -> list[Path]:
    """Write every waiting bundle of an agency as a file, for a stick or an attachment; they keep waiting for their receipts."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for item in OutboxItem.objects.filter(agency_id=agency, state=OutboxItem.State.WAITING).order_by("seq"):
        path = folder / f"{item.id.hex}.ieumgil"
        path.write_bytes(bytes(item.sealed))
        written.append(path)
    return written


def _deliver(item: OutboxItem, now: datetime) -> bool:
    answer = _carry(item, now)
    if answer.receipt:
        receive(answer.receipt, now=now)
    elif answer.status == OK and item.kind == Kind.RECEIPT:  # nobody signs for a receipt
        OutboxItem.objects.filter(pk=item.pk).update(state=OutboxItem.State.DELIVERED, settled_at=now)
    with transaction.atomic():
        fresh = OutboxItem.objects.select_for_update().get(pk=item.pk)
        if fresh.state != OutboxItem.State.WAITING:
            return True
        fresh.attempts += 1
        fresh.reason = answer.reason
        fresh.next_try_at = now + retry_delay(fresh.attempts, random.random())  # noqa: S311  jitter, not a secret
        fresh.save(update_fields=["attempts", "reason", "next_try_at"])
    return False


def _carry(item: OutboxItem, now: datetime) -> Answer:
    if is_hosted(AgencyId(item.peer)):
        return receive(bytes(item.sealed), now=now)
    return post(AgencyId(item.peer), bytes(item.sealed))


def post(peer: AgencyId, sealed: bytes) -> Answer:
    """Post sealed bytes to the node on the peer's card; never raises for what roll, network or node say."""
    try:
        node = node_of(peer)
    except (AbsentError, DeniedError) as refusal:
        return Answer(status=0, reason=refusal.code)
    try:
        response = _http.request(
            "POST",
            node + INBOX,
            body=sealed,
            redirect=False,
            preload_content=False,
            headers={"Content-Type": "application/octet-stream"},
        )
        data = response.read(MAX_BUNDLE + 1)
        response.release_conn()
    except urllib3.exceptions.HTTPError:
        return Answer(status=0, reason="unreachable")
    if response.status == OK and len(data) <= MAX_BUNDLE:
        return Answer(status=OK, receipt=data)
    reason = data.decode("ascii", "replace").strip() if len(data) < LONGEST_REASON else ""
    return Answer(status=response.status, reason=reason or "no-answer")
