"""What a ledger's database refuses, what is named once it was tampered with, and many writers at once."""

import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ieumgil.ground.audit import actions, queries
from ieumgil.ground.audit.actions import Event, record
from ieumgil.ground.audit.models import Checkpoint, LedgerEntry, LedgerHead, PeerCheckpoint
from ieumgil.ground.audit.note import origin_of, sign_checkpoint
from ieumgil.ground.audit.rules import AuditAction, Frontier
from ieumgil.ground.audit.verify import verify
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from tests.support.ledger import START as NOW
from tests.support.ledger import fill, flushable, private_key, unguarded, watcher

KEY = private_key()


@pytest.fixture(scope="module", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    with flushable():
        yield


@pytest.fixture
def worker(db: None) -> Actor:
    return watcher()


def findings(agency: AgencyId, *held: str) -> list[tuple[str, int | None]]:
    found = verify(queries.export(agency), keys=[KEY.public_key()], held=held)
    return [(finding.kind.value, finding.seq) for finding in found]


# --- what is recorded stays ---


def statements() -> list[str]:
    forms = ["UPDATE {} SET agency_id = agency_id", "DELETE FROM {}"]
    if connection.vendor == "postgresql":
        forms.append("TRUNCATE {}")
    else:
        forms.append("INSERT OR REPLACE INTO {0} SELECT * FROM {0}")
    tables = [model._meta.db_table for model in (LedgerEntry, Checkpoint, PeerCheckpoint)]
    return [form.format(table) for form in forms for table in tables]


def kept_rows(worker: Actor) -> None:
    fill(worker, 2)
    peer = AgencyId(uuid4())
    actions.checkpoint(worker.agency, KEY, now=NOW)
    note = sign_checkpoint(KEY, origin_of(peer), 3, bytes(32))
    actions.keep_peer_checkpoint(worker.agency, peer, note, KEY.public_key(), now=NOW)
    connection.check_constraints()  # or PostgreSQL refuses to truncate for this reason, and not for ours


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return "never changed or removed" in str(error)
    return False


def test_the_database_refuses_to_change_or_remove_what_a_ledger_holds(worker: Actor) -> None:
    kept_rows(worker)
    assert [statement for statement in statements() if not refused(statement)] == []
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.filter(seq=1).update(entry="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.all().delete()


def test_without_the_triggers_the_database_refuses_nothing(worker: Actor) -> None:
    kept_rows(worker)
    with unguarded():
        assert [statement for statement in statements() if refused(statement)] == []
    assert refused("DELETE FROM audit_ledgerentry")


# --- what is tampered with is named ---


def changed_row() -> None:
    row = LedgerEntry.objects.get(seq=4)
    LedgerEntry.objects.filter(seq=4).update(entry=row.entry.replace("case.read", "case.open"))


def removed_row() -> None:
    LedgerEntry.objects.filter(seq=4).delete()


def inserted_row() -> None:
    row = LedgerEntry.objects.get(seq=4)
    last = LedgerEntry.objects.count() + 1
    LedgerEntry.objects.create(agency=row.agency, seq=last, entry=row.entry, leaf_hash=row.leaf_hash)


def swapped_rows() -> None:
    for seq, to in ((4, 99), (5, 4), (99, 5)):
        LedgerEntry.objects.filter(seq=seq).update(seq=to)


def cut_off_rows() -> None:
    LedgerEntry.objects.filter(seq__gte=8).delete()


def cut_off_rows_and_head() -> None:
    cut_off_rows()
    leaves = [bytes(row.leaf_hash) for row in LedgerEntry.objects.order_by("seq")]
    tree = Frontier()
    for leaf in leaves:
        tree = tree.append(leaf)
    LedgerHead.objects.update(size=tree.size, frontier=tree.to_bytes())


def cut_off_rows_head_and_checkpoint() -> None:
    cut_off_rows_and_head()
    Checkpoint.objects.filter(size__gte=8).delete()


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (changed_row, ("changed", 4)),
        (removed_row, ("removed", 4)),
        (inserted_row, ("inserted", 4)),
        (swapped_rows, ("swapped", 4)),
        (cut_off_rows, ("cut-off", 8)),
        (cut_off_rows_and_head, ("cut-off", 8)),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_what_was_done_to_the_rows_is_named(
    worker: Actor, tamper: Callable[[], None], expected: tuple[str, int]
) -> None:
    fill(worker, 10)
    actions.checkpoint(worker.agency, KEY)
    assert findings(worker.agency) == []
    with unguarded():
        tamper()
    assert expected in findings(worker.agency)


def test_an_end_cut_off_with_all_that_remembers_it_is_named_by_a_partners_copy(worker: Actor) -> None:
    fill(worker, 6)
    actions.checkpoint(worker.agency, KEY)
    fill(worker, 4)
    note = actions.checkpoint(worker.agency, KEY)
    with unguarded():
        cut_off_rows_head_and_checkpoint()
    assert findings(worker.agency) == []  # control: on this node nothing shows it
    assert findings(worker.agency, note) == [("cut-off", 8)]


def test_a_row_moved_into_another_agencys_ledger_is_named_in_both(worker: Actor) -> None:
    other = watcher("narae-police")
    fill(worker, 3)
    fill(other, 1)
    with unguarded():
        LedgerEntry.objects.filter(agency_id=worker.agency, seq=2).update(agency_id=other.agency)
    assert ("removed", 2) in findings(worker.agency)
    assert ("inserted", 2) in findings(other.agency)


# --- one writer at a time ---


@pytest.mark.django_db(transaction=True)
def test_a_ledger_is_written_within_a_transaction_only() -> None:
    worker = watcher()
    with pytest.raises(transaction.TransactionManagementError):
        record(worker.agency, "clock", Event(AuditAction.CASE_OPEN, None))
    assert queries.head(worker.agency)[0] == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_ledger() -> None:
    worker = watcher()
    failed: list[Exception] = []

    def write() -> None:
        try:
            fill(worker, 8)
        except Exception as error:  # noqa: BLE001 - told by the test
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert [entry.seq for entry in queries.entries(worker)] == list(range(1, 33))
    assert verify(queries.export(worker.agency)) == []
