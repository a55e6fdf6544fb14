"""After a destruction neither the database's files nor an old backup give the key back."""

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.core.management import call_command
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context, KeyKind
from ieumgil.ground.vault.actions.scrub import scrub
from ieumgil.ground.vault.commands import commands
from ieumgil.ground.vault.models import NameToken, Tombstone, WrappedKey
from ieumgil.ground.vault.queries import cases_with_name
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError
from tests.rooms.conftest import NOW

PASSPHRASE = "a passphrase for tests"
PLAIN = "예시가 marker note".encode()
CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
PLACE = Context("casefile.identity", "name", UUID(int=1), CASE)
NAME = "예시가"
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="not run: about SQLite's files")
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="not run: about PostgreSQL's files"
)


@contextmanager
def _database(name: str) -> Iterator[None]:
    """Let the node's database be another one for a while; transactions in it really commit."""
    before = connections["default"]
    connections["default"] = type(before)({**before.settings_dict, "NAME": name}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


@contextmanager
def _made(name: str, template: str | None = None) -> Iterator[str]:
    """Make a database, empty or as a copy of one; the folder of a test drops a file, PostgreSQL is told to."""
    if connection.vendor == "sqlite":
        yield shutil.copy(template, name) if template else name
        return
    admin = cast("Any", connections["default"])
    with admin._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
    try:
        yield name
    finally:
        with admin._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def empty_node(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Give a migrated database to copy from."""
    path = str(tmp_path_factory.mktemp("empty") / "node.sqlite3")
    name = path if connection.vendor == "sqlite" else f"empty_{os.getpid()}"
    with django_db_blocker.unblock(), _made(name):
        with _database(name):
            call_command("migrate", verbosity=0)
        yield name


@dataclass(frozen=True)
class Node:
    """A node with one open agency, one case's key and what is sealed under it."""

    home: Path
    agency: AgencyId
    key: KeyId
    sealed: bytes
    wrapped: bytes

    def destroy(self) -> None:
        """Destroy the case's key as an action would."""
        with transaction.atomic():
            vault.destroy("somebody", self.agency, self.key, "recall", now=NOW)

    def read(self) -> bytes:
        """Open what is sealed."""
        return vault.get(self.agency, self.key, PLACE, self.sealed)

    def holds(self, needle: bytes) -> bool:
        """Say whether a file of the SQLite database holds these bytes."""
        return any(needle in path.read_bytes() for path in self.home.glob("node.sqlite3*"))


@pytest.fixture
def node(home: Path, empty_node: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Node]:
    """Give a node on a database of its own."""
    name = str(home / "node.sqlite3") if connection.vendor == "sqlite" else f"{empty_node}_copy"
    with django_db_blocker.unblock(), _made(name, empty_node), _database(name):
        yield _begin(home)
        vault.lock(AGENCY)


AGENCY = AgencyId(UUID("00000000-0000-4000-8000-0000000a9e2c"))


def _begin(home: Path) -> Node:
    accounts.host_agency(
        slug="narae-police",
        name_en="Narae police unit",
        name_ko="나래 경찰대",
        agency_class=AgencyClass.ENFORCEMENT,
        agency=AGENCY,
    )
    vault.create_kek(AGENCY, PASSPHRASE)
    vault.unlock(AGENCY, PASSPHRASE)
    key = vault.new_key(AGENCY, KeyKind.CASE)
    vault.index_name(AGENCY, key, CASE, [NAME])
    sealed = vault.put(AGENCY, key, PLACE, PLAIN)
    return Node(home, AGENCY, key, sealed, bytes(WrappedKey.objects.get(pk=key).wrapped))


@on_sqlite
def test_no_file_of_the_database_holds_a_destroyed_key(node: Node) -> None:
    token = bytes(NameToken.objects.get().token)
    assert all(map(node.holds, (node.wrapped, token)))  # control: the search finds what is there
    node.destroy()
    assert not any(map(node.holds, (node.wrapped, token, PLAIN)))


@on_sqlite
def test_the_search_finds_a_plaintext_that_was_left_in_a_table(node: Node) -> None:
    accounts.host_agency(slug="left", name_en=PLAIN.decode(), name_ko="", agency_class=AgencyClass.PROTECTION)
    node.destroy()
    assert node.holds(PLAIN)


@on_sqlite
def test_without_the_scrubbing_the_log_would_still_hold_the_key(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["ieumgil.ground.vault.actions.destroy"], "scrub", lambda: False)
    node.destroy()
    assert node.holds(node.wrapped)
    monkeypatch.undo()
    assert vault.finish_erasures()
    assert not node.holds(node.wrapped)


@on_sqlite
def test_without_secure_delete_the_file_would_still_hold_the_key(node: Node) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
    node.destroy()
    assert vault.finish_erasures()
    assert node.holds(node.wrapped)


@on_sqlite
def test_a_reader_who_holds_the_log_only_delays_the_scrubbing(node: Node) -> None:
    with closing(sqlite3.connect(node.home / "node.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM vault_wrappedkey").fetchone()
        node.destroy()
        assert not vault.finish_erasures()
        assert node.holds(node.wrapped)
    assert vault.finish_erasures()
    assert not node.holds(node.wrapped)


@on_postgresql
def test_postgresql_writes_the_table_of_keys_anew(node: Node) -> None:
    before = _place_of_keys()
    node.destroy()
    assert scrub()
    assert _place_of_keys() == before  # control: a plain VACUUM stays in the same file
    assert vault.finish_erasures()
    assert _place_of_keys() != before


def _place_of_keys() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode('vault_wrappedkey')")
        return int(cursor.fetchone()[0])


def test_a_tombstone_is_outside_the_database_after_the_commit(node: Node) -> None:
    with transaction.atomic():
        vault.destroy("somebody", node.agency, node.key, "recall", now=NOW)
        assert not (node.home / "tombstones.jsonl").exists()
    line = json.loads((node.home / "tombstones.jsonl").read_text(encoding="utf-8"))
    assert (line["key"], line["agency"], line["reason"]) == (str(node.key), str(node.agency), "recall")


def test_an_old_backup_does_not_bring_a_destroyed_key_back(node: Node, tmp_path: Path) -> None:
    other = vault.new_key(node.agency, KeyKind.CASE)
    kept = vault.put(node.agency, other, PLACE, PLAIN)
    old = vault.backup(tmp_path / "backups", now=NOW)
    node.destroy()
    assert vault.restore(old.data, old.keys) == 1
    with pytest.raises(vault.ErasedError):
        node.read()
    assert cases_with_name(node.agency, NAME) == set()
    assert vault.get(node.agency, other, PLACE, kept) == PLAIN
    if connection.vendor == "sqlite":
        assert not node.holds(node.wrapped)


def test_without_the_tombstones_the_old_backup_would_bring_it_back(node: Node, tmp_path: Path) -> None:
    old = vault.backup(tmp_path / "backups", now=NOW)
    node.destroy()
    stones = (node.home / "tombstones.jsonl").rename(tmp_path / "elsewhere.jsonl")
    assert vault.restore(old.data, old.keys) == 1
    assert node.read() == PLAIN
    assert cases_with_name(node.agency, NAME) == {CASE}
    assert vault.restore(old.data, old.keys, tombstone_copies=[stones]) == 0
    with pytest.raises(vault.ErasedError):
        node.read()


@on_sqlite
def test_a_raw_copy_of_the_whole_database_is_caught_before_it_serves(node: Node, tmp_path: Path) -> None:
    with closing(sqlite3.connect(node.home / "node.sqlite3")) as source:
        source.execute("VACUUM INTO ?", [str(tmp_path / "raw.sqlite3")])
    node.destroy()
    connection.close()
    for ending in ("-wal", "-shm"):
        (node.home / f"node.sqlite3{ending}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "raw.sqlite3", node.home / "node.sqlite3")
    assert node.read() == PLAIN  # control: the copy holds the key
    assert vault.replay_tombstones() == 1
    assert vault.replay_tombstones() == 0
    with pytest.raises(vault.ErasedError):
        node.read()


def test_the_ordinary_backup_holds_no_key_and_no_name_token(node: Node, tmp_path: Path) -> None:
    token = bytes(NameToken.objects.get().token)
    made = vault.backup(tmp_path / "backups", now=NOW)
    for needle in (node.wrapped, token):
        assert needle.hex().encode() in made.keys.read_bytes()  # control: the copy of the keys has them
        assert needle not in made.data.read_bytes()
        assert needle.hex().encode() not in made.data.read_bytes()
    for path in (made.data, made.keys):
        assert path.stat().st_mode & 0o777 == 0o600
    assert vault.restore(made.data) == 0
    with pytest.raises(AbsentError):
        node.read()


def test_copies_of_keys_go_before_they_are_thirty_days_old(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    days = [vault.backup(folder, now=NOW + timedelta(days=day)) for day in (0, 1, 29)]
    assert [made.keys.exists() for made in days] == [False, True, True]
    assert all(made.data.exists() for made in days)


def test_a_damaged_backup_is_refused_and_the_node_left_as_it_was(node: Node, tmp_path: Path) -> None:
    made = vault.backup(tmp_path / "backups", now=NOW)
    made.keys.write_bytes(made.keys.read_bytes()[:-1])
    with pytest.raises(vault.TamperedError):
        vault.restore(made.data, made.keys)
    assert node.read() == PLAIN


def test_a_tombstone_cut_off_by_a_crash_is_written_again(node: Node) -> None:
    node.destroy()
    path = node.home / "tombstones.jsonl"
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        os.truncate(path, length)
        vault.finish_erasures()
        assert path.read_bytes() == whole


def test_a_changed_tombstone_stops_the_replay(node: Node) -> None:
    node.destroy()
    path = node.home / "tombstones.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())
    with pytest.raises(vault.TamperedError):
        vault.replay_tombstones()


def test_tombstones_are_remembered_by_a_database_that_never_had_them(node: Node) -> None:
    node.destroy()
    Tombstone.objects.all().delete()
    assert vault.replay_tombstones() == 0
    with pytest.raises(vault.ErasedError):
        node.read()


def test_the_operator_backs_up_and_restores_by_command(node: Node, tmp_path: Path) -> None:
    run = CliRunner().invoke
    (group,) = commands
    assert "narae-police: open" in run(group, ["unlock-check"]).output
    folder = tmp_path / "backups"
    assert run(group, ["backup", str(folder)], catch_exceptions=False).exit_code == 0
    (data,), (keys,) = folder.glob("data-*"), (folder / "keys").glob("keys-*")
    node.destroy()
    said = run(group, ["restore", str(data), "--keys", str(keys), "--yes"], catch_exceptions=False)
    assert "0 keys came back" in said.output
    assert "narae-police: key file, open; keys: none; destroyed: 1" in run(group, ["status"]).output
    vault.lock(node.agency)
    locked = run(group, ["unlock-check"])
    assert (locked.exit_code, locked.output) == (1, "narae-police: locked\n")
