"""Verbs: record a screening, record a reviewer's reading."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from django.utils import timezone

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.identification import gate, models, queries, rules
from ieumgil.identification.queries import Exploitation, ReadingView, ScreeningView
from ieumgil.identification.rules.record import age_to_json, conclusion_to_json, reading_to_json
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, WorkerId
from ieumgil.kernel.outcome import require


def record_screening(
    actor: Actor,
    *,
    case: CaseId,
    answers: Mapping[str, rules.Choice],
    own_words: Mapping[str, str],
    age_facts: rules.AgeFacts,
    now: datetime | None = None,
) -> ScreeningView:
    """Conclude from the answers and keep both, sealed; `own_words` are by question, as the person said them.

    Raises DeniedError ("no-right", "no-worker"), AbsentError for no such case, UnknownCodeError for no such
    question, ValueError for no such choice, LockedAgencyError.
    """
    at, words = now or timezone.now(), {code: text for code, text in own_words.items() if text.strip()}
    with attempt(actor, AuditAction.SCREENING_RECORD, now=at) as entry:
        require(gate.may_screen(actor))
        entry.subject, key = casefile.handle_of(actor, case), casefile.key_of(actor, case)
        conclusion = rules.screen(
            answers, age_facts=age_facts, questions=queries.question_set(), own_words=words
        )
        row = models.Screening(agency_id=actor.agency, case_id=case, by_id=_worker(actor), asked_at=at)
        row.conclusion, row.rule_version = conclusion.code, conclusion.version
        kept: dict[str, Json] = {
            "answers": dict(answers),
            "own_words": words,
            "age_facts": age_to_json(age_facts),
            "conclusion": conclusion_to_json(conclusion),
        }
        row.sealed = vault.put_json(actor.agency, key, vault.Context(*row.place()), kept)
        row.save(force_insert=True)
        return queries.screening_view(actor, row, key)


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


def _worker(actor: Actor) -> WorkerId:
    return cast("WorkerId", actor.worker)  # the gate has refused the clock
