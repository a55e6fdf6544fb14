"""Make an agency's keys and card, renew them, and hold the open ones for this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ieumgil.ground import rows
from ieumgil.ground.accounts.queries import agency_facts
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.cards import AgencyCard, SealKey, SignKey, sign_card, verify_card
from ieumgil.ground.exchange.keys import (
    SealPrivateKey,
    key_ident,
    new_seal_key,
    new_sign_key,
    sign_key,
    sign_public,
)
from ieumgil.ground.exchange.models import AgencyKey, Card
from ieumgil.ground.exchange.queries import seal_keys_listed_since
from ieumgil.ground.exchange.rules import VALIDITY, Suite
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context, KeyKind
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError, require
from ieumgil.kernel.permission import Permission

KEY_LIFE = timedelta(days=400)  # signing and log keys
ROTATE_AFTER = timedelta(days=30)  # security page, c5: forward secrecy at month grain
# A key that nobody renewed in time must not make its agency unreachable in an emergency: it lives on, and an alarm asks.
SEAL_LIFE = timedelta(days=180)
STILL_OPENS = VALIDITY


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys of an agency that are in use, out of the vault; `log` signs checkpoints."""

    sign: Ed25519PrivateKey
    log: Ed25519PrivateKey
    names: frozenset[str]


_OPEN: dict[AgencyId, Keyring] = {}
_OPEN_SEAL: dict[tuple[AgencyId, str], SealPrivateKey] = {}


def make_keys(agency: AgencyId, *, root: bytes, node: str, now: datetime) -> dict[str, Json]:
    """Make an agency's first keys and give its card, signed by its root key (32 private bytes, kept offline by its people).

    For whoever installs the node; the agency must be unlocked. Raises LockedAgencyError.
    """
    vault_key = vault.new_key(agency, KeyKind.AGENCY, now=now)
    for use in ("sign", "log"):
        _keep(agency, vault_key, use, new_sign_key(), now)
    for suite in Suite:
        _keep_seal(agency, vault_key, new_seal_key(suite), now)
    return _new_card(agency, root, node, now)


def rotate(actor: Actor, *, root: bytes, node: str, sign_too: bool = False, now: datetime) -> dict[str, Json]:
    """Renew the seal keys (and the signing key) and give the next card; the old seal keys open what was under way for 14 days.

    Raises DeniedError(no-right), LockedAgencyError.
    """
    with audit.attempt(actor, AuditAction.CARD_ROTATE):
        require(actor.may(Permission.CARD_ROTATE))
        own = AgencyKey.objects.filter(agency_id=actor.agency)
        vault_key = KeyId(own.values_list("vault_key", flat=True)[0])
        own.filter(retired_at=None, use__in=["seal", "sign"] if sign_too else ["seal"]).update(retired_at=now)
        for suite in Suite:
            _keep_seal(actor.agency, vault_key, new_seal_key(suite), now)
        if sign_too:
            _keep(actor.agency, vault_key, "sign", new_sign_key(), now)
        _OPEN.pop(actor.agency, None)
        return _new_card(actor.agency, root, node, now)


def remind_of_rotation(*, now: datetime) -> int:
    """Raise, by the clock, an alarm for every hosted agency whose seal keys are older than a month; gives how many are."""
    old = AgencyKey.objects.filter(
        use="seal", suite=Suite.X25519, retired_at=None, not_before__lt=now - ROTATE_AFTER
    )
    for row in old:
        raise_alarm(AgencyId(row.agency_id), code="rotate-keys", peer=None, subject=row.ident, now=now)
    return len(old)


def forget_retired(*, now: datetime) -> int:
    """Erase private seal keys once nothing sealed to them can be under way any more; gives how many.

    That is 14 days after they were retired, and after the last roll that listed them was in force here.
    """
    since = now - STILL_OPENS
    old = AgencyKey.objects.filter(use="seal", retired_at__lt=since).exclude(sealed_private=b"")
    _OPEN_SEAL.clear()
    return old.exclude(ident__in=seal_keys_listed_since(since)).update(sealed_private=b"")


