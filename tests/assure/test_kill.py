"""A node, or its database, is killed with SIGKILL again and again while another node goes on referring to it.

Killing processes shows that nothing is answered before it is committed. It does not show that what is committed
outlives a power cut: for that a node refuses to start unless its database flushes every commit
(tests/rooms/test_database_checks.py).
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from tests.support.kept import Verdict
from tests.support.killing import Exchange, exchange, kill_database, kill_node
from tests.support.postgres import Cluster

pytestmark = pytest.mark.assure

RUNS = int(os.environ.get("KILL_RUNS", "200"))  # half of them on either engine
SENDER_TOO = 4  # each so many-th time the sender dies with the receiver
AT_A_TIME, MOST = 5, 40  # kills of a control between two looks, and in all
COMMITS_LATE = "0.2"  # seconds between answer and commit, where that is planted


def tell(capsys: pytest.CaptureFixture[str], what: str, kills: int, verdict: Verdict) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {kills} kills, {verdict}")


def tell_recovery(capsys: pytest.CaptureFixture[str], pair: Exchange) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n  receipts again {quantiles(pair.recoveries, n=20)[-1]:.1f} s after a kill (p95)"
        )


def expect_all_kept_once(pair: Exchange, verdict: Verdict) -> None:
    assert verdict.acknowledged >= pair.kills
    assert verdict == Verdict(verdict.acknowledged)
    assert [facts.alarms for facts in pair.facts()] == [[], []]


def until_it_loses(pair: Exchange, kill: Callable[[], None]) -> Verdict:
    verdict = pair.verdict()
    for _ in range(0, MOST, AT_A_TIME):
        for _ in range(AT_A_TIME):
            kill()
        verdict = pair.verdict()
        if verdict.lost:
            break
    return verdict


def test_a_killed_node_has_lost_nothing_that_it_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with exchange(tmp_path) as pair:
        for number in range(1, RUNS - RUNS // 2 + 1):
            kill_node(pair, sender_too=number % SENDER_TOO == 0)
        verdict, kills = pair.verdict(), pair.kills
        tell(capsys, "kill -9 sqlite", kills, verdict)
        tell_recovery(capsys, pair)
        expect_all_kept_once(pair, verdict)

        pair.receiver.bury()
        pair.receiver.extra = {
            "GUNICORN_CMD_ARGS": "--config python:tests.support.early",
            "IEUMGIL_TEST_COMMITS_LATE": COMMITS_LATE,
        }
        pair.receiver.start()
        control = until_it_loses(pair, lambda: kill_node(pair))
        tell(capsys, "  control, acknowledged before the commit", pair.kills - kills, control)
        assert control.lost


def test_a_killed_postgresql_has_lost_nothing_that_was_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cluster: Cluster
) -> None:
    with exchange(tmp_path, database=cluster.create("node")) as pair:
        for _ in range(RUNS // 2):
            kill_database(pair, cluster)
        verdict, kills = pair.verdict(), pair.kills
        tell(capsys, "kill -9 postgresql", kills, verdict)
        tell_recovery(capsys, pair)
        expect_all_kept_once(pair, verdict)

        # Behind the back of the node, which would not start so.
        cluster.tell("ALTER SYSTEM SET synchronous_commit = off")
        cluster.tell("SELECT pg_reload_conf()")
        control = until_it_loses(pair, lambda: kill_database(pair, cluster))
        tell(capsys, "  control, synchronous_commit=off", pair.kills - kills, control)
        assert control.lost
