"""Reads: purposes, fields and calendars as data, and what holds between two agencies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from ieumgil.agreements.models import Agreement
from ieumgil.agreements.rules import (
    Basis,
    BasisKind,
    Calendar,
    Copy,
    DataField,
    Purpose,
    PurposeKind,
    ReportingDuty,
    TimeLimits,
    basis_from,
    copies_that_count,
    duties_of,
    limits_from,
    newest_begun,
)
from ieumgil.ground.accounts.queries import agency_facts, hosted, is_hosted
from ieumgil.kernel.actor import Actor, AgencyClass
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


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """A telephone number that answers day and night, and whose it is."""

    number: str
    label: Label


def national_numbers(code: str) -> tuple[NationalNumber, ...]:
    """Give whom one rings in a country when nobody else answers; AbsentError if there is no such country."""
    rows = country(code).get("national_numbers", [])
    return tuple(NationalNumber(row["number"], Label(row["en"], row["ko"])) for row in rows)


def duty_phones(agency: AgencyId) -> tuple[str, ...]:
    """Give the numbers of whoever is on duty at an agency, from the country's profile; often none."""
    rows = country(settings.IEUMGIL_COUNTRY)["agencies"]
    return tuple(number for row in rows if row["id"] == str(agency) for number in row.get("duty_phones", []))


def reporting_duties(actor: Actor) -> tuple[ReportingDuty, ...]:
    """Give what the actor's agency must report of a person without papers, from the country's profile.

    None means that nobody has looked, not that there is no duty. Raises AbsentError for an agency not hosted here.
    """
    facts = agency_facts(actor.agency)
    return duties_of(country(settings.IEUMGIL_COUNTRY).get("reporting", []), facts.slug, facts.agency_class)


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

    Each of the two that this node hosts must hold the same words. Of each agreement only the newest version that has
    begun counts; if it ended or is suspended for one of them, none does.
    """
    rows = list(Agreement.objects.order_by("loaded_at"))
    held = {
        side: newest_begun(_held(side, rows), now) for side in (sender, receiver) if rows and is_hosted(side)
    }
    return _between(sender, receiver, held, now)


def bases_with(actor: Actor, receivers: Iterable[AgencyId], now: datetime) -> dict[AgencyId, list[Basis]]:
    """Give what `bases_between` gives for the actor's agency and each of these, in as many queries for many as for one."""
    asked, rows = list(receivers), list(Agreement.objects.order_by("loaded_at"))
    here = {AgencyId(agency.pk) for agency in hosted()} if rows else set()
    held = {side: newest_begun(_held(side, rows), now) for side in here & {actor.agency, *asked}}
    return {receiver: _between(actor.agency, receiver, held, now) for receiver in asked}


def _between(
    sender: AgencyId, receiver: AgencyId, held: Mapping[AgencyId, Mapping[str, Copy]], now: datetime
) -> list[Basis]:
    if sender == receiver:
        return []
    sides = [held[side] for side in (sender, receiver) if side in held]
    agreed = [
        copy.basis
        for copy in (sides[0].values() if sides else ())
        if copy.basis.binds(sender)
        and copy.basis.binds(receiver)
        and all(_holds_too(side.get(copy.basis.id), copy, now) for side in sides)
    ]
    return [*agreed, joining_basis()]


def basis_named(agency: AgencyId, basis_id: str, version: int) -> Basis:
    """Give the basis that a packet names, in force or not; AbsentError if none of this name counts for the agency."""
    if basis_id == JOINING:
        return joining_basis()
    for copy in copies_for(agency, basis_id):
        if copy.basis.version == version:
            return copy.basis
    raise AbsentError


def copies_for(agency: AgencyId, agreement: str) -> list[Copy]:
    """Give the versions of an agreement that count for a hosted agency, oldest first; none if the id is none."""
    try:
        rows = Agreement.objects.filter(agreement=UUID(agreement)).order_by("loaded_at")
    except ValueError:
        return []
    return _held(agency, rows)


def _held(agency: AgencyId, rows: Iterable[Agreement]) -> list[Copy]:
    near = [row for row in rows if row.for_parties or row.agency_id == agency]
    copies = [Copy(_basis(row), row.sha256, own=row.agency_id == agency) for row in near]
    return copies_that_count(copy for copy in copies if copy.own or copy.basis.binds(agency))


def _holds_too(held: Copy | None, copy: Copy, now: datetime) -> bool:
    return held is not None and held.digest == copy.digest and held.basis.in_force(now)


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
