"""An agency's root key as a file of its own, under its own passphrase, to be kept away from the node."""

from pathlib import Path

from ieumgil.ground.exchange.keys import KEY_BYTES
from ieumgil.ground.vault.actions import TamperedError
from ieumgil.ground.vault.actions.files import write_new
from ieumgil.ground.vault.cipher import LEAST_COST, NORMAL_COST, TEST_COST, lock_kek, open_kek
from ieumgil.kernel.ids import AgencyId


def write_root(path: Path, agency: AgencyId, root: bytes, passphrase: str, *, cheap: bool = False) -> None:
    """Write a root key (32 bytes) sealed under a passphrase; raises FileExistsError rather than replace one."""
    write_new(path, lock_kek(agency, root, passphrase, TEST_COST if cheap else NORMAL_COST))


def read_root(path: Path, agency: AgencyId, passphrase: str, *, cheap: bool = False) -> bytes:
    """Read a root key; raises WrongPassphraseError, TamperedError for a file of another agency or form, FileNotFoundError."""
    root = open_kek(agency, path.read_bytes(), passphrase, least=TEST_COST if cheap else LEAST_COST)
    if len(root) != KEY_BYTES:
        raise TamperedError
    return root
