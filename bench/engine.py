"""Referral messages on one engine against bare inserts on the same database: run by the bench in a process of its own."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from statistics import median

from bench.node import Pair, found

THREADS = 30
WRITERS = 4
EACH = 10  # threads of each of several writers

Window = tuple[str, int, float, float]  # what, how often, begun, ended


def main(engine: str) -> None:
    """Measure and print one JSON object: for each number of writers the median rates, and the queries of each verb."""
    several = engine == "postgresql"
    pairs = found([THREADS, WRITERS * EACH, *[EACH] * WRITERS] if several else [THREADS])
    from bench.costs import costs  # noqa: PLC0415  Django must be set up first
    from bench.writer import queries  # noqa: PLC0415  as above

    asked = queries(pairs[0])
    rates = {"1 writer": _rates([pairs[0]])}
    if several:
        rates["4 writers of one agency"] = _rates(list(pairs[1].parts(WRITERS)))
        rates["4 writers, each of its own"] = _rates(pairs[2:])
    print(json.dumps({"queries": asked, "rates": rates, "costs": costs(pairs[0])}))


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


def _together(same: Iterable[Window]) -> float:
    _, counts, begun, ended = zip(*same, strict=True)
    return float(sum(counts) / (max(ended) - min(begun)))


def _write(pair: Pair, gate: Barrier, told: "SimpleQueue[list[Window]]") -> None:
    from bench.writer import windows  # noqa: PLC0415  as above

    try:
        told.put(list(windows(pair, gate.wait)))
    except BaseException:
        gate.abort()  # nobody waits for a writer that failed
        told.put([])
        raise


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ieumgil.site.settings"
    main(sys.argv[1])
