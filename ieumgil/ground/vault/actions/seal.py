"""Make a key; seal and open what belongs under it; the pseudonym of a case."""

from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from ieumgil.ground.vault import cipher
from ieumgil.ground.vault.cipher import KEYRING
from ieumgil.ground.vault.models import WrappedKey
from ieumgil.ground.vault.queries import open_key, wrapping_of
from ieumgil.ground.vault.rules import Context, KeyKind, TamperedError
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical, parse_canonical
from ieumgil.kernel.ids import AgencyId, KeyId

FIRST_VERSION = 1


def new_key(agency: AgencyId, kind: KeyKind, *, now: datetime | None = None) -> KeyId:
    """Make a random 256-bit key, wrapped by the agency's; raises LockedAgencyError."""
    kek = KEYRING.kek(agency)
    key = KeyId(uuid4())
    wrapped = cipher.seal(kek, cipher.new_key(), wrapping_of(agency, key, kind.value, FIRST_VERSION))
    row = WrappedKey(id=key, agency_id=agency, kind=kind.value, wrapped=wrapped, version=FIRST_VERSION)
    row.created_at = now or timezone.now()
    row.save(force_insert=True)
    return key


def put(agency: AgencyId, key: KeyId, context: Context, plaintext: bytes) -> bytes:
    """Seal bytes for one place; the length of the result tells the length of the plaintext.

    Raises LockedAgencyError, AbsentError for no key or another agency's, ErasedError for a destroyed one.
    """
    held = open_key(agency, key)
    return cipher.seal(held.secret, plaintext, context.bound_to(key, held.version))


def get(agency: AgencyId, key: KeyId, context: Context, sealed: bytes) -> bytes:
    """Open bytes in the place they were sealed for.

    Raises what `put` raises, and TamperedError for other bytes or another place.
    """
    held = open_key(agency, key)
    return cipher.unseal(held.secret, bytes(sealed), context.bound_to(key, held.version))


def put_json(agency: AgencyId, key: KeyId, context: Context, value: Json) -> bytes:
    """Seal a value in canonical JSON; raises what `put` raises, NotCanonicalError if it has no such form."""
    return put(agency, key, context, canonical(value))


def get_json(agency: AgencyId, key: KeyId, context: Context, sealed: bytes) -> Json:
    """Open a value that `put_json` sealed; raises what `get` raises."""
    try:
        return parse_canonical(get(agency, key, context, sealed))
    except NotCanonicalError as error:
        raise TamperedError from error


def handle(agency: AgencyId, key: KeyId) -> str:
    """Give the pseudonym of a case in the ledger, 32 hex digits.

    Once the key is destroyed nobody can compute it again (ErasedError); otherwise raises what `put` raises.
    """
    return cipher.handle_of(open_key(agency, key).secret)
