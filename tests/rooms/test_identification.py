"""Screenings and readings on a node: sealed, on the record, and absent for everybody else."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from ieumgil.casefile import actions as casefile
from ieumgil.casefile import queries as casefile_queries
from ieumgil.ground.audit.queries import entries
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.identification import actions, models, queries, rules
from ieumgil.identification.queries import Exploitation
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.kernel.permission import Permission
from tests.rooms.conftest import NOW, People

ADULT = rules.AgeFacts(asked_on=NOW.date(), born=date(1990, 1, 1), act_began=date(2026, 1, 1))
WORDS = "marker words of the person"
ANSWERS = {"brought": rules.Choice.YES, "papers": rules.Choice.YES, "work": rules.Choice.YES}


@pytest.fixture
def case(people: People) -> CaseId:
    return casefile.open_case(people.owner, now=NOW)


def screen(actor: Actor, case: CaseId, answers: dict[str, rules.Choice]) -> queries.ScreeningView:
    """Record a screening of an adult with words kept for one question."""
    return actions.record_screening(
        actor, case=case, answers=answers, own_words={"papers": WORDS, "work": " "}, age_facts=ADULT, now=NOW
    )


def decide(actor: Actor, case: CaseId, **more: object) -> queries.ReadingView:
    """Record a reading with exploitation established and deception unknown."""
    told = {
        "established": ["EX01", "EX02"],
        "unknown": ["DR01", "DR02"],
        "as_child": False,
        "now": NOW,
    } | more
    return actions.record_reading(actor, case=case, **told)  # type: ignore[arg-type]


def without(actor: Actor, permission: Permission) -> Actor:
    """Give the actor without one right."""
    return Actor(actor.agency, actor.worker, actor.permissions - {permission}, actor.role)


def decisions(actor: Actor, action: AuditAction) -> list[str]:
    """Give what the ledger says of an action."""
    return [entry.decision for entry in entries(actor, action=action)]


def test_a_screening_concludes_and_is_read_back_with_the_persons_words(people: People, case: CaseId) -> None:
    recorded = screen(people.owner, case, ANSWERS)
    assert recorded.conclusion.code is rules.ConclusionCode.PROTECT_NOW
    assert dict(recorded.own_words) == {"papers": WORDS}
    assert queries.screening(people.owner, case) == recorded
    assert recorded.age_facts == ADULT


def test_asking_again_makes_another_screening_and_keeps_the_first(people: People, case: CaseId) -> None:
    first = screen(people.owner, case, {"work": rules.Choice.UNKNOWN})
    later = actions.record_screening(
        people.owner, case=case, answers=ANSWERS, own_words={}, age_facts=ADULT, now=NOW + timedelta(days=1)
    )
    assert first.conclusion.code is rules.ConclusionCode.ASK_AGAIN
    assert queries.screenings(people.owner, case) == [later, first]
    assert queries.screening(people.owner, case) == later


def test_a_reading_is_read_back_with_the_reviewers_reasons(people: People, case: CaseId) -> None:
    recorded = decide(people.owner, case, reasons="pay slips seen")
    assert recorded.reading.outcome is rules.Outcome.LABOUR_RIGHTS
    assert recorded.reading.may_become == (rules.Outcome.DECEIVED,)
    assert recorded.reasons == "pay slips seen"
    assert queries.reading(people.owner, case) == recorded
    assert queries.readings(people.owner, case) == [recorded]


def test_a_child_is_read_by_the_childs_list_and_an_unverified_set_concludes_nothing(
    people: People, case: CaseId
) -> None:
    assert decide(people.owner, case, as_child=True).reading.outcome is rules.Outcome.CHILD
    signs = {"established": ["SX-EX01", "SX-EX02"], "unknown": [], "exploitation": Exploitation.SEXUAL}
    assert decide(people.owner, case, **signs).reading.outcome is rules.Outcome.WITHHELD


def test_answers_words_and_reasons_lie_sealed(people: People, case: CaseId) -> None:
    screen(people.owner, case, ANSWERS)
    decide(people.owner, case, reasons=WORDS)
    rows = [*models.Screening.objects.values(), *models.Reading.objects.values()]
    columns = [
        bytes(value) if isinstance(value, memoryview | bytes) else value
        for row in rows
        for value in row.values()
    ]
    stored = repr(columns)
    assert "protect-now" in stored  # the control: what lies open is found
    for hidden in (WORDS, "papers", "EX01", "1990"):
        assert hidden not in stored


def test_sealed_bytes_moved_to_another_row_are_tampered_with(people: People, case: CaseId) -> None:
    screen(people.owner, case, ANSWERS)
    other = screen(people.owner, case, {"work": rules.Choice.NO})
    stolen = models.Screening.objects.exclude(pk=other.id).get()
    models.Screening.objects.filter(pk=other.id).update(sealed=bytes(stolen.sealed))
    with pytest.raises(vault.TamperedError):
        queries.screenings(people.owner, case)


def test_writes_and_reads_are_on_the_record_under_the_cases_handle(people: People, case: CaseId) -> None:
    screen(people.owner, case, ANSWERS)
    queries.screening(people.owner, case)
    decide(people.owner, case)
    queries.reading(people.owner, case)
    handle = casefile_queries.handle_of(people.owner, case)
    told = [entry.action for entry in entries(people.owner, subject=handle)]
    assert told[-4:] == ["screening.record", "screening.read", "reading.record", "reading.read"]


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_the_case_does_not_exist_for_another_agency_or_another_team(
    people: People, case: CaseId, who: str
) -> None:
    screen(people.owner, case, ANSWERS)
    decide(people.owner, case)
    actor = getattr(people, who)
    with pytest.raises(AbsentError):
        screen(actor, case, ANSWERS)
    with pytest.raises(AbsentError):
        decide(actor, case)
    for look in (queries.screening, queries.screenings, queries.reading, queries.readings):
        with pytest.raises(AbsentError):
            look(actor, case)
    assert decisions(actor, AuditAction.SCREENING_READ)[-2:] == ["absent", "absent"]
    assert models.Screening.objects.count() == models.Reading.objects.count() == 1


def test_without_the_right_nothing_is_written_and_the_attempt_is_on_the_record(
    people: People, case: CaseId
) -> None:
    with pytest.raises(DeniedError, match="no-right"):
        screen(without(people.owner, Permission.SCREENING_DO), case, ANSWERS)
    with pytest.raises(DeniedError, match="no-right"):
        decide(without(people.owner, Permission.READING_DECIDE), case)
    with pytest.raises(DeniedError, match="no-right"):
        queries.screening(without(people.owner, Permission.CASE_READ), case)
    assert not models.Screening.objects.exists()
    assert not models.Reading.objects.exists()
    for action in (AuditAction.SCREENING_RECORD, AuditAction.READING_RECORD, AuditAction.SCREENING_READ):
        assert decisions(people.owner, action) == ["no-right"]


def test_the_clock_neither_screens_nor_reads(people: People, case: CaseId) -> None:
    clock = Actor(people.police, None, frozenset(Permission))
    with pytest.raises(DeniedError, match="no-worker"):
        screen(clock, case, ANSWERS)
    with pytest.raises(DeniedError, match="no-worker"):
        queries.reading(clock, case)


def test_what_was_never_recorded_is_absent(people: People, case: CaseId) -> None:
    with pytest.raises(AbsentError):
        queries.screening(people.owner, case)
    with pytest.raises(AbsentError):
        queries.reading(people.owner, case)
    assert not queries.screenings(people.owner, case)
    assert not queries.readings(people.owner, case)


def test_a_question_or_an_indicator_that_does_not_exist_leaves_nothing_behind(
    people: People, case: CaseId
) -> None:
    with pytest.raises(rules.UnknownCodeError):
        screen(people.owner, case, {"star-sign": rules.Choice.YES})
    with pytest.raises(rules.UnknownCodeError):
        decide(people.owner, case, established=["XX99"])
    assert not models.Screening.objects.exists()
    assert not models.Reading.objects.exists()


def test_with_the_key_destroyed_a_screening_is_gone(people: People, case: CaseId) -> None:
    screen(people.owner, case, ANSWERS)
    key = casefile_queries.key_of(people.owner, case)
    with transaction.atomic():
        vault.destroy("a ledger handle", people.police, key, "retention-over", now=NOW)
    with pytest.raises(AbsentError):
        queries.screening(people.owner, case)


@pytest.mark.parametrize("code", ["not-a-victim", "", "score-7"])
def test_the_database_refuses_a_third_conclusion(people: People, case: CaseId, code: str) -> None:
    screen(people.owner, case, ANSWERS)
    for allowed in rules.ConclusionCode:  # the control: the two are taken
        models.Screening.objects.update(conclusion=allowed)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Screening.objects.update(conclusion=code)


def test_every_code_has_words_in_both_languages() -> None:
    labels = queries.labels()
    codes = {
        *rules.Choice,
        *rules.ConclusionCode,
        *rules.Rule,
        *rules.Outcome,
        *queries.notes_of("KR"),
        "opening",
    }
    codes |= {row.cell.because for row in queries.combinations().adult if row.cell.because}
    assert {str(code) for code in codes} <= labels.keys()
    assert all(label.en and label.ko for label in labels.values())
    assert queries.notes_of("KR") == ("kr-disability",)
    assert not queries.notes_of("XX")


def test_the_same_click_in_two_hands_at_once_opens_one_case(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = casefile.open_case, iter([True, False])

    def late(actor: Actor, **more: object) -> CaseId:
        if next(tries):
            raise IntegrityError  # the other hand has opened it in this moment
        return real(actor, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("ieumgil.casefile.actions.open_case", late)
    told = {"once": "a key of a page", "answers": ANSWERS, "own_words": {}, "age_facts": ADULT, "now": NOW}
    first = actions.begin_screening(people.owner, **told)  # type: ignore[arg-type]
    monkeypatch.undo()
    again = actions.begin_screening(people.owner, **told)  # type: ignore[arg-type]
    assert (again.id, again.case) == (first.id, first.case)
    assert len(queries.screenings(people.owner, first.case)) == 1


def test_a_click_on_a_case_that_was_erased_since_opens_none(people: People) -> None:
    told = {"once": "a key of a page", "answers": ANSWERS, "own_words": {}, "age_facts": ADULT, "now": NOW}
    first = actions.begin_screening(people.owner, **told)  # type: ignore[arg-type]
    casefile.erase_case(people.owner, first.case, "person-asked")
    with pytest.raises(AbsentError):
        actions.begin_screening(people.owner, **told)  # type: ignore[arg-type]
