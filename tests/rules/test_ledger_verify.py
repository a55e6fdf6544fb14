"""The verifier names what was done to an exported ledger."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest

from ieumgil.ground.audit.note import origin_of, sign_checkpoint
from ieumgil.ground.audit.rules import Entry, leaf_hash, write_entry
from ieumgil.ground.audit.verify import Finding, Kind, verify
from ieumgil.ground.audit.verify.copies import read_copies
from ieumgil.ground.audit.verify.line import EntryLine, LineError, entry_line, held_line, read_line
from ieumgil.kernel.canonical import canonical
from ieumgil.kernel.ids import AgencyId
from tests.support.ledger import AGENCY, MadeLedger, private_key, sound, written
from tests.support.source import ROOT

SIZE, EVERY = 50, 12  # 50 entries, checkpoints after 12, 24, 36 and 48
Export = list[bytes]
Tamper = Callable[[Export], Export]


def export() -> Export:
    return list(sound(SIZE, EVERY))


def at(lines: Export, seq: int) -> int:
    """Give the line on which an entry stands."""
    return next(n for n, line in enumerate(lines) if line.startswith(b'{"entry"') and read(line).seq == seq)


def read(line: bytes) -> Entry:
    given = read_line(line)
    assert isinstance(given, EntryLine)
    return given.entry


def named(findings: Sequence[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.kind.value, finding.seq) for finding in findings]


def forged(line: bytes, **changed: object) -> bytes:
    """Give an entry's line changed, with a leaf hash that fits."""
    data = write_entry(replace(read(line), **changed))  # type: ignore[arg-type]
    return entry_line(data, leaf_hash(data))


def changed(lines: Export) -> Export:
    here = at(lines, 20)
    lines[here] = lines[here].replace(b'"action":"case.read"', b'"action":"case.open"')
    return lines


def changed_to_nonsense(lines: Export) -> Export:
    here = at(lines, 20)
    lines[here] = lines[here].replace(b'"seq":20', b'"seq":twenty')
    return lines


def removed(lines: Export) -> Export:
    del lines[at(lines, 20)]
    return lines


def removed_in_a_row(lines: Export) -> Export:
    del lines[at(lines, 15) : at(lines, 21)]
    return lines


def put_in_twice(lines: Export) -> Export:
    return [*lines[: at(lines, 21)], lines[at(lines, 20)], *lines[at(lines, 21) :]]


def put_in_forged(lines: Export) -> Export:
    here = at(lines, 20)
    return [*lines[:here], forged(lines[here], actor="nobody"), *lines[here:]]


def put_in_from_another_agency(lines: Export) -> Export:
    here = at(lines, 50)
    return [*lines, forged(lines[here], seq=51, agency="0" * 8 + str(AGENCY)[8:])]


def swapped(lines: Export) -> Export:
    one, other = at(lines, 20), at(lines, 21)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def swapped_far(lines: Export) -> Export:
    one, other = at(lines, 15), at(lines, 22)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def cut_off(lines: Export) -> Export:
    return lines[: at(lines, 40)]


def cut_off_after_the_last_checkpoint(lines: Export) -> Export:
    return lines[:-1]


CASES: list[tuple[Tamper, list[tuple[str, int | None]]]] = [
    (changed, [("changed", 20)]),
    (changed_to_nonsense, [("changed", 20)]),
    (removed, [("removed", 20)]),
    (removed_in_a_row, [("removed", 15)]),
    (put_in_twice, [("inserted", 20)]),
    (put_in_forged, [("inserted", 20), ("rewritten", 13)]),
    (put_in_from_another_agency, [("inserted", 51), ("inserted", 51)]),
    (swapped, [("swapped", 20)]),
    (swapped_far, [("swapped", seq) for seq in (16, 17, 18, 19, 20, 21, 15)]),
    (cut_off, [("cut-off", 40)]),
    (cut_off_after_the_last_checkpoint, [("cut-off", 50)]),
]


def test_a_sound_ledger_gives_no_finding() -> None:
    assert verify(export()) == []
    assert verify(MadeLedger().export()) == []
    key, held = private_key().public_key(), written(SIZE, EVERY).notes.values()
    assert verify(export(), keys=[key], held=held) == []


