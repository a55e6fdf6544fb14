"""A node at the terminal: the root key goes away from it under words of its own, and who joins or leaves is on record."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ieumgil.ground.accounts.queries import actor_for, hosted, ledger_handle
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.ground.audit.rules import Entry, read_entry
from ieumgil.ground.exchange.actions.roots import read_root
from ieumgil.ground.exchange.cards import verify_card
from ieumgil.ground.exchange.keys import sign_public
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import WrongPassphraseError
from ieumgil.kernel.canonical import parse_object
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission
from ieumgil.site.commands import node
from tests.rooms.conftest import People

OF_THE_VAULT = "an invented passphrase of the vault"
OF_THE_ROOT = "an invented passphrase of the root"


def say(*arguments: str) -> Result:
    return CliRunner().invoke(node, arguments, standalone_mode=False)


def host(folder: Path, *, root_passphrase: str = OF_THE_ROOT) -> Result:
    """Host an agency whose files lie in a folder."""
    (folder / "vault").write_text(OF_THE_VAULT + "\n", encoding="utf-8")
    (folder / "away").write_text(root_passphrase + "\n", encoding="utf-8")
    given = {
        "--passphrase-file": "vault",
        "--root-passphrase-file": "away",
        "--root-out": "root.json",
        "--card-out": "card.json",
    }
    words = [word for option, name in given.items() for word in (option, str(folder / name))]
    return say("host", "narae-labour", "--address", "http://127.0.0.1:9", *words)


def entries(agency: AgencyId) -> list[Entry]:
    rows = LedgerEntry.objects.filter(agency_id=agency).order_by("seq")
    return [read_entry(row.entry.encode()) for row in rows]


def test_a_root_key_opens_with_words_of_its_own_which_the_node_does_not_hold(
    db: None, home: Path, tmp_path: Path
) -> None:
    done = host(tmp_path)
    agency = AgencyId(verify_card(parse_object((tmp_path / "card.json").read_bytes())).agency)
    assert str(agency) == done.return_value
    assert "away from this node" in done.stderr
    assert str(tmp_path / "root.json") in done.stderr
    with pytest.raises(WrongPassphraseError):
        read_root(tmp_path / "root.json", agency, OF_THE_VAULT, cheap=True)
    root = read_root(tmp_path / "root.json", agency, OF_THE_ROOT, cheap=True)
    card = verify_card(parse_object((tmp_path / "card.json").read_bytes()))
    assert sign_public(root) == card.root
    assert "key.make" in [entry.action for entry in entries(agency)]
    vault.lock(agency)


@pytest.mark.parametrize("words", [OF_THE_VAULT, ""])
def test_the_words_of_the_vault_are_not_taken_for_the_root_key(
    db: None, home: Path, tmp_path: Path, words: str
) -> None:
    assert "passphrase of its own" in str(host(tmp_path, root_passphrase=words).exception)
    assert "narae-labour" not in [agency.slug for agency in hosted()]
    assert not (tmp_path / "root.json").exists()


def test_who_is_invited_and_whose_role_is_taken_back_stands_in_the_ledger(people: People) -> None:
    handle = "new@narae.example"
    say("invite", "narae-police", handle, "--role", "case-worker", "--role", "reviewer")
    worker = actor_for(handle)
    assert {Permission.REFERRAL_ANSWER, Permission.READING_DECIDE} <= worker.permissions
    assert say("take-back-role", "narae-police", handle, "reviewer").exception is None
    assert Permission.READING_DECIDE not in actor_for(handle).permissions
    assert Permission.REFERRAL_ANSWER in actor_for(handle).permissions
    invited, taken = entries(people.police)[-2:]
    assert (invited.action, taken.action) == ("worker.invite", "worker.role")
    assert invited.subject == taken.subject == ledger_handle(worker)
    assert invited.actor == "clock"
    assert handle not in str(LedgerEntry.objects.values_list("entry", flat=True))


def test_a_role_is_taken_back_from_a_worker_of_the_named_agency_only(people: People) -> None:
    refused = say("take-back-role", "garam-shelter", "owner@narae.example", Role.REVIEWER.value)
    assert isinstance(refused.exception, AbsentError)
    assert Permission.READING_DECIDE in actor_for("owner@narae.example").permissions
    assert entries(people.shelter)[-1].decision == "absent"
