"""Bring a backup back without bringing back what was destroyed since."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.management import call_command
from django.db import connection, transaction

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.vault.actions import tombstones
from ieumgil.ground.vault.actions.backup import run_postgresql
from ieumgil.ground.vault.actions.destroy import finish_erasures, replay_tombstones
from ieumgil.ground.vault.actions.files import settle
from ieumgil.ground.vault.models import NameToken, Tombstone, WrappedKey
from ieumgil.ground.vault.rules import TamperedError
from ieumgil.kernel.canonical import Json, NotCanonicalError, parse_object


def restore(data: Path, keys: Path | None = None, *, tombstone_copies: Sequence[Path] = ()) -> int:
    """Put a backup in the place of the stopped node's database; gives the number of keys brought back.

    Order: copies of tombstones kept elsewhere are added to this node's; the data come back without any key;
    every tombstone is replayed; only then the keys, without the destroyed ones, which so never enter the
    database. Raises TamperedError for a file that is not whole, sqlite3.Error or
    subprocess.CalledProcessError if the data do not come back.
    """
    rows = _read_keys(keys) if keys else []
    _gather(tombstone_copies)
    _return_data(data)
    call_command("migrate", interactive=False, verbosity=0)
    replay_tombstones()
    returned = _return_keys(rows)
    finish_erasures()
    return returned


def _gather(copies: Sequence[Path]) -> None:
    here = set(tombstones.read(tombstones.tombstone_file()))
    missing = {stone for copy in copies for stone in tombstones.read(copy)} - here
    if missing:
        tombstones.append(sorted(missing, key=lambda stone: stone.destroyed_at))


def _return_data(data: Path) -> None:
    if connection.vendor == "sqlite":
        _return_sqlite(data, Path(str(connection.settings_dict["NAME"])))
    else:
        name = str(connection.settings_dict["NAME"])
        connection.close()
        run_postgresql(
            "pg_restore",
            ["--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={name}", str(data)],
        )


def _return_sqlite(data: Path, place: Path) -> None:
    part = place.with_name(f"{place.name}.part")
    shutil.copyfile(data, part)
    part.chmod(0o600)
    with closing(sqlite3.connect(part)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise TamperedError
    settle(part)
    connection.close()
    # The old log must go before the new file comes: applied to it, it would spoil it.
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    part.replace(place)
    settle(place.parent)


def _read_keys(path: Path) -> list[dict[str, Json]]:
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        raise TamperedError
    try:
        return [parse_object(line) for line in content.splitlines()]
    except NotCanonicalError as error:
        raise TamperedError from error


@transaction.atomic
def _return_keys(rows: Sequence[dict[str, Json]]) -> int:
    destroyed = set(Tombstone.objects.values_list("agency_id", "key_id"))
    try:
        keys = [_key(row) for row in rows if row["what"] == "key"]
        tokens = [_token(row) for row in rows if row["what"] == "name"]
    except (KeyError, ValueError) as error:
        raise TamperedError from error
    hosted = {agency.id for agency in accounts.hosted()}
    kept = [key for key in keys if (key.agency_id, key.pk) not in destroyed and key.agency_id in hosted]
    alive = {(key.agency_id, key.pk) for key in kept}
    WrappedKey.objects.bulk_create(kept, ignore_conflicts=True)
    found = [token for token in tokens if (token.agency_id, token.key_id) in alive]
    NameToken.objects.bulk_create(found, ignore_conflicts=True)
    return len(kept)


def _key(row: dict[str, Json]) -> WrappedKey:
    return WrappedKey(
        id=UUID(str(row["id"])),
        agency_id=UUID(str(row["agency"])),
        kind=str(row["kind"]),
        wrapped=bytes.fromhex(str(row["wrapped"])),
        version=int(str(row["version"])),
        created_at=datetime.fromisoformat(str(row["created_at"])),
    )


def _token(row: dict[str, Json]) -> NameToken:
    return NameToken(
        agency_id=UUID(str(row["agency"])),
        key_id=UUID(str(row["key"])),
        case=UUID(str(row["case"])),
        token=bytes.fromhex(str(row["token"])),
    )