def keyring(agency: AgencyId) -> Keyring:
    """Give the agency's signing keys in use; raises LockedAgencyError, AbsentError before it has keys."""
    if not vault.is_unlocked(agency):
        _OPEN.pop(agency, None)
        raise vault.LockedAgencyError
    keys = rows.some(AgencyKey, agency_id=agency, retired_at=None)
    in_use = [row for row in keys if row.use in {"sign", "log"}]
    names = frozenset(row.ident for row in in_use)
    held = _OPEN.get(agency)
    if held is None or held.names != names:
        opened = {row.use: sign_key(_open(row)) for row in in_use}
        if opened.keys() != {"sign", "log"}:
            raise AbsentError
        held = _OPEN[agency] = Keyring(opened["sign"], opened["log"], names)
    return held


def seal_key(row: AgencyKey) -> SealPrivateKey:
    """Give a private key to open bundles with; raises LockedAgencyError, TamperedError once it was erased."""
    agency = AgencyId(row.agency_id)
    if not vault.is_unlocked(agency):
        raise vault.LockedAgencyError
    if (
        not row.sealed_private
    ):  # erased, perhaps by another process: what this one still holds is no way round it
        _OPEN_SEAL.pop((agency, row.ident), None)
        raise vault.TamperedError
    held = _OPEN_SEAL.get((agency, row.ident))
    if held is None:
        held = _OPEN_SEAL[agency, row.ident] = SealPrivateKey(Suite(row.suite), _open(row))
    return held


def _new_card(agency: AgencyId, root: bytes, node: str, now: datetime) -> dict[str, Json]:
    told, keys = agency_facts(agency), AgencyKey.objects.filter(agency_id=agency, retired_at=None)
    made = {use: [key for key in keys if key.use == use] for use in ("sign", "seal", "log")}
    versions = Card.objects.filter(agency_ref=agency).order_by("-version").values_list("version", flat=True)
    card = AgencyCard(
        agency=agency,
        slug=told.slug,
        name_en=told.name_en,
        name_ko=told.name_ko,
        agency_class=told.agency_class,
        node=node,
        root=sign_public(root),
        sign_keys=tuple(SignKey(_public(key), key.not_before, key.not_after) for key in made["sign"]),
        seal_keys=tuple(
            SealKey(_public(key), key.not_before, key.not_after, Suite(key.suite)) for key in made["seal"]
        ),
        log_key=_public(made["log"][0]),
        version=(versions.first() or 0) + 1,
        issued_at=now,
    )
    signed = sign_card(card, sign_key(root))
    keep_card(signed, now)
    return signed


def keep_card(signed: Mapping[str, Json], now: datetime) -> None:
    """Keep a signed card, verified before; the same one again changes nothing."""
    card, body = verify_card(dict(signed)), canonical(dict(signed))
    Card.objects.get_or_create(
        agency_ref=card.agency,
        version=card.version,
        defaults={"body": body.decode(), "digest": sha256(body).hexdigest(), "received_at": now},
    )


def _keep(agency: AgencyId, vault_key: KeyId, use: str, private: bytes, now: datetime) -> None:
    public = sign_public(private)
    ident = key_ident(public).hex()
    row = AgencyKey(use=use, ident=ident, public=public.hex(), not_after=now + KEY_LIFE)
    _store(agency, vault_key, row, private, now)


def _keep_seal(agency: AgencyId, vault_key: KeyId, private: SealPrivateKey, now: datetime) -> None:
    public = private.public
    row = AgencyKey(
        use="seal",
        suite=int(private.suite),
        ident=public.ident.hex(),
        public=public.raw.hex(),
        not_after=now + SEAL_LIFE,
    )
    _store(agency, vault_key, row, private.raw, now)


def _store(agency: AgencyId, vault_key: KeyId, row: AgencyKey, private: bytes, now: datetime) -> None:
    row.id, row.agency_id, row.vault_key, row.not_before = uuid4(), agency, vault_key, now
    row.sealed_private = vault.put(agency, vault_key, _context(row.id, agency), private)
    row.save(force_insert=True)


def _open(row: AgencyKey) -> bytes:
    agency = AgencyId(row.agency_id)
    return vault.get(agency, KeyId(row.vault_key), _context(row.id, agency), bytes(row.sealed_private))


def _public(row: AgencyKey) -> bytes:
    return bytes.fromhex(row.public)


def _context(row: UUID, agency: AgencyId) -> Context:
    return Context("exchange.agencykey", "private", row, agency)
