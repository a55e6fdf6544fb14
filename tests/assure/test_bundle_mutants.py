"""The long hunt: a hundred thousand altered bundles, and every known fault a thousand times."""

from dataclasses import dataclass
from random import Random

import pytest

from ieumgil.ground.exchange.rules import RefusedBundleError, Suite
from tests.support.exchange import receive
from tests.support.mutants import hunt, verify_all_but_the_signature
from tests.support.refusals import CASES, Wrong

pytestmark = pytest.mark.assure

MUTANTS = 100_000
TIMES = 1000
ONCE = {"with_a_million_tiny_values", "larger_than_any"}  # each is megabytes; once is as good


def test_no_mutant_of_a_hundred_thousand_is_accepted_and_none_crashes() -> None:
    tally = hunt(MUTANTS, Random(20261125))
    print(f"bundle mutants: {tally.tried} accepted: {tally.accepted} crashes: {tally.crashes}")  # noqa: T201
    for reason, count in tally.reasons.most_common():
        print(f"  {reason}: {count}")  # noqa: T201
    control = hunt(2000, Random(20261125), verify_all_but_the_signature)
    print(f"control, signature unchecked: {control.tried} accepted: {control.accepted}")  # noqa: T201
    assert (tally.tried, tally.accepted, tally.crashes) == (MUTANTS, 0, 0)
    assert control.accepted > 0


@dataclass
class Seen:
    tried: int = 0
    accepted: int = 0
    other_reason: int = 0


def _try(seen: Seen, name: str, wrong: Wrong, suite: Suite) -> None:
    seen.tried += 1
    key_suite = Suite.X25519 if name == "downgraded_to_the_older_suite" else suite
    try:
        receive(wrong.bundle, wrong.receiver, key_suite, wrong.roll, wrong.now)
        seen.accepted += 1
    except RefusedBundleError as refusal:
        seen.other_reason += refusal.reason != wrong.reason


def test_every_fault_is_refused_for_its_reason_a_thousand_times_over() -> None:
    seen = Seen()
    for name, case in CASES.items():
        for suite in Suite:
            for _ in range(1 if name in ONCE else TIMES):
                _try(seen, name, case(suite), suite)
    print(f"bundle faults: {seen.tried} accepted: {seen.accepted} other reason: {seen.other_reason}")  # noqa: T201
    assert (seen.accepted, seen.other_reason) == (0, 0)
