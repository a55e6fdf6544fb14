"""Reads: a key while it exists and its agency is open, cases with a name, how the vault stands."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ieumgil.ground import rows
from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.vault.cipher import KEYRING, name_token, unseal
from ieumgil.ground.vault.models import NameToken, Tombstone, WrappedKey
from ieumgil.ground.vault.rules import ErasedError, KeyKind, is_full_name, name_form
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key out of its wrapping, to be used at once and never kept."""

    secret: bytes
    version: int


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """How one agency's vault stands in this process; counts only."""

    slug: str
    has_key_file: bool
    is_open: bool
    keys: dict[str, int]
    destroyed: int


def open_clocks() -> list[Actor]:
    """Give the node's clock, as an actor of each hosted agency whose vault is open in this process."""
    open_here = (AgencyId(row.pk) for row in accounts.hosted() if KEYRING.holds(AgencyId(row.pk)))
    return [accounts.clock(agency) for agency in open_here]


def key_file(agency: AgencyId) -> Path:
    """Give the place of the agency's key file; its copy is kept apart from every backup."""
    return Path(settings.IEUMGIL_HOME) / "keys" / f"{agency}.kek.json"


def wrapping_of(agency: AgencyId, key: KeyId, kind: str, version: int) -> bytes:
    """Give what a wrapped key is bound to: a row moved to another agency, id or kind does not open."""
    return f"wrapped-key|{agency}|{key}|{kind}|{version}".encode()


def open_key(agency: AgencyId, key: KeyId) -> DataKey:
    """Give a key of the agency.

    Raises LockedAgencyError, ErasedError for a destroyed key, AbsentError for no key or another agency's,
    TamperedError for a row that is not what was written.
    """
    kek = KEYRING.kek(agency)
    row = rows.one(WrappedKey, id=key, agency_id=agency)
    if row is None:
        raise ErasedError if is_destroyed(agency, key) else AbsentError
    secret = unseal(kek, bytes(row.wrapped), wrapping_of(agency, key, row.kind, row.version))
    return DataKey(secret, row.version)


def is_destroyed(agency: AgencyId, key: KeyId) -> bool:
    """Say whether the agency destroyed this key."""
    return Tombstone.objects.filter(agency_id=agency, key_id=key).exists()


def destroyed(agency: AgencyId, keys: Collection[KeyId]) -> frozenset[KeyId]:
    """Give which of these keys the agency destroyed, in one question."""
    gone = Tombstone.objects.filter(agency_id=agency, key_id__in=keys).values_list("key_id", flat=True)
    return frozenset(map(KeyId, gone)) if keys else frozenset()


def of_kind(agency: AgencyId, keys: Collection[KeyId], kind: KeyKind) -> frozenset[KeyId]:
    """Give which of these keys of the agency are there and of this kind."""
    found = WrappedKey.objects.filter(agency_id=agency, pk__in=keys, kind=kind.value)
    return frozenset(map(KeyId, found.values_list("pk", flat=True)))


def cases_with_name(agency: AgencyId, name: str) -> set[UUID]:
    """Give the cases that may bear this full name; the caller confirms each by reading it.

    A frequent surname alone and an empty name find nothing. Raises LockedAgencyError.
    """
    kek = KEYRING.kek(agency)
    if not is_full_name(name, frequent_surnames()):
        return set()
    token = name_token(kek, name_form(name))
    return set(NameToken.objects.filter(agency_id=agency, token=token).values_list("case", flat=True))


@cache
def frequent_surnames() -> frozenset[str]:
    """Give the forms of the surnames that are too frequent to be looked for alone (data/surnames.json)."""
    path = files("ieumgil.ground.vault") / "data" / "surnames.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return frozenset(name_form(name) for group in content["groups"] for name in group["surnames"])


def status() -> list[VaultStatus]:
    """Give how the vault of each hosted agency stands in this process: counts, no contents."""
    return [_status_of(AgencyId(agency.id), agency.slug) for agency in accounts.hosted()]


def _status_of(agency: AgencyId, slug: str) -> VaultStatus:
    kinds = Counter(WrappedKey.objects.filter(agency_id=agency).values_list("kind", flat=True))
    destroyed = Tombstone.objects.filter(agency_id=agency).count()
    return VaultStatus(slug, key_file(agency).exists(), KEYRING.holds(agency), dict(kinds), destroyed)
