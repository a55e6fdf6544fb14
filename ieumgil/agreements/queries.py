"""Reads: purposes, fields and calendars as data, and what holds between two agencies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from ieumgil.agreements.models import Agreement
from ieumgil.agreements.rules import (
    Basis,
    BasisKind,
    Calendar,
    DataField,
    Purpose,
    PurposeKind,
    TimeLimits,
    basis_from,
    limits_from,
)
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import AgencyId, CategoryCode, FieldPath, PurposeCode
from ieumgil.kernel.outcome import AbsentError

JOINING = "joining"
Coded = Literal["purposes", "fields", "categories"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a code is called on screen."""

    en: str
    ko: str


@cache
def purposes() -> Mapping[PurposeCode, Purpose]:
    """Give every purpose by its code, from `data/purposes.json`."""
    rows = _data("purposes.json")["purposes"]
    return MappingProxyType({PurposeCode(row["code"]): _purpose(row) for row in rows})


@cache
def fields() -> Mapping[FieldPath, DataField]:
    """Give every field of a packet by its path, from `data/fields.json`."""
    rows = _data("fields.json")["fields"]
    return MappingProxyType({FieldPath(row["path"]): _field(row) for row in rows})


@cache
def categories() -> frozenset[CategoryCode]:
    """Give every data category's code, from `data/categories.json`."""
    return frozenset(CategoryCode(row["code"]) for row in _data("categories.json")["categories"])


@cache
def labels(of: Coded) -> Mapping[str, Label]:
    """Give the English and Korean label of every purpose, field or category, by code or path."""
    key = "path" if of == "fields" else "code"
    return MappingProxyType({row[key]: Label(row["en"], row["ko"]) for row in _data(f"{of}.json")[of]})


@cache
def htcds_names() -> Mapping[FieldPath, tuple[str, ...]]:
    """Give each field's nearest names in IOM's Human Trafficking Case Data Standard 2.0, often none."""
    rows = _data("fields.json")["fields"]
    return MappingProxyType({FieldPath(row["path"]): tuple(row["htcds"]) for row in rows})


@cache
def country(code: str) -> Mapping[str, Any]:
    """Give a country's profile: regions, agencies, calendars, agreements; AbsentError if there is none."""
    if not code.isalpha() or not _folder().joinpath("countries", f"{code}.json").is_file():
        raise AbsentError
    return MappingProxyType(_data(f"countries/{code}.json"))


@cache
def calendar(code: str, version: int | None = None) -> Calendar:
    """Give a country's calendar, the newest version unless one is named; AbsentError if there is none."""
    versions = [row for row in country(code)["calendars"] if version in {None, row["version"]}]
    if not versions:
        raise AbsentError
    return _calendar(code, max(versions, key=lambda row: int(row["version"])))


def joining_basis(*, limits: TimeLimits | None = None, coordinator: AgencyId | None = None) -> Basis:
    """Give what holds between any two that joined; the roll's limits and coordinator go before the data's."""
    row = _data("joining.json")
    return Basis(
        id=JOINING,
        version=row["version"],
        kind=BasisKind.JOINING,
        purpose_kind=PurposeKind(row["purpose_kind"]),
        purposes=None,
        parties=None,
        categories=None,
        may_skip_enquiry=row["may_skip_enquiry"],
        time_limits=limits or limits_from(row["time_limits"]),
        coordinator=coordinator,
        retention_days=row["retention_days"],
    )


def bases_between(sender: AgencyId, receiver: AgencyId, now: datetime) -> list[Basis]:
    """Give what is in force between two agencies now: agreements that bind both, then the joining basis.

    Of each agreement only the newest version that has begun counts; if it ended or is suspended, none does.
    """
    if sender == receiver:
        return []
    newest = [basis for basis in _newest_begun(now) if basis.binds(sender) and basis.binds(receiver)]
    return [*(basis for basis in newest if basis.in_force(now)), joining_basis()]


def basis_named(basis_id: str, version: int) -> Basis:
    """Give the basis that a packet names, in force or not; AbsentError if this node does not know it."""
    if basis_id == JOINING:
        return joining_basis()
    row = Agreement.objects.filter(agreement=UUID(basis_id), version=version).first()
    if row is None:
        raise AbsentError
    return _basis(row)


def _newest_begun(now: datetime) -> list[Basis]:
    begun = Agreement.objects.filter(valid_from__lte=now).order_by("agreement", "version")
    return [_basis(row) for row in {row.agreement: row for row in begun}.values()]


def _basis(row: Agreement) -> Basis:
    return basis_from(json.loads(row.body), suspended_at=row.suspended_at)


def _purpose(row: Mapping[str, Any]) -> Purpose:
    return Purpose(
        PurposeCode(row["code"]),
        PurposeKind(row["kind"]),
        frozenset(map(FieldPath, row["needs"])),
        frozenset(map(AgencyClass, row["receivers"])),
    )


def _field(row: Mapping[str, Any]) -> DataField:
    return DataField(
        FieldPath(row["path"]),
        CategoryCode(row["category"]),
        never_leaves=row.get("never_leaves", False),
        named_only=row.get("named_only", False),
        unless_for=frozenset(map(PurposeCode, row.get("unless_for", []))),
    )


def _calendar(code: str, row: Mapping[str, Any]) -> Calendar:
    return Calendar(
        code,
        row["version"],
        ZoneInfo(row["zone"]),
        frozenset(row["weekend"]),
        frozenset(map(date.fromisoformat, row["holidays"])),
        date.fromisoformat(row["known_until"]),
    )


@cache
def _data(name: str) -> dict[str, Any]:
    return dict(json.loads(_folder().joinpath(*name.split("/")).read_text("utf-8")))


def _folder() -> Traversable:
    return files("ieumgil.agreements") / "data"
