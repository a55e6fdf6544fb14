"""Make a case findable by full name without keeping a list of names."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from ieumgil.ground.vault.cipher import KEYRING, name_token
from ieumgil.ground.vault.models import NameToken, WrappedKey
from ieumgil.ground.vault.queries import frequent_surnames, is_destroyed
from ieumgil.ground.vault.rules import ErasedError, searchable_forms
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError


@transaction.atomic
def index_name(agency: AgencyId, key: KeyId, case: UUID, forms: Sequence[str]) -> None:
    """Let a case be found by these names as they were entered, and by no name it had before.

    A frequent surname alone and an empty name are left out. The tokens go when the key is destroyed.
    Raises LockedAgencyError, AbsentError or ErasedError if there is no such key.
    """
    kek = KEYRING.kek(agency)
    # The row is locked, so that a destruction at the same moment waits and then takes these tokens too.
    if not WrappedKey.objects.select_for_update().filter(agency_id=agency, pk=key).exists():
        raise ErasedError if is_destroyed(agency, key) else AbsentError
    NameToken.objects.filter(agency_id=agency, key_id=key, case=case).delete()
    tokens = {name_token(kek, form) for form in searchable_forms(forms, frequent_surnames())}
    NameToken.objects.bulk_create(
        NameToken(agency_id=agency, key_id=key, case=case, token=token) for token in tokens
    )
