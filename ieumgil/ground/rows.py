"""Read, add or change a row with a statement written once, where every message passes: query sets cost several times as much."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Field, Model
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
Values = tuple[Any, ...]


def one(model: type[M], *, lock: bool = False, greatest: str | None = None, **by: object) -> M | None:
    """Give a row in which these columns have these values, None if there is none; of several, the `greatest` in a column.

    `lock`: nobody else changes it until the transaction ends; TransactionManagementError where there is none.
    As `model.objects.filter(**by).first()`, in no order.
    """
    if lock and not connection.in_atomic_block:
        raise TransactionManagementError("a row is locked within a transaction")
    end = " FOR UPDATE" if lock and connection.features.has_select_for_update else ""
    order = f" ORDER BY {_column(model, greatest)} DESC" if greatest else ""
    return next(iter(_found(model, by, f"{order} LIMIT 1{end}")), None)


def some(model: type[M], *, also: str = "", given: tuple[str | int, ...] = (), **by: object) -> list[M]:
    """Give the rows, a few, in which these columns have these values; as `model.objects.filter(**by)`, in no order.

    `also`: what else must hold, as SQL that both engines read, begun with AND, and `given` in its places.
    """
    return _found(model, by, f" {also}", given)


def add(row: M) -> M:
    """Write a new row, and give it with its key; as `row.save(force_insert=True)`."""
    model, keyed = type(row), row.pk is not None
    fields = _given(model, keyed=keyed)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, keyed=keyed), values)
        if not keyed:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001  as Django's own save does
    return row


def change(model: type[Model], by: Mapping[str, object], **values: object) -> int:
    """Change columns of the rows that `by` finds, and give how many; as `model.objects.filter(**by).update(**values)`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _update(model, tuple(values), tuple(by)), _written(model, values) + _written(model, by)
        )
        return int(cursor.rowcount)


def _found(model: type[M], by: Mapping[str, object], end: str, given: Values = ()) -> list[M]:
    none = tuple(name for name, value in by.items() if value is None)
    values = {name: value for name, value in by.items() if value is not None}
    with connection.cursor() as cursor:
        cursor.execute(_select(model, tuple(values), none) + end, _written(model, values) + given)
        read, names = _reader(model), _names(model)
        return [model.from_db(connection.alias, names, read(row)) for row in cursor.fetchall()]


def _written(model: type[Model], values: Mapping[str, object]) -> Values:
    return tuple(_field(model, name).get_db_prep_save(value, connection) for name, value in values.items())


@cache
def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _select(model: type[Model], by: tuple[str, ...], none: tuple[str, ...]) -> str:
    columns = ", ".join(_column(model, name) for name in _names(model))
    equal = _equal(model, by, " AND ") + "".join(f" AND {_column(model, name)} IS NULL" for name in none)
    return f"SELECT {columns} FROM {_table(model)} WHERE {equal}"  # noqa: S608  names of ours


@cache
def _given(model: type[Model], *, keyed: bool) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if keyed or not field.primary_key]


@cache
def _insert(model: type[Model], *, keyed: bool) -> str:
    names = [field.attname for field in _given(model, keyed=keyed)]
    columns, marks = ", ".join(_column(model, name) for name in names), ", ".join(["%s"] * len(names))
    returning = "" if keyed else f" RETURNING {_column(model, str(model._meta.pk.attname))}"
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks}){returning}"  # noqa: S608  as above


@cache
def _update(model: type[Model], names: tuple[str, ...], by: tuple[str, ...]) -> str:
    return f"UPDATE {_table(model)} SET {_equal(model, names, ', ')} WHERE {_equal(model, by, ' AND ')}"  # noqa: S608  as above


@cache
def _reader(model: type[Model]) -> Callable[[Values], Values]:
    compiler = Query(model).get_compiler(connection=connection)
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    converters = compiler.get_converters(columns)
    return lambda row: next(iter(compiler.apply_converters([row], converters)))


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(model: type[Model], name: str) -> str:
    return connection.ops.quote_name(str(_field(model, name).column))


def _equal(model: type[Model], names: tuple[str, ...], between: str) -> str:
    return between.join(f"{_column(model, name)} = %s" for name in names)
