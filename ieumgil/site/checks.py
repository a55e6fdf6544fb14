"""What a database must promise before a node works on it: what was acknowledged stays, and no wall is gone round."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from click import ClickException
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, run_checks
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

OLDEST_POSTGRESQL: Final = 15
DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")
DATABASE_SILENT: Final = "ieumgil.E001"
DATABASE_FORGETS: Final = "ieumgil.E002"
DATABASE_TOO_OLD: Final = "ieumgil.E003"
ROLE_TOO_STRONG: Final = "ieumgil.E004"
DEMO_IN_REACH: Final = "ieumgil.E005"
DEMO_WITH_KEYS: Final = "ieumgil.E006"
THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
# https://www.sqlite.org/pragma.html: synchronous 2 is FULL, 3 is EXTRA; secure_delete 1 is on, 2 is FAST
SQLITE: Final = {"synchronous": (2, 3), "journal_mode": ("wal",), "secure_delete": (1,)}


class UnsafeDatabaseError(ClickException):
    """A database does not promise what a node needs: the node does not start; the message says what to change."""


class DemoInReachError(ClickException):
    """A demo, where anybody signs in as anybody, could be reached or holds real keys: it does not start."""


def refuse_unsafe_node(bind: str = "") -> None:
    """Raise UnsafeDatabaseError or DemoInReachError unless this node may work; `bind` is where it will listen."""
    refuse_unsafe_databases()
    serious = [f"{message.msg} {message.hint}" for message in check_demo(bind=bind)]
    if serious:
        raise DemoInReachError("this node does not start: " + "; ".join(serious))


def check_demo(*, bind: str = "", **_of_django: object) -> list[CheckMessage]:
    """Check that a demo, with its sign-in without a password, is on this machine alone and holds no real key."""
    if not settings.IEUMGIL_DEMO:
        return []
    parts = urlsplit(settings.IEUMGIL_ADDRESS)
    hosts = {parts.hostname or "", bind.rpartition(":")[0] or "localhost", *settings.ALLOWED_HOSTS}
    found: list[CheckMessage] = []
    if parts.scheme != "http" or settings.ALLAUTH_TRUSTED_PROXY_COUNT or not hosts <= THIS_MACHINE:
        said = "IEUMGIL_DEMO is true, and others can reach this node."
        hint = "Take IEUMGIL_DEMO away, or let address, IEUMGIL_HOSTS and --bind be http and 127.0.0.1, without a proxy."
        found.append(Error(said, hint=hint, id=DEMO_IN_REACH))
    if settings.IEUMGIL_KDF_PROFILE != "test":
        said = "IEUMGIL_DEMO is true, and this node has keys made for real use."
        found.append(Error(said, hint="Take IEUMGIL_DEMO away.", id=DEMO_WITH_KEYS))
    return found


def refuse_unsafe_databases() -> None:
    """Raise UnsafeDatabaseError unless every database of this node keeps what was acknowledged."""
    found = run_checks(tags=[Tags.database], databases=list(connections))
    serious = [f"{message.msg} {message.hint or ''}".strip() for message in found if message.is_serious()]
    if serious:
        raise UnsafeDatabaseError("this node does not start: " + "; ".join(serious))


def check_databases(*, databases: Sequence[str] | None = None, **_of_django: object) -> list[CheckMessage]:
    """Check the databases of these aliases; a check of Django's with the tag `database`, so only where it is asked for."""
    return [message for alias in databases or () for message in broken_promises(connections[alias])]


def broken_promises(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """Give what this database does not promise: to keep what was committed, to be new enough, to hold its walls.

    Sources: postgresql.org/docs, *Write Ahead Log* and *Row Security Policies*; sqlite.org/pragma.html.
    """
    try:
        found = _of_postgresql if connection.vendor == "postgresql" else _of_sqlite
        return list(found(connection))
    except DatabaseError as error:
        return [Error(f"the database does not answer: {error}", id=DATABASE_SILENT)]


def _of_postgresql(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(DURABLE)]
        )
        for (name,) in cursor.fetchall():
            yield Error(f"PostgreSQL has {name} off.", hint=f"Set {name} = on.", id=DATABASE_FORGETS)
        version = cursor.connection.info.server_version // 10_000
        if version < OLDEST_POSTGRESQL:
            yield Error(
                f"PostgreSQL {version} is too old.",
                hint=f"Use {OLDEST_POSTGRESQL} or newer.",
                id=DATABASE_TOO_OLD,
            )
        # Also of whatever role this one may turn into.
        cursor.execute(
            "SELECT bool_or(rolsuper), bool_or(rolbypassrls) FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"
        )
        for right, has in zip(("SUPERUSER", "BYPASSRLS"), cursor.fetchone(), strict=True):
            if has:
                hint = "Use a role of the node's own, with neither SUPERUSER nor BYPASSRLS."
                yield Error(f"The database role has {right}.", hint=hint, id=ROLE_TOO_STRONG)


def _of_sqlite(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        for pragma, good in SQLITE.items():
            cursor.execute(f"PRAGMA {pragma}")
            value = cursor.fetchone()[0]
            if value not in good:
                yield Error(
                    f"SQLite has {pragma} = {value}.", hint=f"It must be {good[0]}.", id=DATABASE_FORGETS
                )
