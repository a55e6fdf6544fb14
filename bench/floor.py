"""The bare peer: one row inserted and durably committed at a time, straight through the driver."""

import os
import sqlite3
from collections.abc import Callable

TABLE = "bench_commit"
BODY = "x" * 200


def bare_insert() -> Callable[[], object]:
    """Give a call that commits one row into the database that the environment names, over a connection of its own."""
    address = os.environ["IEUMGIL_DATABASE_URL"]
    if address.startswith("sqlite:///"):
        return _sqlite(address.removeprefix("sqlite://"))
    return _postgresql(address)


def _sqlite(path: str) -> Callable[[], object]:
    con = sqlite3.connect(path, isolation_level=None, timeout=30)
    con.execute("PRAGMA journal_mode=WAL")
    con.execute("PRAGMA synchronous=FULL")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, body TEXT)"
    )

    def one() -> None:
        con.execute("BEGIN IMMEDIATE")
        con.execute(f"INSERT INTO {TABLE} (body) VALUES (?)", (BODY,))  # noqa: S608  the table's name is ours
        con.execute("COMMIT")

    return one


def _postgresql(address: str) -> Callable[[], object]:
    import psycopg  # noqa: PLC0415  not where only SQLite is asked for

    con = psycopg.connect(address, autocommit=True)
    con.execute("SET client_min_messages = warning")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text)"
    )
    assert (
        con.execute("SHOW fsync").fetchone() == con.execute("SHOW synchronous_commit").fetchone() == ("on",)
    )
    write = f"INSERT INTO {TABLE} (body) VALUES (%s)"  # noqa: S608  as above
    return lambda: con.execute(write, (BODY,), prepare=True)
