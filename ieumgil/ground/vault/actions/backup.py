"""Copy the database without its keys, and the keys apart from it for at most 30 days."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils import timezone

from ieumgil.ground.vault.actions.files import own_folder, settle, write_new
from ieumgil.ground.vault.models import NameToken, WrappedKey
from ieumgil.ground.vault.rules import keys_backup_is_over, stamped, taken_at
from ieumgil.kernel.canonical import Json, canonical

KEPT_APART = ("vault_wrappedkey", "vault_nametoken")


@dataclass(frozen=True, slots=True)
class Backup:
    """The two files of one backup."""

    data: Path
    keys: Path


def backup(folder: Path, *, keys_folder: Path | None = None, now: datetime | None = None) -> Backup:
    """Copy the database into `folder` without wrapped keys and name tokens, and those into `keys_folder`.

    `keys_folder` is `folder/keys` unless given. Copies of keys that would pass 30 days before tomorrow's run
    are deleted. The key files of the agencies are in neither. Raises FileExistsError for a second run within
    a second, sqlite3.Error or subprocess.CalledProcessError if a copy fails.
    """
    moment = now or timezone.now()
    apart = own_folder(keys_folder or folder / "keys")
    drop_old_keys(apart, now=moment)
    ending = "sqlite3" if connection.vendor == "sqlite" else "pgdump"
    data = own_folder(folder) / stamped("data", ending, moment)
    # Data first: a key destroyed in between is then in neither copy.
    _copy_data(data)
    keys = apart / stamped("keys", "jsonl", moment)
    write_new(keys, _key_rows())
    return Backup(data, keys)


def drop_old_keys(keys_folder: Path, *, now: datetime | None = None) -> int:
    """Delete the copies of keys whose 30 days are over, or will be before tomorrow's run; gives how many."""
    moment = now or timezone.now()
    stamps = ((path, taken_at(path.name)) for path in keys_folder.glob("keys-*"))
    over = [path for path, taken in stamps if taken is not None and keys_backup_is_over(taken, moment)]
    for path in over:
        path.unlink()
    return len(over)


def _copy_data(path: Path) -> None:
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(part)
        else:
            _dump_postgresql(part)
        settle(part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    settle(path.parent)


def _copy_sqlite(path: Path) -> None:
    name = quote(str(connection.settings_dict["NAME"]))
    with (
        closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(path, isolation_level=None)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        for table in KEPT_APART:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - two names of our own
        copy.execute("VACUUM")


def _dump_postgresql(path: Path) -> None:
    without = [f"--exclude-table-data={table}" for table in KEPT_APART]
    run_postgresql("pg_dump", ["--format=custom", "--no-owner", f"--file={path}", *without])


def run_postgresql(program: str, arguments: list[str]) -> None:
    """Run a program of PostgreSQL on the node's database; ImproperlyConfigured if it is not installed."""
    found = shutil.which(program)
    if found is None:
        raise ImproperlyConfigured(f"{program} is not installed")
    where = connection.settings_dict
    said = {f"PG{key}": str(where[key]) for key in ("HOST", "PORT", "USER", "PASSWORD") if where[key]}
    environment = os.environ | said | {"PGDATABASE": str(where["NAME"])}
    subprocess.run([found, *arguments], check=True, env=environment)  # noqa: S603 - a fixed program and paths


@transaction.atomic
def _key_rows() -> bytes:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL row_security = off")  # fail rather than copy one agency's rows only
    return b"".join(_key_lines())


def _key_lines() -> Iterator[bytes]:
    for key in WrappedKey.objects.order_by("pk").iterator():
        yield _line({
            "what": "key", "agency": str(key.agency_id), "id": str(key.pk), "kind": key.kind,
            "version": key.version, "wrapped": bytes(key.wrapped).hex(),
            "created_at": key.created_at.isoformat(),
        })  # fmt: skip
    for token in NameToken.objects.order_by("pk").iterator():
        yield _line({
            "what": "name", "agency": str(token.agency_id), "key": str(token.key_id), "case": str(token.case),
            "token": bytes(token.token).hex(),
        })  # fmt: skip


def _line(row: dict[str, Json]) -> bytes:
    return canonical(row) + b"\n"
