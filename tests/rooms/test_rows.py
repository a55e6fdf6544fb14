"""A statement written once reads and changes what a query set would, for every kind of column, on both engines."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from ieumgil.ground import rows
from ieumgil.ground.audit.models import LedgerHead
from ieumgil.ground.exchange.models import AgencyKey
from ieumgil.referral.actions import answer, enquire, refer
from ieumgil.referral.models import ThreadRow
from tests.rooms.conftest import NOW, People
from tests.support.mechanism import ENQUIRY, a_case, carry, found_mechanism, give_consent, give_leave


@pytest.fixture
def mechanism(people: People) -> People:
    """Give a mechanism in which a person was referred, so that many tables hold something."""
    found_mechanism([people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW)
    case = a_case(people.owner, NOW)
    give_leave(people.owner, case, NOW)
    give_consent(people.owner, case, people.shelter, NOW)
    begun = enquire.enquire(
        people.owner, case=case, to=people.shelter, enquiry=ENQUIRY, urgency="urgent", now=NOW
    )
    carry(NOW)
    answer.can_take(people.stranger, thread=begun.thread, place_until=NOW + timedelta(hours=8), now=NOW)
    carry(NOW)
    refer.refer(people.owner, thread=begun.thread, now=NOW)
    carry(NOW)
    return people


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
