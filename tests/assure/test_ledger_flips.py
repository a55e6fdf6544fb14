"""A 500-entry ledger with any single bit flipped, any line gone, doubled, swapped, put in, or its end cut off.

The verifier is a walk over lines whose state after a line depends on nothing that follows. So the walk up to each line is
done once, honestly, and each fault is walked on from there by the verifier itself until its first finding; a sample of
the faults goes through the whole of `verify` as well, and must give the same.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain

import pytest

from ieumgil.ground.audit.rules import leaf_hash, write_entry
from ieumgil.ground.audit.verify import Finding, Walk, begin, finish, take, verify, walk
from ieumgil.ground.audit.verify.line import EntryLine, entry_line, read_line
from tests.support.ledger import MadeLedger, sound, written

SIZE, EVERY = 500, 60
LINES = sound(SIZE, EVERY)
BITS = sum(map(len, LINES)) * 8


@dataclass(frozen=True)
class Fault:
    """From line `at` on, `instead` stands in the export's place, and goes on with line `on`."""

    at: int
    instead: tuple[bytes, ...]
    on: int

    def lines(self) -> Iterable[bytes]:
        """Give the whole spoilt export."""
        return chain(LINES[: self.at], self.instead, LINES[self.on :])


def walked() -> list[Walk]:
    """Give how one stands before each line of the sound export, and after the last."""
    stands = [begin()]
    for line in LINES:
        stand, findings = take(stands[-1], line)
        assert not findings
        stands.append(stand)
    assert not finish(stands[-1])
    return stands


def first_finding(stands: list[Walk], fault: Fault) -> Finding | None:
    """Give what the verifier says first of a spoilt export; None if it takes it for sound."""
    stand = stands[fault.at]
    for line in chain(fault.instead, LINES[fault.on :]):
        stand, findings = take(stand, line)
        if findings:
            return findings[0]
    return next(iter(finish(stand)), None)


def flips(step: int = 1) -> Iterator[Fault]:
    """Give every `step`-th bit of the export flipped; a newline made or unmade moves where lines begin."""
    bit = 0
    for at, line in enumerate(LINES):
        for here in range(-bit % step, len(line) * 8, step):
            flipped = bytearray(line)
            flipped[here // 8] ^= 1 << here % 8
            yield spoilt(at, bytes(flipped))
        bit += len(line) * 8


def spoilt(at: int, flipped: bytes) -> Fault:
    """Put flipped bytes in the place of a line, cut into lines as a file opened for bytes is."""
    on = at + 1
    if not flipped.endswith(b"\n") and on < len(LINES):
        flipped, on = flipped + LINES[on], on + 1
    return Fault(at, tuple(BytesIO(flipped)), on)


def moved_lines() -> Iterator[Fault]:
    """Give every line gone, doubled, swapped with the next one, and another agency's put in before it."""
    for at, line in enumerate(LINES):
        yield Fault(at, (), at + 1)
        yield Fault(at, (line, line), at + 1)
        yield Fault(at, (STRAY, line), at + 1)
        if at + 1 < len(LINES):
            yield Fault(at, (LINES[at + 1], line), at + 2)


def cut_off() -> Iterator[Fault]:
    """Give the export cut off at every length, to the byte."""
    for at, line in enumerate(LINES):
        for length in range(len(line)):
            yield Fault(at, (line[:length],) if length else (), len(LINES))


def stray_line() -> bytes:
    """Give an entry, with a leaf hash that fits, that is not in the ledger."""
    given = read_line(LINES[1])
    assert isinstance(given, EntryLine)
    data = write_entry(replace(given.entry, actor="nobody", seq=250))
    return entry_line(data, leaf_hash(data))


STRAY = stray_line()


def undetected(faults: Iterable[Fault]) -> tuple[int, int]:
    """Count the faults, and those of which the verifier says nothing; every 5,000th goes through `verify` whole."""
    stands, count, missed = walked(), 0, 0
    for fault in faults:
        found = first_finding(stands, fault)
        missed += found is None
        if count % 5_000 == 0:
            assert next(iter(verify(fault.lines())), None) == found
        count += 1
    return count, missed


def told_undetected(
    capsys: pytest.CaptureFixture[str], what: str, faults: Iterable[Fault]
) -> tuple[int, int]:
    count, missed = undetected(faults)
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {count} undetected: {missed}")
    return count, missed


def test_a_sample_of_the_flips_is_found() -> None:
    assert undetected(flips(step=101))[1] == 0


def test_a_verifier_that_trusts_the_leaf_hashes_misses_flips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_is_leaf_of", lambda _read: True)
    count, missed = undetected(flips(step=10_007))
    assert 0 < missed < count


@pytest.mark.assure
def test_every_single_bit_flip_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    count, missed = told_undetected(capsys, "ledger flips", flips())
    assert count == BITS > 262_000
    assert missed == 0


@pytest.mark.assure
def test_every_line_gone_doubled_swapped_or_put_in_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert told_undetected(capsys, "ledger lines moved", moved_lines())[1] == 0


@pytest.mark.assure
def test_every_length_at_which_the_end_is_cut_off_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert told_undetected(capsys, "ledger cut off", cut_off())[1] == 0


@pytest.mark.assure
def test_an_entry_rewritten_with_the_agencys_own_key_is_found_with_one_witness(
    capsys: pytest.CaptureFixture[str],
) -> None:
    witness = written(SIZE, EVERY).notes[480]
    sampled, missed, within = range(1, 481, 7), 0, 0
    for seq in sampled:
        again = rewritten(seq)
        missed += not verify(again, held=[witness])
        within += not verify(again)
    with capsys.disabled():
        sys.stdout.write(
            f"\nledgers rewritten: {len(sampled)} undetected: {missed} (without a witness: {within})"
        )
    assert missed == 0
    assert within == len(sampled)  # control: without the witness nothing is seen


def rewritten(seq: int) -> list[bytes]:
    """Write the same ledger with one entry other than it was, all that follows hashed and signed anew."""
    ledger = MadeLedger()
    for number in range(1, SIZE + 1):
        ledger.write(**({"purpose": "rewritten"} if number == seq else {}))
        if number % EVERY == 0:
            ledger.sign()
    return ledger.export()
