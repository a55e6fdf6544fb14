"""A ledger's head is read once in an attempt: what is undone within it is forgotten, and never leaves a gap."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ieumgil.ground.accounts.queries import ledger_handle
from ieumgil.ground.audit import actions, queries
from ieumgil.ground.audit.actions import Event, attempt, record
from ieumgil.ground.audit.actions.entries import MovedLedgerError
from ieumgil.ground.audit.models import LedgerHead
from ieumgil.ground.audit.rules import AuditAction, checkpoint_name
from ieumgil.ground.audit.verify import verify
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import DeniedError
from tests.support.ledger import private_key, watcher

KEY = private_key()
READ = Event(AuditAction.CASE_READ, None)


@pytest.fixture
def worker(db: None) -> Actor:
    return watcher()


def record_and_be_refused(worker: Actor) -> None:
    with attempt(worker, AuditAction.CONSENT_READ):
        record(worker.agency, ledger_handle(worker), READ)
        actions.checkpoint(worker.agency, KEY)
        raise DeniedError("no-consent")


@transaction.atomic
def record_and_break(worker: Actor) -> None:
    record(worker.agency, ledger_handle(worker), READ)
    raise ZeroDivisionError


def sound(worker: Actor) -> bool:
    return not verify(queries.export(worker.agency), keys=[KEY.public_key()])


def test_what_was_undone_within_an_attempt_leaves_no_gap(worker: Actor) -> None:
    with attempt(worker, AuditAction.CASE_OPEN):
        record(worker.agency, ledger_handle(worker), READ)
        with pytest.raises(DeniedError):
            record_and_be_refused(worker)
    entries = queries.entries(worker)
    assert [(entry.seq, entry.action, entry.decision) for entry in entries] == [
        (1, "case.read", "allow"),
        (2, "consent.read", "no-consent"),
        (3, "case.open", "allow"),
    ]
    assert {entry.prev_checkpoint for entry in entries} == {None}
    assert LedgerHead.objects.get(pk=worker.agency).size == 3
    assert sound(worker)


def test_what_an_attempt_within_an_attempt_wrote_is_gone_on_from(worker: Actor) -> None:
    with attempt(worker, AuditAction.CASE_OPEN):
        with attempt(worker, AuditAction.CASE_READ):
            actions.checkpoint(worker.agency, KEY)
        actions.checkpoint(worker.agency, KEY)
    names = [entry.prev_checkpoint for entry in queries.entries(worker)]
    assert [str(name).partition(":")[0] for name in names] == ["0", "1"]
    assert sound(worker)


def test_a_checkpoint_that_no_entry_of_its_ledger_follows_is_named_all_the_same(worker: Actor) -> None:
    other = watcher("narae-police")
    with attempt(worker, AuditAction.CASE_OPEN):
        actions.checkpoint(other.agency, KEY)
    assert LedgerHead.objects.get(pk=other.agency).newest == checkpoint_name(*queries.head(other.agency))


def test_what_is_undone_behind_an_attempts_back_ends_it(worker: Actor) -> None:
    def undone_and_passed_over() -> None:
        with attempt(worker, AuditAction.CASE_OPEN):
            with pytest.raises(ZeroDivisionError):
                record_and_break(worker)
            record(worker.agency, ledger_handle(worker), READ)

    with pytest.raises(MovedLedgerError):
        undone_and_passed_over()
    assert queries.entries(worker) == []
    assert sound(worker)


def test_a_head_is_read_once_in_an_attempt(worker: Actor) -> None:
    with attempt(worker, AuditAction.CASE_OPEN):
        pass
    with CaptureQueriesContext(connection) as asked, attempt(worker, AuditAction.CASE_OPEN):
        actions.checkpoint(worker.agency, KEY)
        record(worker.agency, ledger_handle(worker), READ)
    heads = [query["sql"] for query in asked if '"audit_ledgerhead"' in query["sql"]]
    assert [sql.partition(" ")[0] for sql in heads] == ["SELECT", "UPDATE", "UPDATE"]
