"""A statement written once reads and changes what a query set would, for every kind of column, on both engines."""

import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from ieumgil.ground import rows
from ieumgil.ground.audit.models import LedgerEntry, LedgerHead, PeerCheckpoint
from ieumgil.ground.exchange.models import AgencyKey, InboxItem, OutboxItem
from ieumgil.kernel.ids import CaseId
from ieumgil.referral.models import MessageRow, ThreadRow
from tests.rooms.conftest import NOW, People
from tests.support.journeys import referred


@pytest.fixture(autouse=True)
def a_referral(mechanism: People, case: CaseId) -> None:
    """Let a person be referred, so that many tables hold something."""
    referred(mechanism, case)


FRESH = {"message_id": "f" * 64, "bundle_id": "f" * 64, "seq": 9_000, "size": 9_000}


def held() -> Iterator[models.Model]:
    for model in apps.get_models():
        if model.__module__.startswith("ieumgil"):
            yield from model._default_manager.all()[:3]


def columns(row: models.Model) -> dict[str, object]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


def test_a_row_is_read_as_a_query_set_reads_it(mechanism: People) -> None:
    kinds = set()
    for row in held():
        again = rows.one(type(row), **{row._meta.pk.attname: row.pk})
        assert again is not None
        assert again == row
        assert not again._state.adding
        assert columns(again) == columns(row)
        kinds |= {type(field).__name__ for field in row._meta.concrete_fields}
    assert kinds >= {"UUIDField", "DateTimeField", "JSONField", "BinaryField", "BooleanField", "ForeignKey"}


def test_a_row_is_changed_as_a_query_set_changes_it(mechanism: People) -> None:
    row = ThreadRow.objects.all()[0]
    values = {
        "heads": ["a", "b"], "missed": True, "due_at": NOW, "own_last": "x" * 64, "own_seq": 7, "onward_of": uuid.uuid4(),
    }  # fmt: skip
    assert rows.change(ThreadRow, {"id": row.pk, "agency_id": row.agency_id}, **values) == 1
    assert columns(ThreadRow.objects.get(pk=row.pk)) == columns(row) | values
    assert rows.change(ThreadRow, {"id": uuid.uuid4()}, due_at=None) == 0
    assert rows.change(ThreadRow, {"id": row.pk}, due_at=None) == 1
    assert ThreadRow.objects.get(pk=row.pk).due_at is None
    assert rows.change(AgencyKey, {"agency_id": mechanism.police}, sealed_private=b"") > 1
    assert not AgencyKey.objects.filter(agency_id=mechanism.police).exclude(sealed_private=b"").exists()


def test_a_row_is_added_as_a_query_set_adds_it(mechanism: People) -> None:
    for model in (MessageRow, OutboxItem, LedgerEntry, InboxItem, PeerCheckpoint):
        (kept,) = model._default_manager.filter(agency_id=mechanism.shelter)[:1]
        values = columns(kept) | {name: fresh for name, fresh in FRESH.items() if hasattr(kept, name)}
        del values["id"]
        added = rows.add(model(**values))
        (again,) = (row for row in model._default_manager.all() if row.pk == added.pk)
        assert not added._state.adding
        assert columns(again) == columns(added)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.add(model(**values))


def test_the_greatest_is_given_and_some_are_all(mechanism: People) -> None:
    own: dict[str, Any] = {"agency_id": mechanism.police}
    sealed = OutboxItem.objects.filter(**own)
    assert rows.one(OutboxItem, greatest="seq", **own) == sealed.order_by("-seq").first()
    assert rows.one(OutboxItem, greatest="seq", agency_id=uuid.uuid4()) is None
    assert {row.pk for row in rows.some(OutboxItem, **own)} == set(sealed.values_list("pk", flat=True))
    rows.change(OutboxItem, {"id": sealed[0].pk}, settled_at=None)
    (unsettled,) = rows.some(OutboxItem, settled_at=None, **own)
    assert unsettled == sealed.get(settled_at=None)


def test_nobody_is_found_where_one_column_differs(mechanism: People) -> None:
    row = ThreadRow.objects.get(agency_id=mechanism.police)
    assert rows.one(ThreadRow, agency_id=mechanism.police, thread=row.thread) == row
    assert rows.one(ThreadRow, agency_id=mechanism.coordinator.agency, thread=row.thread) is None


def test_a_locked_row_is_locked_where_the_engine_can_and_only_within_a_transaction(mechanism: People) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert rows.one(LedgerHead, lock=True, agency_id=mechanism.police)
    assert asked[0]["sql"].endswith("FOR UPDATE") is connection.features.has_select_for_update


def test_outside_a_transaction_nothing_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(transaction.TransactionManagementError):
        rows.one(LedgerHead, lock=True, agency_id=uuid.uuid4())
