"""The ledger at a terminal: verified, written out, and verified again elsewhere without a database."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from ieumgil.ground.audit import actions, queries
from ieumgil.ground.audit.commands import commands
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.ground.audit.rules import AuditAction, to_base64
from ieumgil.ground.audit.verify import __main__ as alone
from ieumgil.ground.audit.verify.line import held_line
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from tests.support.ledger import fill, private_key, unguarded, watcher

KEY = private_key()
PUBLIC = to_base64(KEY.public_key().public_bytes_raw())


@pytest.fixture
def worker(db: None) -> Actor:
    """Give somebody of an agency whose ledger has ten entries and a checkpoint over the first six."""
    worker = watcher()
    fill(worker, 6)
    actions.checkpoint(worker.agency, KEY)
    fill(worker, 4)
    return worker


def ledger(*arguments: str) -> Result:
    return CliRunner().invoke(commands[0], arguments)


def by_itself(monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> int:
    monkeypatch.setattr("sys.argv", ["verify", *arguments])
    return alone.main()


def tamper() -> None:
    with unguarded():
        LedgerEntry.objects.filter(seq=4).delete()


def test_a_sound_ledger_is_said_to_be_sound(worker: Actor) -> None:
    watcher("narae-police")
    said = ledger("verify")
    assert said.exit_code == 0
    assert said.output == "garam-shelter: sound, 10 entries\nnarae-police: sound, 0 entries\n"


def test_what_was_tampered_with_is_named_and_the_exit_status_is_one(worker: Actor) -> None:
    tamper()
    said = ledger("verify", "garam-shelter", "--key", PUBLIC)
    assert said.exit_code == 1
    assert said.output == "garam-shelter: removed 4: entry 4 missing\n"


def test_a_checkpoint_held_by_another_agency_of_the_node_is_used(worker: Actor) -> None:
    police = watcher("narae-police")
    note = actions.checkpoint(worker.agency, KEY)
    actions.keep_peer_checkpoint(police.agency, worker.agency, note, KEY.public_key())
    with unguarded():
        LedgerEntry.objects.filter(seq__gte=8, agency_id=worker.agency).delete()
    said = ledger("verify", "garam-shelter")
    assert said.exit_code == 1
    assert "cut-off 8: entries 8 to 10 missing at the end" in said.output
    assert ledger("held", "narae-police").output.count("\n") == 1
    assert ledger("held", "narae-police", "--peer", str(uuid4())).output == ""


def test_writing_out_is_recorded_and_what_was_written_is_verified_elsewhere(
    worker: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, copies = tmp_path / "ledger.jsonl", tmp_path / "held.jsonl"
    assert ledger("export", "garam-shelter", "--out", str(out)).exit_code == 0
    assert queries.entries(worker)[-1].action == AuditAction.LEDGER_EXPORT
    note = actions.checkpoint(worker.agency, KEY)
    copies.write_bytes(held_line(note, worker.agency, "2026-11-01T03:00:00.000000Z"))
    arguments = [str(out), "--key", PUBLIC, "--held", str(copies)]
    assert by_itself(monkeypatch, arguments) == 0
    assert capsys.readouterr().out == "sound\n"

    lines = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:-2]))
    assert by_itself(monkeypatch, arguments) == 1
    assert capsys.readouterr().out.startswith("cut-off 10: entries 10 to 11 missing at the end")
    assert ledger("verify", "garam-shelter", "--held", str(copies)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "nowhere"], "hosts no agency"),
        (["verify", "--key", PUBLIC], "name it"),
        (["verify", "garam-shelter", "--key", "not a key"], "--key"),
        (["verify", "garam-shelter", "--held", __file__ + ".not"], "--held"),
    ],
)
def test_what_can_not_be_done_is_said_plainly(worker: Actor, arguments: list[str], words: str) -> None:
    said = ledger(*arguments)
    assert said.exit_code == 2
    assert words in said.output


def test_a_file_that_holds_no_copies_is_said_plainly(worker: Actor, tmp_path: Path) -> None:
    (tmp_path / "held").write_text("{}\n", encoding="ascii")
    said = ledger("verify", "garam-shelter", "--held", str(tmp_path / "held"))
    assert (said.exit_code, "not a partner's copy" in said.output) == (2, True)


def test_an_agency_with_no_ledger_yet_has_an_empty_one(db: None) -> None:
    assert queries.head(AgencyId(uuid4()))[0] == 0
