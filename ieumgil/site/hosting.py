"""Host an agency on this node: its vault, its keys, its card; the root key goes out to be taken away."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts import queries as accounts_queries
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.keys import make_keys
from ieumgil.ground.exchange.actions.roots import write_root
from ieumgil.ground.exchange.keys import new_sign_key
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId


def hosted_with_keys(
    listed: Mapping[str, str],
    *,
    address: str,
    passphrase: str,
    root_passphrase: str,
    root_out: Path,
    card_out: Path,
) -> tuple[AgencyId, Json]:
    """Host an agency as its country's profile lists it; gives its id and its card, which is written to `card_out`.

    The root key is written to `root_out` under a passphrase that no node holds. Raises FileExistsError if there is a key file.
    """
    agency = accounts.host_agency(
        slug=listed["slug"],
        name_en=listed["en"],
        name_ko=listed["ko"],
        agency_class=AgencyClass(listed["class"]),
        agency=UUID(listed["id"]),
    )
    vault.create_kek(agency, passphrase)
    vault.unlock(agency, passphrase)
    root = new_sign_key()
    with attempt(accounts_queries.clock(agency), AuditAction.KEY_MAKE):
        card = make_keys(agency, root=root, node=address, now=timezone.now())
    write_root(root_out, agency, root, root_passphrase, cheap=settings.IEUMGIL_KDF_PROFILE == "test")
    card_out.write_bytes(canonical(card))
    return agency, card


def secret_text(path: Path) -> str:
    """Read a passphrase from a file, without the end of its line."""
    return path.read_text(encoding="utf-8").rstrip("\r\n")
