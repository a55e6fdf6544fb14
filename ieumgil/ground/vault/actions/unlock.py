"""Make an agency's key file, open it for this process, and close it again."""

import logging
import os
from pathlib import Path

from django.conf import settings

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.vault.actions.files import write_new
from ieumgil.ground.vault.cipher import (
    KEYRING,
    LEAST_COST,
    NORMAL_COST,
    TEST_COST,
    lock_kek,
    new_key,
    open_kek,
)
from ieumgil.ground.vault.queries import key_file
from ieumgil.ground.vault.rules import (
    TamperedError,
    WeakKeyFileError,
    WrongPassphraseError,
    settled_passphrase,
)
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError

LOG = logging.getLogger(__name__)


def create_kek(agency: AgencyId, passphrase: str) -> None:
    """Make the agency's key-encryption key in `<home>/keys/<agency>.kek.json`, under a passphrase.

    Raises FileExistsError if there is one already, ValueError for a passphrase under 12 characters.
    """
    cost = TEST_COST if _cheap() else NORMAL_COST
    write_new(key_file(agency), lock_kek(agency, new_key(), settled_passphrase(passphrase), cost))


def unlock(agency: AgencyId, passphrase: str) -> None:
    """Open the agency's vault for this process.

    Raises WrongPassphraseError, TamperedError for a damaged key file, WeakKeyFileError for one made for
    tests, AbsentError for none.
    """
    try:
        content = key_file(agency).read_bytes()
    except FileNotFoundError:
        raise AbsentError from None
    least = TEST_COST if _cheap() else LEAST_COST
    KEYRING.add(agency, open_kek(agency, content, passphrase, least=least))


def lock(agency: AgencyId) -> None:
    """Close the agency's vault for this process; what is not in the keyring cannot be read."""
    KEYRING.drop(agency)


def is_unlocked(agency: AgencyId) -> bool:
    """Say whether the agency's vault is open in this process."""
    return KEYRING.holds(agency)


def unlock_all() -> dict[AgencyId, bool]:
    """Open every hosted agency whose passphrase the service was given, and say of each whether it is open.

    Looked for in this order: `$CREDENTIALS_DIRECTORY/<slug>.passphrase` (systemd), the file that
    `IEUMGIL_PASSPHRASE_FILE_<SLUG>` names, `IEUMGIL_PASSPHRASE_<SLUG>`. An agency without one, or with a
    wrong one, stays locked and the node starts all the same.
    """
    return {
        AgencyId(agency.id): _try_to_unlock(AgencyId(agency.id), agency.slug) for agency in accounts.hosted()
    }


def _cheap() -> bool:
    return bool(settings.IEUMGIL_KDF_PROFILE == "test")


def _try_to_unlock(agency: AgencyId, slug: str) -> bool:
    if is_unlocked(agency):
        return True
    try:
        passphrase = _given_passphrase(slug)
        if passphrase is not None:
            unlock(agency, passphrase)
    except (
        AbsentError,
        OSError,
        TamperedError,
        UnicodeError,
        WeakKeyFileError,
        WrongPassphraseError,
    ) as error:
        LOG.warning("agency %s stays locked: %s", slug, getattr(error, "code", type(error).__name__))
    return is_unlocked(agency)


def _given_passphrase(slug: str) -> str | None:
    name = slug.upper().replace("-", "_")
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (path := Path(credentials) / f"{slug}.passphrase").exists():
        return _first_line(path)
    if path_given := os.environ.get(f"IEUMGIL_PASSPHRASE_FILE_{name}"):
        return _first_line(Path(path_given))
    return os.environ.get(f"IEUMGIL_PASSPHRASE_{name}")


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").rstrip("\r\n")
