"""A node refuses to start on a database that may forget what was acknowledged, or that goes round the walls."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, Tags, run_checks
from django.db import connections
from django.db.utils import ConnectionHandler

from ieumgil.site import checks, env
from tests.support.engines import NOT_RUN, SKIP
from tests.support.nodes import Node, NodeDiedError
from tests.support.postgres import ROLE, Cluster

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Cluster:
    """Give a PostgreSQL whose settings and roles may be spoilt."""
    if os.environ.get(SKIP) == "1":
        pytest.skip(NOT_RUN)
    running: Cluster = request.getfixturevalue("cluster")
    running.create("node")
    return running


def said_of(url: str, **options: object) -> list[str]:
    """Give what the check says of the database at this address, opened with these options instead of the house's."""
    settings: dict[str, Any] = env.database(url)
    settings["OPTIONS"] = {**settings["OPTIONS"], **options}
    handler = ConnectionHandler({"default": settings})
    try:
        return [message.msg for message in checks.broken_promises(handler["default"])]
    finally:
        handler.close_all()


@contextmanager
def spoilt(server: Cluster, *statements: str) -> Iterator[None]:
    """Spoil the server while the block runs; the last statement mends it."""
    *faults, mend = statements
    for statement in faults:
        server.tell(statement)
    try:
        yield
    finally:
        server.tell(mend)


def test_the_database_that_the_tests_run_on_keeps_its_promises() -> None:
    assert list(connections) == ["default"]
    assert checks.broken_promises(connections["default"]) == []
    checks.refuse_unsafe_databases()


def test_the_check_is_one_of_djangos_own_and_asked_for_by_its_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "broken_promises", lambda _connection: [Error("planted", id="planted.E1")])
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert [message.msg for message in found if isinstance(message, Error)] == ["planted"]
    with pytest.raises(checks.UnsafeDatabaseError, match="this node does not start: planted"):
        checks.refuse_unsafe_databases()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("synchronous=FULL", "synchronous=NORMAL", "SQLite has synchronous = 1."),
        ("synchronous=FULL", "synchronous=OFF", "SQLite has synchronous = 0."),
        ("journal_mode=WAL", "journal_mode=MEMORY", "SQLite has journal_mode = memory."),
        ("secure_delete=ON", "secure_delete=FAST", "SQLite has secure_delete = 2."),
        ("secure_delete=ON", "secure_delete=OFF", "SQLite has secure_delete = 0."),
    ],
)
def test_a_sqlite_that_may_forget_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    url = f"sqlite:///{tmp_path / 'node.sqlite3'}"
    assert said_of(url) == []
    assert before in env.SQLITE_PRAGMAS
    assert said_of(url, init_command=env.SQLITE_PRAGMAS.replace(before, after)) == [said]


def test_a_database_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (said,) = said_of(f"sqlite:///{tmp_path / 'nowhere' / 'node.sqlite3'}")
    assert said.startswith("the database does not answer")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_postgresql_that_may_forget_is_refused(server: Cluster, setting: str) -> None:
    assert said_of(server.address("node")) == []
    off, on = f"ALTER SYSTEM SET {setting} = off", f"ALTER SYSTEM RESET {setting}"
    with spoilt(server, off, "SELECT pg_reload_conf()", on):
        assert said_of(server.address("node")) == [f"PostgreSQL has {setting} off."]
    server.tell("SELECT pg_reload_conf()")


def test_synchronous_commit_off_for_the_role_alone_is_refused_too(server: Cluster) -> None:
    off, on = f"ALTER ROLE {ROLE} SET synchronous_commit = off", f"ALTER ROLE {ROLE} RESET synchronous_commit"
    with spoilt(server, off, on):
        assert said_of(server.address("node")) == ["PostgreSQL has synchronous_commit off."]


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS"])
def test_a_role_that_no_wall_holds_is_refused(server: Cluster, right: str) -> None:
    with spoilt(server, f"ALTER ROLE {ROLE} {right}", f"ALTER ROLE {ROLE} NO{right}"):
        assert f"The database role has {right}." in said_of(server.address("node"))
    assert said_of(server.address("node")) == []


def test_a_role_that_may_turn_into_such_a_one_is_refused_too(server: Cluster) -> None:
    with spoilt(server, "CREATE ROLE mighty BYPASSRLS", f"GRANT mighty TO {ROLE}", "DROP ROLE mighty"):
        assert said_of(server.address("node")) == ["The database role has BYPASSRLS."]


def test_a_server_that_is_too_old_is_refused(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    (said,) = said_of(server.address("node"))
    assert said.endswith("is too old.")


def test_a_node_does_not_start_on_a_server_started_with_synchronous_commit_off(
    server: Cluster, tmp_path: Path
) -> None:
    node = Node(tmp_path, server.address("node"))
    server.stop()
    server.options.append("--synchronous_commit=off")
    server.start()
    try:
        with pytest.raises(NodeDiedError) as refused:
            node.run("node", "serve", "--bind", f"127.0.0.1:{node.port}")
    finally:
        server.stop()
        server.options.pop()
        server.start()
    assert str(refused.value).endswith(
        "Error: this node does not start: PostgreSQL has synchronous_commit off. Set synchronous_commit = on."
    )
