"""Make a key; seal and open what belongs under it; the pseudonym of a case."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from ieumgil.ground.vault import cipher
from ieumgil.ground.vault.cipher import KEYRING
from ieumgil.ground.vault.models import WrappedKey
from ieumgil.ground.vault.queries import DataKey, open_key, wrapping_of
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


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A key out of its wrapping, for all that one transaction does under it; never kept longer."""

    id: KeyId
    _held: DataKey = field(repr=False)

    @property
    def handle(self) -> str:
        """Give the pseudonym of a case in the ledger, 32 hex digits."""
        return cipher.handle_of(self._held.secret)

    def seal(self, context: Context, plaintext: bytes) -> bytes:
        """Seal bytes for one place; the length of the result tells only a size of `cipher.pad`, not the plaintext's."""
        place = context.bound_to(self.id, self._held.version)
        return cipher.seal(self._held.secret, cipher.pad(plaintext), place)

    def unseal(self, context: Context, sealed: bytes) -> bytes:
        """Open bytes in the place they were sealed for; raises TamperedError for other bytes or another place."""
        place = context.bound_to(self.id, self._held.version)
        return cipher.unpad(cipher.unseal(self._held.secret, bytes(sealed), place))

    def unseal_json(self, context: Context, sealed: bytes) -> Json:
        """Open a value that `put_json` sealed; raises TamperedError as `unseal`."""
        try:
            return parse_canonical(self.unseal(context, sealed))
        except NotCanonicalError as error:
            raise TamperedError from error


def opened(agency: AgencyId, key: KeyId) -> OpenKey:
    """Give a key with which to seal and open more than once.

    Raises LockedAgencyError, AbsentError for no key or another agency's, ErasedError for a destroyed one.
    """
    return OpenKey(key, open_key(agency, key))


def put(agency: AgencyId, key: KeyId, context: Context, plaintext: bytes) -> bytes:
    """Seal bytes for one place; raises what `opened` raises."""
    return opened(agency, key).seal(context, plaintext)


def get(agency: AgencyId, key: KeyId, context: Context, sealed: bytes) -> bytes:
    """Open bytes in the place they were sealed for.

    Raises what `opened` raises, and TamperedError for other bytes or another place.
    """
    return opened(agency, key).unseal(context, sealed)


def put_json(agency: AgencyId, key: KeyId, context: Context, value: Json) -> bytes:
    """Seal a value in canonical JSON; raises what `put` raises, NotCanonicalError if it has no such form."""
    return put(agency, key, context, canonical(value))


def get_json(agency: AgencyId, key: KeyId, context: Context, sealed: bytes) -> Json:
    """Open a value that `put_json` sealed; raises what `get` raises."""
    return opened(agency, key).unseal_json(context, sealed)


def handle(agency: AgencyId, key: KeyId) -> str:
    """Give the pseudonym of a case in the ledger, 32 hex digits.

    Once the key is destroyed nobody can compute it again (ErasedError); otherwise raises what `put` raises.
    """
    return opened(agency, key).handle
