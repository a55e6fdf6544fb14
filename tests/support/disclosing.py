"""Purposes, fields, bases and grants for tests, read from the data files without Django; all agencies are invented."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import ieumgil
from ieumgil.agreements.rules import (
    Basis,
    BasisKind,
    DataField,
    LimitUnit,
    Purpose,
    PurposeKind,
    TimeLimit,
    TimeLimits,
)
from ieumgil.consent.rules import Form, GivenBy, Grant, How
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CategoryCode, FieldPath, GrantId, PurposeCode, WorkerId

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SENDER, SHELTER, CLINIC, OFFICE = (AgencyId(UUID(int=number)) for number in range(1, 5))
WORKER, SECOND = (WorkerId(UUID(int=number)) for number in (11, 12))
LIMITS = TimeLimits(
    TimeLimit(2, LimitUnit.HOURS), TimeLimit(24, LimitUnit.HOURS), TimeLimit(5, LimitUnit.WORKING_DAYS)
)

_DATA = Path(ieumgil.__file__).parent / "agreements" / "data"


def rows_of(name: str) -> list[dict[str, Any]]:
    """Give the rows of one of the data files of agreements."""
    rows: list[dict[str, Any]] = json.loads((_DATA / f"{name}.json").read_text("utf-8"))[name]
    return rows


FIELD_ROWS = rows_of("fields")
PURPOSE_ROWS = rows_of("purposes")
CATEGORIES = frozenset(CategoryCode(row["code"]) for row in rows_of("categories"))
FIELDS: Mapping[FieldPath, DataField] = {
    FieldPath(row["path"]): DataField(
        FieldPath(row["path"]),
        CategoryCode(row["category"]),
        never_leaves=row.get("never_leaves", False),
        named_only=row.get("named_only", False),
        unless_for=frozenset(map(PurposeCode, row.get("unless_for", []))),
    )
    for row in FIELD_ROWS
}
PURPOSES: Mapping[PurposeCode, Purpose] = {
    PurposeCode(row["code"]): Purpose(
        PurposeCode(row["code"]),
        PurposeKind(row["kind"]),
        frozenset(map(FieldPath, row["needs"])),
        frozenset(map(AgencyClass, row["receivers"])),
    )
    for row in PURPOSE_ROWS
}


def marker(path: str) -> str:
    """Give a text that can stand nowhere but in this field."""
    return f"MARKER<{path}>"


def full_case() -> dict[FieldPath, Json]:
    """Give a case that knows every field of the catalogue, each by its marker, and one that no catalogue knows."""
    return {FieldPath(path): marker(path) for path in (*FIELDS, "identity.shoe_size")}


def basis(kind: BasisKind = BasisKind.AGREEMENT, **changed: object) -> Basis:
    """Give a basis of protection for everybody and everything, but for what is changed."""
    said: dict[str, Any] = {
        "id": "joining" if kind is BasisKind.JOINING else str(UUID(int=99)),
        "version": 1,
        "kind": kind,
        "purpose_kind": PurposeKind.PROTECTION,
        "purposes": None,
        "parties": None,
        "categories": None,
        "may_skip_enquiry": False,
        "time_limits": LIMITS,
    }
    said.update(changed)
    return Basis(**said)


def grant(number: int = 1, **changed: object) -> Grant:
    """Give an adult's spoken consent to everything for the shelter, health and status named, but for what is changed."""
    said: dict[str, Any] = {
        "id": GrantId(UUID(int=number)),
        "version": 1,
        "purposes": frozenset(PURPOSES),
        "recipients": frozenset({SHELTER}),
        "categories": CATEGORIES,
        "named_categories": frozenset({CategoryCode("health"), CategoryCode("status")}),
        "given_at": NOW - DAY,
        "until": NOW + 30 * DAY,
        "language": "vi",
        "how": How.READ_ALOUD,
        "form": Form.SPOKEN,
        "by_whom": GivenBy.PERSON,
    }
    said.update(changed)
    return Grant(**said)


def codes(*names: str) -> frozenset[CategoryCode]:
    """Give category codes."""
    return frozenset(map(CategoryCode, names))


def purposes_of(kind: PurposeKind) -> Iterable[Purpose]:
    """Give every purpose of a kind."""
    return (purpose for purpose in PURPOSES.values() if purpose.kind is kind)
