"""Referral messages with their ledger row against bare durable inserts, on SQLite and on PostgreSQL."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from bench.figure import Figure
from tests.support import postgres

GOAL = 0.5
FLOOR = "bare insert"
NO_GOAL = ("take a receipt",)


class Measured(TypedDict):
    """What the process of one engine found."""

    queries: dict[str, int]
    rates: dict[str, dict[str, float]]  # a second, by how many write and what
    costs: dict[str, dict[str, float]]  # milliseconds, by what and where they go


def figures() -> Iterator[Figure]:
    """Give the rate of each verb beside the bare insert of the same run, 1 writer; on PostgreSQL 4 writers too."""
    for engine in ("sqlite", "postgresql"):
        with _database(engine) as address:
            measured = _measure(engine, address)
        for writers, rates in measured["rates"].items():
            floor = rates.pop(FLOOR)
            for verb, rate in rates.items():
                goal = None if verb in NO_GOAL else GOAL
                yield Figure(f"{engine}, {writers}: {verb}", rate, floor, goal)
        _say_what_it_costs(engine, measured)


def _say_what_it_costs(engine: str, measured: Measured) -> None:
    asked = (f"{verb} {number}" for verb, number in measured["queries"].items())
    print(f"  statements on {engine}, those of the transaction included: {', '.join(asked)}")
    for verb, cost in measured["costs"].items():
        parts = (f"{where} {spent:.2f}" for where, spent in cost.items() if where != "all")
        print(f"  {engine}: {verb} takes {cost['all']:.2f} ms: {', '.join(parts)}")


@contextmanager
def _database(engine: str) -> Iterator[str]:
    if engine == "postgresql":
        with postgres.cluster() as cluster:
            yield cluster.create("node")
        return
    folder = tempfile.mkdtemp(prefix="ieumgil-bench-")
    try:
        yield f"sqlite:///{folder}/node.sqlite3"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(engine: str, address: str) -> Measured:
    with tempfile.TemporaryDirectory(prefix="ieumgil-bench-home-") as home:
        (Path(home) / "secret.key").write_text("a secret for figures only", encoding="ascii")
        told = {
            "IEUMGIL_HOME": home,
            "IEUMGIL_DATABASE_URL": address,
            "IEUMGIL_KDF_PROFILE": "test",
            "IEUMGIL_DEMO": "true",
        }
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "bench.engine", engine],
            env=os.environ | told,
            check=True,
            stdout=subprocess.PIPE,
        )
    measured: Measured = json.loads(done.stdout)
    return measured
