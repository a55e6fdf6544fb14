"""Verbs: record a screening, in a case or with a new one, record a reviewer's reading."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import uuid4

from django.db import IntegrityError
from django.utils import timezone

from ieumgil.casefile import actions as cases
from ieumgil.casefile import queries as casefile
from ieumgil.casefile.rules import once_id
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.identification import gate, models, queries, rules
from ieumgil.identification.queries import Exploitation, ReadingView, ScreeningView
from ieumgil.identification.rules.record import age_to_json, conclusion_to_json, reading_to_json
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import CaseId, WorkerId
from ieumgil.kernel.outcome import require


def record_screening(
    actor: Actor,
    *,
    case: CaseId,
    answers: Mapping[str, rules.Choice],
    own_words: Mapping[str, str],
    age_facts: rules.AgeFacts,
    once: str = "",
    now: datetime | None = None,
) -> ScreeningView:
    """Conclude from the answers and keep both, sealed; `own_words` are by question, as the person said them.

    The same answers under the same `once`, the random key of a page, are kept once; other answers are kept beside.
    Raises DeniedError ("no-right", "no-worker"), AbsentError for no such case, UnknownCodeError for no such
    question, ValueError for no such choice, LockedAgencyError.
    """
    with attempt(actor, AuditAction.SCREENING_RECORD, now=now) as entry:
        require(gate.may_screen(actor))
        entry.subject = casefile.handle_of(actor, case)
        return _keep(actor, case, _Said(answers, own_words, age_facts), once, now or timezone.now())


def begin_screening(
    actor: Actor,
    *,
    once: str,
    answers: Mapping[str, rules.Choice],
    own_words: Mapping[str, str],
    age_facts: rules.AgeFacts,
    now: datetime | None = None,
) -> ScreeningView:
    """Open a case and record its first screening: both or neither; the same `once` again opens no second case.

    Raises as `record_screening`, and DeniedError for who may not open cases.
    """
    said = _Said(answers, own_words, age_facts)
    try:
        return _begin(actor, once, said, now)
    except IntegrityError:  # the same click in two hands at once: the other one opened it
        return _begin(actor, once, said, now)


def record_reading(
    actor: Actor,
    *,
    case: CaseId,
    established: Collection[str],
    unknown: Collection[str],
    as_child: bool,
    reasons: str = "",
    exploitation: Exploitation = Exploitation.LABOUR,
    now: datetime | None = None,
) -> ReadingView:
    """Read the indicators a reviewer found established or unknown, and keep all of it, with reasons, sealed.

    Raises DeniedError ("no-right", "no-worker"), AbsentError for no such case, UnknownCodeError for no such
    indicator, BothAnswersError for one that is both, LockedAgencyError.
    """
    at, age = now or timezone.now(), rules.AgeClass.CHILD if as_child else rules.AgeClass.ADULT
    with attempt(actor, AuditAction.READING_RECORD, now=at) as entry:
        require(gate.may_decide_reading(actor))
        entry.subject, key = casefile.handle_of(actor, case), casefile.key_of(actor, case)
        indicators, table = queries.indicator_set(exploitation), queries.combinations()
        reading = rules.reading(established, unknown, age, indicators=indicators, table=table)
        row = models.Reading(agency_id=actor.agency, case_id=case, by_id=_worker(actor), at=at)
        row.outcome, row.rule_version = reading.outcome, reading.version
        kept: dict[str, Json] = {
            "established": sorted(established),
            "unknown": sorted(unknown),
            "reasons": reasons,
            "reading": reading_to_json(reading),
        }
        row.sealed = vault.put_json(actor.agency, key, vault.Context(*row.place()), kept)
        row.save(force_insert=True)
        return queries.reading_view(actor, row, key)


@dataclass(frozen=True, slots=True)
class _Said:
    answers: Mapping[str, rules.Choice]
    own_words: Mapping[str, str]
    age_facts: rules.AgeFacts

    @property
    def words(self) -> dict[str, str]:
        return {code: text for code, text in self.own_words.items() if text.strip()}

    def kept(self, conclusion: rules.Conclusion) -> dict[str, Json]:
        return {
            "answers": dict(self.answers),
            "own_words": self.words,
            "age_facts": age_to_json(self.age_facts),
            "conclusion": conclusion_to_json(conclusion),
        }


def _begin(actor: Actor, once: str, said: _Said, now: datetime | None) -> ScreeningView:
    with attempt(actor, AuditAction.SCREENING_RECORD, now=now) as entry:
        require(gate.may_screen(actor))
        case = cases.open_case(actor, once=once, now=now)
        entry.subject = casefile.handle_of(actor, case)
        return _keep(actor, case, said, once, now or timezone.now())


def _keep(actor: Actor, case: CaseId, said: _Said, once: str, at: datetime) -> ScreeningView:
    key = casefile.key_of(actor, case)
    conclusion = rules.screen(
        said.answers, age_facts=said.age_facts, questions=queries.question_set(), own_words=said.words
    )
    kept = said.kept(conclusion)
    made = once_id("screening", actor.worker, case, once, canonical(kept).decode()) if once else uuid4()
    there = models.Screening.objects.filter(pk=made).first() if once else None
    if there is not None:
        return queries.screening_view(actor, there, key)
    row = models.Screening(id=made, agency_id=actor.agency, case_id=case, by_id=_worker(actor), asked_at=at)
    row.conclusion, row.rule_version = conclusion.code, conclusion.version
    row.sealed = vault.put_json(actor.agency, key, vault.Context(*row.place()), kept)
    row.save(force_insert=True)
    return queries.screening_view(actor, row, key)


def _worker(actor: Actor) -> WorkerId:
    return cast("WorkerId", actor.worker)  # the gate has refused the clock
