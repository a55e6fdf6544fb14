"""Carry what waits in the outbox to its node, over HTTPS or as files, until a signed receipt is kept."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import urllib3
from django.db.models import F

from ieumgil.ground.accounts.queries import is_hosted
from ieumgil.ground.exchange.actions.receive import OK, Answer, receive
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.queries import node_of
from ieumgil.ground.exchange.rules import MAX_BUNDLE, Kind, retry_delay
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError

ASKED_AGAIN_WITHIN = timedelta(days=30)
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
    settled, silent = 0, set[AgencyId]()
    for item in due:
        if item.peer in silent:  # one node that does not answer must not hold up what others wait for
            continue
        done, answered = _deliver(item, now)
        settled += done
        if not answered:
            silent.add(AgencyId(item.peer))
    return Round(settled, len(due) - settled)


def write_files(agency: AgencyId, *, folder: Path) -> list[Path]:
    """Write every waiting bundle of an agency as a file, for a stick or an attachment; they keep waiting for their receipts."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for item in OutboxItem.objects.filter(agency_id=agency, state=OutboxItem.State.WAITING).order_by("seq"):
        path = folder / f"{item.id.hex}.ieumgil"
        path.write_bytes(bytes(item.sealed))
        written.append(path)
        _on_its_way(item)
    return written


def withhold(agency: AgencyId, bundle_id: str) -> bool:
    """Take a bundle back that has not left this node in any way; gives False if it may have. Inside a transaction."""
    unsent = OutboxItem.objects.filter(
        agency_id=agency, bundle_id=bundle_id, state=OutboxItem.State.WAITING, attempts=0
    )
    return bool(unsent.delete()[0])


def forget_sealed(agency: AgencyId, subject: UUID) -> None:
    """Drop the sealed bytes of what was delivered about this: whoever takes this machine and the peer's keys finds nothing."""
    delivered = OutboxItem.objects.filter(agency_id=agency, subject=subject, state=OutboxItem.State.DELIVERED)
    delivered.update(sealed=b"")


def forget_delivered(*, now: datetime) -> int:
    """Drop, by the clock, sealed bytes that a peer signed for 30 days ago and can no longer ask for again; gives how many."""
    old = OutboxItem.objects.filter(state=OutboxItem.State.DELIVERED, settled_at__lt=now - ASKED_AGAIN_WITHIN)
    return old.exclude(sealed=b"").update(sealed=b"")


def _on_its_way(item: OutboxItem) -> bool:
    """Note the attempt before it is made: what was noted may have left; gives False if somebody took it back meanwhile."""
    waiting = OutboxItem.objects.filter(pk=item.pk, state=OutboxItem.State.WAITING)
    return bool(waiting.update(attempts=F("attempts") + 1))


def _deliver(item: OutboxItem, now: datetime) -> tuple[bool, bool]:
    if not _on_its_way(item):
        return True, True
    answer = _carry(item, now)
    if answer.receipt:
        receive(answer.receipt, now=now)
    elif answer.status == OK and item.kind == Kind.RECEIPT:  # nobody signs for a receipt
        OutboxItem.objects.filter(pk=item.pk).update(state=OutboxItem.State.DELIVERED, settled_at=now)
    later = now + retry_delay(item.attempts + 1, random.random())  # noqa: S311  jitter, not a secret
    waiting = OutboxItem.objects.filter(pk=item.pk, state=OutboxItem.State.WAITING)
    settled = not waiting.update(reason=answer.reason, next_try_at=later)
    return settled, answer.status != 0


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
