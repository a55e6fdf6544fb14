"""Referral messages on one engine against bare inserts on the same database: run by the bench in a process of its own."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from multiprocessing import get_context
from statistics import median

from bench.node import Pair, found

THREADS = 40
WRITERS = 4
EACH = 20  # threads of each of several writers


def main(engine: str) -> None:
    """Measure and print one JSON object: for each number of writers the median rates, and the queries of each verb."""
    several = engine == "postgresql"
    pairs = found([THREADS, WRITERS * EACH, *[EACH] * WRITERS] if several else [THREADS])
    from bench.writer import queries  # noqa: PLC0415  Django must be set up first

    result: dict[str, object] = {"queries": queries(pairs[0]), "1 writer": _rates([pairs[0]])}
    if several:
        result["4 writers of one agency"] = _rates(list(pairs[1].halves(WRITERS)))
        result["4 writers, each of its own"] = _rates(pairs[2:])
    print(json.dumps(result))


def _rates(pairs: list[Pair]) -> dict[str, float]:
    """Give for each verb the median over windows of what all writers did in a second."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    context = get_context("fork")  # the vaults that are open stay open
    gate, told = context.Barrier(len(pairs)), context.SimpleQueue()
    writers = [context.Process(target=_write, args=(pair, gate, told)) for pair in pairs]
    for writer in writers:
        writer.start()
    windows = [told.get() for _ in writers]
    for writer in writers:
        writer.join()
    found_rates = defaultdict(list)
    for same in zip(*windows, strict=True):
        found_rates[same[0][0]].append(_together(same))
    return {name: median(rates) for name, rates in found_rates.items()}


def _together(same: Iterable[tuple[str, int, float, float]]) -> float:
    _, counts, begun, ended = zip(*same, strict=True)
    return sum(counts) / (max(ended) - min(begun))


def _write(pair: Pair, gate: object, told: object) -> None:
    from bench.writer import windows  # noqa: PLC0415

    told.put(list(windows(pair, gate.wait)))  # type: ignore[attr-defined]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ieumgil.site.settings"
    main(sys.argv[1])
