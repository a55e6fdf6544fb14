"""Destroy a key for good, and see to it that no restored copy brings it back."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault.actions import tombstones
from ieumgil.ground.vault.actions.scrub import scrub
from ieumgil.ground.vault.actions.seal import handle
from ieumgil.ground.vault.actions.tombstones import Stone
from ieumgil.ground.vault.models import NameToken, Tombstone, WrappedKey
from ieumgil.ground.vault.queries import is_destroyed
from ieumgil.ground.vault.rules import LockedAgencyError, TamperedError
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError

CLOCK = "clock"


@transaction.atomic
def destroy(
    actor_handle: str, agency: AgencyId, key: KeyId, reason: str, *, now: datetime | None = None
) -> None:
    """Destroy a key in the caller's transaction; from its commit on nothing sealed under the key opens again.

    The name tokens go with it; a tombstone and a ledger entry stay (`reason` is a code, never text about a
    person). On commit the tombstone is also written outside the database, and its files are scrubbed; what
    fails then is finished by `finish_erasures`. A locked agency's key can be destroyed too, and a key already
    destroyed stays so. Raises AbsentError for no key or another agency's.
    """
    if is_destroyed(agency, key):
        return
    subject = _handle_if_open(agency, key)
    stone = Stone(agency, key, reason, now or timezone.now())
    if not _remove(stone):
        raise AbsentError
    _remember(stone)
    event = audit.Event(action=AuditAction.KEY_DESTROY, subject=subject, reason=reason)
    audit.record(agency, actor_handle, event, now=stone.destroyed_at)
    transaction.on_commit(partial(_make_lasting, [stone]), robust=True)


@transaction.atomic
def replay_tombstones() -> int:
    """Destroy again whatever a restored copy brought back, before the node serves; gives the number of keys.

    Raises TamperedError if the file of tombstones holds a line that is not one: a person must look first.
    """
    stones = {(stone.agency, stone.key): stone for stone in tombstones.read(tombstones.tombstone_file())}
    remembered = {(stone.agency, stone.key): stone for stone in _remembered()}
    alive = set(WrappedKey.objects.values_list("agency_id", "pk"))
    risen = 0
    for place, stone in (remembered | stones).items():
        if place in alive and _remove(stone):
            risen += 1
            event = audit.Event(action=AuditAction.KEY_DESTROY, subject=None, reason=stone.reason)
            audit.record(stone.agency, CLOCK, event)
        if place not in remembered and accounts.is_hosted(stone.agency):
            _remember(stone)
    return risen


def finish_erasures() -> bool:
    """Finish what destructions left to do after their commit; safe at any time, meant for start-up and each day.

    Writes tombstones that are missing outside the database and scrubs the database's files thoroughly.
    Says whether nothing is left to do on this node's side (`docs/erasure.md`: what no node can reach).
    """
    outside = {(stone.agency, stone.key) for stone in tombstones.read(tombstones.tombstone_file())}
    missing = [stone for stone in _remembered() if (stone.agency, stone.key) not in outside]
    if missing:
        tombstones.append(missing)
    return scrub(rewrite=True)


def _handle_if_open(agency: AgencyId, key: KeyId) -> str | None:
    try:
        return handle(agency, key)
    except (LockedAgencyError, TamperedError):
        return None


def _remove(stone: Stone) -> bool:
    removed, _ = WrappedKey.objects.filter(agency_id=stone.agency, pk=stone.key).delete()
    NameToken.objects.filter(agency_id=stone.agency, key_id=stone.key).delete()
    return bool(removed)


def _remember(stone: Stone) -> None:
    note = Tombstone(agency_id=stone.agency, key_id=stone.key, reason=stone.reason)
    note.destroyed_at = stone.destroyed_at
    note.save(force_insert=True)


def _remembered() -> Iterable[Stone]:
    for stone in Tombstone.objects.order_by("destroyed_at", "pk").iterator():
        yield Stone(AgencyId(stone.agency_id), KeyId(stone.key_id), stone.reason, stone.destroyed_at)


def _make_lasting(stones: list[Stone]) -> None:
    tombstones.append(stones)
    scrub()
