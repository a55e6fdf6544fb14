"""Ledgers made for tests without a database, and a door through the triggers for tests that tamper."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Final
from unittest.mock import patch
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ieumgil.ground.audit.note import origin_of, sign_checkpoint
from ieumgil.ground.audit.rules import (
    AuditAction,
    Entry,
    Frontier,
    checkpoint_name,
    leaf_hash,
    time_text,
    to_base64,
    write_entry,
)
from ieumgil.ground.audit.verify.line import checkpoint_line, entry_line, head_line
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId

AGENCY: Final = AgencyId(UUID("6a1d3c52-0b7e-4f3a-9f0e-3d5b8c7a1e24"))
START: Final = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def private_key(name: str = "log") -> Ed25519PrivateKey:
    """Give a key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


@dataclass
class MadeLedger:
    """A ledger as a node would have written it; `write` what you like, then `export`."""

    agency: AgencyId = AGENCY
    key: Ed25519PrivateKey = field(default_factory=private_key)
    entries: list[Entry] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)
    tree: Frontier = field(default_factory=Frontier)
    newest: str | None = None

    def write(self, **changed: str | None) -> None:
        """Append one entry, with these parts of it other than usual."""
        seq = self.tree.size + 1
        parts: dict[str, str | None] = {
            "t": time_text(START + timedelta(seconds=37 * seq)),
            "actor": sha256(b"worker%d" % (seq % 5)).hexdigest()[:32],
            "agency": str(self.agency),
            "action": "case.read" if seq % 3 else "identity.read",
            "subject": sha256(b"case%d" % (seq % 17)).hexdigest()[:32] if seq % 4 else None,
            "purpose": "shelter" if seq % 2 else None,
            "decision": "allow" if seq % 7 else "no-right",
            "reason_commit": to_base64(sha256(b"reason").digest()) if seq % 11 == 0 else None,
            "prev_checkpoint": self.newest,
            "nonce": to_base64(sha256(b"nonce%d" % seq).digest()[:16]),
        }
        entry = Entry(seq=seq, **{**parts, **changed})  # type: ignore[arg-type]
        self.entries.append(entry)
        self.tree = self.tree.append(leaf_hash(write_entry(entry)))

    def sign(self) -> str:
        """Sign a checkpoint of the ledger as it stands."""
        size, root = self.tree.size, self.tree.root()
        self.notes[size] = sign_checkpoint(self.key, origin_of(self.agency), size, root)
        self.newest = checkpoint_name(size, root)
        return self.notes[size]

    def export(self) -> list[bytes]:
        """Give the lines for the verifier."""
        key = self.key.public_key().public_bytes_raw()
        lines = [head_line(self.agency, self.tree.size, self.tree.root(), [key] if self.notes else [])]
        for entry in self.entries:
            data = write_entry(entry)
            lines.append(entry_line(data, leaf_hash(data)))
            if entry.seq in self.notes:
                lines.append(checkpoint_line(self.notes[entry.seq]))
        return lines


def written(size: int, every: int) -> MadeLedger:
    """Write a ledger of `size` entries with a checkpoint after each `every` of them."""
    ledger = MadeLedger()
    for seq in range(1, size + 1):
        ledger.write()
        if seq % every == 0:
            ledger.sign()
    return ledger


@cache
def sound(size: int = 500, every: int = 60) -> tuple[bytes, ...]:
    """Give the export of a sound ledger; its last entries are after the last checkpoint."""
    return tuple(written(size, every).export())


def host(slug: str) -> AgencyId:
    """Host an invented agency."""
    from ieumgil.ground.accounts import actions as accounts

    return accounts.host_agency(slug=slug, name_en=slug, name_ko=slug, agency_class=AgencyClass.PROTECTION)


def watcher(slug: str = "garam-shelter") -> Actor:
    """Host an invented agency and give somebody of it who may read its ledger."""
    from ieumgil.ground.accounts import actions as accounts
    from ieumgil.ground.accounts.queries import actor_for
    from ieumgil.ground.accounts.rules import Role

    handle, agency = f"watcher@{slug}.example", host(slug)
    accounts.invite_worker(
        agency=agency, handle=handle, display_name=handle, roles=[Role.SUPERVISOR], now=START
    )
    return actor_for(handle, now=START)


def fill(worker: Actor, count: int) -> None:
    """Have somebody read as many cases."""
    from ieumgil.ground.audit.actions import attempt

    for number in range(count):
        with attempt(worker, AuditAction.CASE_READ, subject=f"handle-{number}", now=START):
            pass


class _Editor:
    """As much of a schema editor as the migration asks for; Django's own refuses to work within a test's transaction."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection

    def execute(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the ledger's triggers away for a while, as somebody who owns the database can."""
    migration = importlib.import_module("ieumgil.ground.audit.migrations.0002_refuse_change")
    editor = _Editor()
    editor.connection.check_constraints()  # PostgreSQL drops no trigger of a table that has some still to fire
    migration.allow_change(None, editor)
    try:
        yield
    finally:
        editor.connection.check_constraints()
        migration.refuse_change(None, editor)


@contextmanager
def flushable() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions, which the triggers would refuse."""
    from django.test import TransactionTestCase

    flush = vars(TransactionTestCase)["_fixture_teardown"]

    def flush_unguarded(case: TransactionTestCase) -> None:
        with unguarded():
            flush(case)

    with patch.object(TransactionTestCase, "_fixture_teardown", flush_unguarded):
        yield
