"""Wipe what a deleted row leaves behind in the files of the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import DatabaseError, connection

SHORT_WAIT = 0.5  # seconds
PATIENCE = "5s"
TABLES = "vault_wrappedkey, vault_nametoken"
OWNED = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'vault_wrappedkey'::regclass"


def scrub(*, rewrite: bool = False) -> bool:
    """Wipe deleted keys from the files of the database; says whether it was done.

    On SQLite deleted bytes are already zeroed (`secure_delete`) and the write-ahead log is cut to nothing;
    False while a reader holds it. On PostgreSQL dead rows are vacuumed, and with `rewrite` the tables are
    written anew, since VACUUM alone can leave bytes in a page; False where this role does not own the tables
    or a transaction holds them. `docs/erasure.md` says what remains.
    """
    if connection.in_atomic_block:
        return False
    return _cut_log() if connection.vendor == "sqlite" else _vacuum(full=rewrite)


def _cut_log() -> bool:
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.is_file():
        return True
    # A connection of its own: the one in use may still hold a cursor that keeps the log.
    with closing(sqlite3.connect(path, timeout=SHORT_WAIT, isolation_level=None)) as apart:
        busy, _pages, _moved = apart.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _vacuum(*, full: bool) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNED)
            if cursor.fetchone() != (True,):
                return False
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
            cursor.execute(f"VACUUM (FULL) {TABLES}" if full else f"VACUUM {TABLES}")
            cursor.execute("RESET lock_timeout")
    except DatabaseError:
        connection.close()
        return False
    return True
