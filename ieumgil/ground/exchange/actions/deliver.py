"""Carry what waits in the outbox to its node, over HTTPS or as files, until a signed receipt is kept."""

import logging
import random
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import urllib3
from django.db import InterfaceError, OperationalError
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
DEADLINE = 45  # seconds for one answer, however it comes
LOG = logging.getLogger(__name__)
_POSTERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="post")
_POSTING: dict[str, Future[Answer]] = {}
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
        done, answered = _guarded(item, now)
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
        _on_its_way(item, item.next_try_at)
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


def _on_its_way(item: OutboxItem, next_try_at: datetime) -> bool:
    """Note the attempt, and when the next one is, before it is made: what was noted may have left.

    Gives False if somebody took it back meanwhile.
    """
    waiting = OutboxItem.objects.filter(pk=item.pk, state=OutboxItem.State.WAITING)
    return bool(waiting.update(attempts=F("attempts") + 1, next_try_at=next_try_at))


def _deliver(item: OutboxItem, now: datetime) -> tuple[bool, bool]:
    later = now + retry_delay(item.attempts + 1, random.random())  # noqa: S311  jitter, not a secret
    if not _on_its_way(item, later):
        return True, True
    answer = _carry(item, now)
    if answer.receipt:
        receive(answer.receipt, now=now)
    elif answer.status == OK and item.kind == Kind.RECEIPT:  # nobody signs for a receipt
        OutboxItem.objects.filter(pk=item.pk).update(state=OutboxItem.State.DELIVERED, settled_at=now)
    waiting = OutboxItem.objects.filter(pk=item.pk, state=OutboxItem.State.WAITING)
    settled = not waiting.update(reason=answer.reason)
    return settled, answer.status != 0


def _guarded(item: OutboxItem, now: datetime) -> tuple[bool, bool]:
    """Deliver one item; whatever its answer does to this program, the others are still delivered."""
    try:
        return _deliver(item, now)
    except (InterfaceError, OperationalError):
        raise  # the database went away: the whole round is done again
    except Exception as fault:  # noqa: BLE001  the clock must not end because of one answer
        LOG.warning("an answer could not be taken: %s", type(fault).__name__)
        return False, True


def _carry(item: OutboxItem, now: datetime) -> Answer:
    if is_hosted(AgencyId(item.peer)):
        return receive(bytes(item.sealed), now=now)
    try:
        node = node_of(AgencyId(item.peer))
    except (AbsentError, DeniedError) as refusal:
        return Answer(status=0, reason=refusal.code)
    return _in_time(node, bytes(item.sealed))


def _in_time(node: str, sealed: bytes) -> Answer:
    """Post, but wait no longer than the deadline: a node that drips its answer must not hold the clock."""
    under_way = _POSTING.get(node)
    if under_way is not None and not under_way.done():
        return Answer(status=0, reason="unreachable")
    _POSTING[node] = _POSTERS.submit(post, node, sealed)
    try:
        return _POSTING[node].result(timeout=DEADLINE)
    except TimeoutError:
        return Answer(status=0, reason="unreachable")


def post(node: str, sealed: bytes) -> Answer:
    """Post sealed bytes to a node by its address; never raises for what the network or the node says."""
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
