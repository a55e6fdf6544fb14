"""Reads: the catalogues as data, and the screenings and readings of a case."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.actions import Entry, attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.identification import gate, models, rules
from ieumgil.identification.rules.record import age_from_json, conclusion_from_json, reading_from_json
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, KeyId, WorkerId
from ieumgil.kernel.outcome import AbsentError, require


class Exploitation(StrEnum):
    """Which list of indicators a reviewer reads by; `sexual` is unverified and never concludes."""

    LABOUR = "labour"
    SEXUAL = "sexual"


_FILES = {Exploitation.LABOUR: "ilo-2009-labour.csv", Exploitation.SEXUAL: "sexual-unverified.csv"}


@dataclass(frozen=True, slots=True)
class Label:
    """What a code is called on screen."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class ScreeningView:
    """A screening as its case's team sees it, concluded as it was then."""

    id: UUID
    case: CaseId
    by: WorkerId
    asked_at: datetime
    conclusion: rules.Conclusion
    answers: Mapping[str, rules.Choice]
    own_words: Mapping[str, str]
    age_facts: rules.AgeFacts


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A reading as its case's team sees it, as it came out then."""

    id: UUID
    case: CaseId
    by: WorkerId
    at: datetime
    reading: rules.Reading
    established: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: str


@cache
def question_set() -> rules.QuestionSet:
    """Give the first-contact questions of `data/questions.json`."""
    return rules.question_set(_json("questions.json"))


@cache
def indicator_set(exploitation: Exploitation) -> rules.IndicatorSet:
    """Give the indicators for one kind of exploitation, from its CSV file in `data/`."""
    rows = csv.DictReader(_text(_FILES[exploitation]).splitlines())
    return rules.indicator_set(exploitation, rows)


@cache
def combinations() -> rules.Combinations:
    """Give the table of the 64 cells, from `data/ilo-2009-combinations.json`."""
    return rules.combinations(_json("ilo-2009-combinations.json"))


@cache
def labels() -> Mapping[str, Label]:
    """Give the English and Korean words of elements, rules, notes, choices, outcomes and their reasons."""
    palermo, cells, questions = map(_json, ("palermo.json", "ilo-2009-combinations.json", "questions.json"))
    rows = [*palermo["elements"], *palermo["rules"], *palermo["notes"], *cells["words"]]
    rows += [*questions["choices"], *questions["conclusions"], {"code": "opening", **questions["opening"]}]
    return MappingProxyType({row["code"]: Label(row["en"], row["ko"]) for row in rows})


def notes_of(profile: str) -> tuple[str, ...]:
    """Give the codes of what a country's law adds to the rules ("KR"), to be shown beside a conclusion."""
    return tuple(note["code"] for note in _json("palermo.json")["notes"] if note["profile"] == profile)


def screening(actor: Actor, case: CaseId) -> ScreeningView:
    """Give the newest screening of a case, on record; DeniedError, AbsentError for no case or none yet."""
    with attempt(actor, AuditAction.SCREENING_READ) as entry:
        key = _key_to_read(actor, case, entry)
        row = _screenings(actor, case).first()
        if row is None:
            raise AbsentError
        return screening_view(actor, row, key)


def screenings(actor: Actor, case: CaseId) -> list[ScreeningView]:
    """Give all screenings of a case, newest first, on the record, so that nothing need be asked twice.

    Raises DeniedError without the right, AbsentError for no such case.
    """
    with attempt(actor, AuditAction.SCREENING_READ) as entry:
        key = _key_to_read(actor, case, entry)
        return [screening_view(actor, row, key) for row in _screenings(actor, case)]


def reading(actor: Actor, case: CaseId) -> ReadingView:
    """Give the newest reading of a case, on record; DeniedError, AbsentError for no case or none yet."""
    with attempt(actor, AuditAction.READING_READ) as entry:
        key = _key_to_read(actor, case, entry)
        row = _readings(actor, case).first()
        if row is None:
            raise AbsentError
        return reading_view(actor, row, key)


def readings(actor: Actor, case: CaseId) -> list[ReadingView]:
    """Give all readings of a case, newest first, on the record; DeniedError, AbsentError for no case."""
    with attempt(actor, AuditAction.READING_READ) as entry:
        key = _key_to_read(actor, case, entry)
        return [reading_view(actor, row, key) for row in _readings(actor, case)]


def screening_view(actor: Actor, row: models.Screening, key: KeyId) -> ScreeningView:
    """Open a row under its case's key, for the room's own verbs, after the gate; raises as the vault does."""
    kept = _opened(actor, row, key)
    return ScreeningView(
        id=row.id,
        case=CaseId(row.case_id),
        by=WorkerId(row.by_id),
        asked_at=row.asked_at,
        conclusion=conclusion_from_json(kept["conclusion"]),
        answers=MappingProxyType({code: rules.Choice(choice) for code, choice in kept["answers"].items()}),
        own_words=MappingProxyType(kept["own_words"]),
        age_facts=age_from_json(kept["age_facts"]),
    )


def reading_view(actor: Actor, row: models.Reading, key: KeyId) -> ReadingView:
    """Open a row under its case's key, for the room's own verbs, after the gate; raises as the vault does."""
    kept = _opened(actor, row, key)
    return ReadingView(
        id=row.id,
        case=CaseId(row.case_id),
        by=WorkerId(row.by_id),
        at=row.at,
        reading=reading_from_json(kept["reading"]),
        established=tuple(kept["established"]),
        unknown=tuple(kept["unknown"]),
        reasons=kept["reasons"],
    )


def _key_to_read(actor: Actor, case: CaseId, entry: Entry) -> KeyId:
    require(gate.may_look(actor))
    entry.subject = casefile.handle_of(actor, case)
    return casefile.key_of(actor, case)


def _screenings(actor: Actor, case: CaseId) -> QuerySet[models.Screening]:
    return models.Screening.objects.filter(agency_id=actor.agency, case_id=case).order_by("-asked_at", "-id")


def _readings(actor: Actor, case: CaseId) -> QuerySet[models.Reading]:
    return models.Reading.objects.filter(agency_id=actor.agency, case_id=case).order_by("-at", "-id")


def _opened(actor: Actor, row: models.Screening | models.Reading, key: KeyId) -> dict[str, Any]:
    kept = vault.get_json(actor.agency, key, vault.Context(*row.place()), bytes(row.sealed))
    return cast("dict[str, Any]", kept)


@cache
def _json(name: str) -> dict[str, Any]:
    return dict(json.loads(_text(name)))


def _text(name: str) -> str:
    return (files("ieumgil.identification") / "data" / name).read_text("utf-8")
