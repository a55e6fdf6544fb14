"""The pages that workers look at most, against the same rows, HTML and session without gate, ledger and vault."""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.figure import Figure
from tests.support import postgres

FEW, MANY = 1_000, 50_000
ROUNDS = 20
RATE, SLOWEST, GROWTH = 0.40, 2.5, 1.3

Times = list[tuple[float, float]]  # seconds of the product and of the bare peer


def figures() -> Iterator[Figure]:
    """Give for each page and size the rate and the slowest of a hundred, then how the product's time grows with the cases."""
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster())
        nodes = {cases: stack.enter_context(_node(cluster, cases)) for cases in (FEW, MANY)}
        told = {cases: _hear(node) for cases, node in nodes.items()}
        _say_what_is_asked(told)
        times = _in_turns(nodes, list(told[FEW]))
    for (page, cases), found in times.items():
        yield from _of_one(f"{page}, {cases:,} cases", found)
    for page in told[FEW]:
        few, many = (median(product for product, _ in times[page, cases]) for cases in (FEW, MANY))
        name = f"{page}: ms at {MANY:,} beside {FEW:,} cases"
        yield Figure(name, 1000 * many, 1000 * few, GROWTH, at_most=True)


def _of_one(name: str, found: Times) -> Iterator[Figure]:
    product, bare = zip(*found, strict=True)
    yield Figure(f"{name}: pages a second", 1 / median(product), 1 / median(bare), RATE)
    yield Figure(f"{name}: p99, ms", 1000 * _p99(product), 1000 * _p99(bare), SLOWEST, at_most=True)


def _p99(seconds: tuple[float, ...]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[-1]


def _in_turns(nodes: dict[int, "subprocess.Popen[str]"], pages: list[str]) -> dict[tuple[str, int], Times]:
    times: dict[tuple[str, int], Times] = defaultdict(list)
    for _ in range(ROUNDS):
        for page in pages:
            for cases, node in nodes.items():
                assert node.stdin
                print(page, file=node.stdin, flush=True)
                times[page, cases] += _hear(node)
    return times


def _say_what_is_asked(told: dict[int, dict[str, Any]]) -> None:
    for cases, pages in told.items():
        for page, said in pages.items():
            product, bare = said["statements"]
            print(f"  {page} at {cases:,} cases: {product} statements, bare {bare}; {said['bytes']:,} bytes")
            for statement in said["differ"]:
                print(f"    only one of them asks: {statement}")


def _hear(node: "subprocess.Popen[str]") -> Any:  # noqa: ANN401  what it says
    assert node.stdout
    line = node.stdout.readline()
    assert line, "the node of the bench has failed"
    return json.loads(line)


@contextmanager
def _node(cluster: postgres.Cluster, cases: int) -> Iterator["subprocess.Popen[str]"]:
    with tempfile.TemporaryDirectory(prefix="ieumgil-bench-home-") as home:
        (Path(home) / "secret.key").write_text("a secret for figures only", encoding="ascii")
        told = {
            "IEUMGIL_HOME": home,
            "IEUMGIL_DATABASE_URL": cluster.create(f"cases-{cases}"),
            "IEUMGIL_KDF_PROFILE": "test",
            "IEUMGIL_DEMO": "true",
        }
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "bench.serving", str(cases)]
        with subprocess.Popen(command, env=os.environ | told, stdin=pipe, stdout=pipe, text=True) as node:  # noqa: S603
            try:
                yield node
            finally:
                node.kill()