@pytest.mark.parametrize(("tamper", "expected"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_it_names_what_was_done(tamper: Tamper, expected: list[tuple[str, int | None]]) -> None:
    findings = verify(tamper(export()))
    assert sorted(named(findings), key=str) == sorted(expected, key=str)


def test_the_words_say_which_entries_and_by_what() -> None:
    assert str(verify(removed_in_a_row(export()))[0]) == "removed 15: entries 15 to 20 missing"
    assert (
        str(verify(cut_off(export()))[0])
        == "cut-off 40: entries 40 to 50 missing at the end, by the ledger's head"
    )


def rehashed(ledger: MadeLedger, *, seq: int) -> MadeLedger:
    """Rewrite one entry and everything that follows from it, signing anew with the agency's own key."""
    again = MadeLedger(key=ledger.key)
    for entry in ledger.entries:
        again.write(**({"purpose": "rewritten"} if entry.seq == seq else {}))
        if entry.seq in ledger.notes:
            again.sign()
    return again


def test_a_ledger_rewritten_and_signed_anew_is_shown_by_a_single_copy_a_partner_holds() -> None:
    ledger = written(SIZE, EVERY)
    again = rehashed(ledger, seq=20)
    assert verify(again.export()) == []  # control: nothing within the ledger itself can show it
    assert named(verify(again.export(), held=[ledger.notes[12]])) == []
    assert named(verify(again.export(), held=[ledger.notes[24]])) == [("rewritten", 1)]
    assert named(verify(again.export(), held=[ledger.notes[12], ledger.notes[48]])) == [("rewritten", 13)]


def test_a_ledger_cut_off_and_signed_anew_is_shown_by_a_single_copy_a_partner_holds() -> None:
    ledger, shorter = written(SIZE, EVERY), written(30, EVERY)
    assert verify(shorter.export()) == []  # control
    assert named(verify(shorter.export(), held=[ledger.notes[36]])) == [("cut-off", 31)]


def test_a_ledger_rewritten_without_the_key_is_shown_by_its_own_checkpoint() -> None:
    ledger = written(SIZE, EVERY)
    again = rehashed(ledger, seq=20)
    again.notes = ledger.notes
    assert ("rewritten", 13) in named(verify(again.export()))


def test_a_ledger_signed_with_another_key_is_shown_once_the_agencys_key_is_given() -> None:
    again = MadeLedger(key=private_key("thief"))
    for _ in range(12):
        again.write()
    again.sign()
    assert verify(again.export()) == []  # control: the export's own key is believed
    kinds = [finding.kind for finding in verify(again.export(), keys=[private_key().public_key()])]
    assert kinds == [Kind.CHECKPOINT, Kind.CHECKPOINT]


def test_a_checkpoint_taken_away_moved_or_of_another_ledger_is_found() -> None:
    lines = export()
    note = next(n for n, line in enumerate(lines) if line.startswith(b'{"checkpoint"'))
    assert named(verify(lines[:note] + lines[note + 1 :])) == [("checkpoint", 13)]
    moved = [*lines[: note - 1], lines[note], lines[note - 1], *lines[note + 1 :]]
    assert named(verify(moved))[0] == ("checkpoint", None)
    foreign = sign_checkpoint(private_key(), origin_of(AgencyId(UUID(int=7))), 12, bytes(32))
    lines[note] = canonical({"checkpoint": foreign}) + b"\n"
    assert named(verify(lines))[0] == ("checkpoint", None)


def test_a_copy_that_nobody_signed_is_reported_and_not_believed() -> None:
    forged_copy = sign_checkpoint(private_key("partner"), origin_of(AGENCY), 12, bytes(32))
    assert named(verify(export(), held=[forged_copy])) == [("checkpoint", None)]
    assert named(verify(MadeLedger().export(), held=[forged_copy])) == [("checkpoint", None)]


def test_a_copy_over_nothing_is_compared_too() -> None:
    key, origin = private_key(), origin_of(AGENCY)
    assert verify(export(), held=[sign_checkpoint(key, origin, 0, sha256(b"").digest())]) == []
    assert named(verify(export(), held=[sign_checkpoint(key, origin, 0, bytes(32))])) == [("rewritten", None)]


@pytest.mark.parametrize("first", [b"", b"\n", b"{}\n", b"nonsense", sound(SIZE, EVERY)[1]])
def test_an_export_without_a_head_is_not_sound(first: bytes) -> None:
    assert named(verify([first, *export()[1:]] if first else [])) == [("head", None)]


def test_a_head_that_says_more_or_less_than_there_is_is_found() -> None:
    lines = export()
    for wrong, expected in ((49, ("inserted", 50)), (51, ("cut-off", 51))):
        head = lines[0].replace(b'"size":50', b'"size":%d' % wrong)
        assert named(verify([head, *lines[1:]])) == [expected]


def test_copies_are_read_from_lines_and_from_a_single_note_typed_off_paper() -> None:
    note = written(12, 12).notes[12]
    line = held_line(note, AGENCY, "2026-11-01T03:00:00.000000Z").decode()
    assert read_copies(line + line) == [note, note]
    assert read_copies(note) == [note]
    with pytest.raises(LineError):
        read_copies('{"held":1}\n')


def chain_only(lines: Export) -> bool:
    """Check as a bare hash chain would: each entry fits what stands beside it and the one before."""
    expected = 1
    for line in lines[1:]:
        if line.startswith(b'{"entry"'):
            entry = read(line)
            if entry.seq != expected or entry_line(write_entry(entry), leaf_hash(write_entry(entry))) != line:
                return False
            expected += 1
    return True


def test_a_chain_alone_misses_an_end_cut_off_that_the_ledger_shows() -> None:
    lines = cut_off(export())
    assert chain_only(lines)  # control: this is the danger
    assert not chain_only(changed(export()))  # and this it does see
    assert named(verify(lines)) == [("cut-off", 40)]


def test_the_example_on_the_ledger_page_is_sound() -> None:
    page = (ROOT / "docs/protocol/ledger.md").read_text(encoding="utf-8")
    example = page.partition("```jsonl\n")[2].partition("```")[0].encode().splitlines(keepends=True)
    note = page.partition("```text\n")[2].partition("```")[0]
    assert len(example) == 5
    assert verify(example, keys=[private_key().public_key()], held=[note]) == []
    assert verify(example[:-1], held=[note]) != []
