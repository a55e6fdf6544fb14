"""Another agency's case does not exist, an erased one never was, and two who write at once are kept apart."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Barrier
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from ieumgil.ground.accounts import queries as accounts
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, FieldPath
from ieumgil.kernel.outcome import AbsentError, StaleError
from tests.rooms.conftest import NOW, People

Verb = Callable[[Actor, CaseId], object]
NEEDS = FieldPath("needs.services")
TRIGGERS = import_module("ieumgil.ground.audit.migrations.0002_refuse_change")
COLLEAGUE = "colleague@narae.example"


def reads() -> dict[str, Verb]:
    from ieumgil.casefile import queries

    names = ("case", "identity", "facts", "notes", "packet_fields", "key_of", "handle_of")
    return {name: getattr(queries, name) for name in names}


def writes() -> dict[str, Verb]:
    from ieumgil.casefile import actions
    from ieumgil.casefile.rules import Identity, NameNotKnown, Stage

    return {
        "record_identity": lambda actor, case: actions.record_identity(
            actor, case, Identity(NameNotKnown()), version=1
        ),
        "set_facts": lambda actor, case: actions.set_facts(actor, case, {NEEDS: []}, version=1),
        "add_note": lambda actor, case: actions.add_note(actor, case, "a note"),
        "move_stage": lambda actor, case: actions.move_stage(actor, case, Stage.ASSISTANCE, version=1),
        "close_case": lambda actor, case: actions.close_case(actor, case, "goal-reached", version=1),
        "join_team": lambda actor, case: actions.join_team(actor, case, "nobody@narae.example"),
        "keep_draft": lambda actor, case: actions.keep_draft(
            actor, text="words", why="moved-on", subject="x", case=case
        ),
        "erase_case": lambda actor, case: actions.erase_case(actor, case, "person-asked"),
    }


def answer(verb: Verb, actor: Actor, case: CaseId) -> str:
    """Give what somebody outside can tell: the answer's code and its words."""
    try:
        verb(actor, case)
    except AbsentError as absent:
        return f"{absent.code}: {absent}"
    return "there is such a case"


def told_apart(verbs: dict[str, Verb], actor: Actor, case: CaseId) -> list[str]:
    """Give the verbs that answer otherwise than for a case that never was."""
    never = CaseId(uuid4())
    return [name for name, verb in verbs.items() if answer(verb, actor, case) != answer(verb, actor, never)]


@pytest.fixture
def case(people: People) -> CaseId:
    from ieumgil.casefile import actions
    from ieumgil.casefile.rules import Identity, PersonName

    opened = actions.open_case(people.owner, note="marker note", now=NOW)
    actions.record_identity(people.owner, opened, Identity(PersonName("Alphaone")), version=1)
    return opened


@pytest.fixture
def erased(people: People, case: CaseId) -> CaseId:
    from ieumgil.casefile import actions

    actions.set_facts(people.owner, case, {NEEDS: ["shelter"]}, version=2)
    actions.keep_draft(people.owner, text="words", why="moved-on", subject="x", case=case)
    actions.erase_case(people.owner, case, "person-asked")
    return case


def test_the_owner_reaches_the_case_and_nobody_else_can_tell_that_it_is_there(
    people: People, case: CaseId
) -> None:
    from ieumgil.casefile import queries

    assert told_apart(reads(), people.owner, case) == list(reads())
    verbs = reads() | writes()
    assert told_apart(verbs, people.colleague, case) == []
    assert told_apart(verbs, people.stranger, case) == []
    for actor in (people.colleague, people.stranger):
        assert queries.cases(actor).cases == ()
        assert queries.find_by_name(actor, "Alphaone") == []
    assert queries.case(people.owner, case).version == 2


def test_a_query_that_forgets_a_wall_is_found(
    people: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ieumgil.casefile import models, queries
    from ieumgil.kernel.outcome import Allow

    def without_the_agency(_actor: Actor, case: CaseId, _entry: object = None) -> queries.Reached:
        row = models.Case.objects.filter(pk=case).first()
        if row is None:
            raise AbsentError
        return queries.Reached(row)

    with monkeypatch.context() as planted:
        planted.setattr(queries, "find", without_the_agency)
        assert told_apart(reads(), people.stranger, case) == []  # the gate still stands
    with monkeypatch.context() as planted:
        planted.setattr(queries, "may", lambda *_all: Allow())
        assert told_apart(reads(), people.stranger, case) == []  # the query still stands
        assert told_apart(reads(), people.colleague, case) == list(reads())
    monkeypatch.setattr(queries, "find", without_the_agency)
    monkeypatch.setattr(queries, "may", lambda *_all: Allow())
    assert {"case", "key_of"} <= set(told_apart(reads(), people.stranger, case))


def test_the_clock_of_the_agency_knows_a_case_only_by_key_and_handle(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries

    clock = accounts.clock(people.police)
    assert queries.key_of(clock, case) == queries.key_of(people.owner, case)
    assert queries.handle_of(clock, case) == queries.handle_of(people.owner, case)
    with pytest.raises(AbsentError):
        queries.key_of(accounts.clock(people.shelter), case)


def test_an_erased_case_never_was(people: People, erased: CaseId) -> None:
    from ieumgil.casefile import models, queries

    verbs = reads() | writes()
    for actor in (people.owner, people.colleague, people.stranger, accounts.clock(people.police)):
        right_held = {name: verb for name, verb in verbs.items() if actor.worker or name.endswith("_of")}
        assert told_apart(right_held, actor, erased) == []
    assert queries.cases(people.owner).cases == ()
    assert queries.find_by_name(people.owner, "Alphaone") == []
    assert queries.drafts(people.owner) == []
    for table in (models.Identity, models.Fact, models.Note, models.Draft, models.CaseTeam):
        assert not table.objects.filter(case_id=erased).exists()


def test_rows_of_an_erased_case_that_a_backup_brings_back_stay_absent(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, models, queries

    tables = (models.CaseTeam, models.Identity, models.Note)
    backup = [row for table in tables for row in table.objects.filter(case_id=case)]
    assert told_apart(reads(), people.owner, case)
    actions.erase_case(people.owner, case, "person-asked")
    for row in backup:
        row.save(force_insert=True)
    assert told_apart(reads(), people.owner, case) == []
    assert queries.cases(people.owner).cases == ()


def test_erasing_one_case_leaves_the_others_whole(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, queries

    other = actions.open_case(people.owner, note="stays")
    actions.erase_case(people.owner, case, "person-asked")
    assert [note.text for note in queries.notes(people.owner, other)] == ["stays"]
    assert [view.id for view in queries.cases(people.owner).cases] == [other]


def test_the_work_list_comes_in_pages_that_hold_each_case_once(people: People) -> None:
    from ieumgil.casefile import actions, queries

    moments = [NOW + timedelta(days=day // 2) for day in range(7)]  # two a day
    opened = [actions.open_case(people.owner, now=moment) for moment in moments]
    seen, after = [], None
    while True:
        page = queries.cases(people.owner, after=after, limit=2)
        assert len(page.cases) <= 2
        seen += [view.id for view in page.cases]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(opened)
    assert [queries.case(people.owner, case).opened_at for case in seen] == sorted(moments, reverse=True)
    for wrong in ("", "yesterday", f"{NOW.isoformat()}|7"):
        with pytest.raises(AbsentError):
            queries.cases(people.owner, after=wrong)


def test_a_page_costs_the_same_however_many_cases_there_are(people: People) -> None:
    from ieumgil.casefile import actions, queries

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(queries.cases(people.owner, limit=2).cases) == 2
        return len(asked)

    for _ in range(3):
        actions.open_case(people.owner)
    before = cost()
    for _ in range(20):
        actions.open_case(people.owner)
    assert cost() == before
    assert len(queries.cases(people.owner, limit=10_000).cases) == 23


def test_a_locked_agency_shows_its_list_and_opens_nothing(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries
    from ieumgil.ground.vault import actions as vault
    from ieumgil.ground.vault.rules import LockedAgencyError

    vault.lock(people.police)
    assert len(queries.cases(people.owner).cases) == 1
    for read in (queries.identity, queries.notes, queries.packet_fields):
        with pytest.raises(LockedAgencyError):
            read(people.owner, case)


@pytest.fixture
def ledger_refuses_again(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Set up before the database is, and so the last to act: the ledger refuses changes again."""
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        TRIGGERS.refuse_change(apps, editor)


@pytest.fixture
def committed(ledger_refuses_again: None, transactional_db: None, people: People) -> Iterator[People]:
    """Give people who write from several connections at once; afterwards the tables, ledger too, are emptied."""
    yield people
    with connection.schema_editor() as editor:
        TRIGGERS.allow_change(apps, editor)


def test_two_workers_who_write_at_the_same_moment_lose_no_word(committed: People) -> None:
    from ieumgil.casefile import actions, queries

    people = committed
    case = actions.open_case(people.owner)
    actions.join_team(people.owner, case, COLLEAGUE)
    start = Barrier(2)

    def write(actor: Actor, need: str) -> str | None:
        start.wait(timeout=10)
        try:
            actions.set_facts(actor, case, {NEEDS: [need]}, version=1)
        except StaleError as stale:
            return stale.kept
        finally:
            connection.close()
        return "won"

    writers = {"shelter": people.owner, "legal-aid": people.colleague}
    with ThreadPoolExecutor(2) as pool:
        outcome = dict(zip(writers, pool.map(write, writers.values(), writers), strict=True))
    (winner,) = [need for need, told in outcome.items() if told == "won"]
    (loser,) = writers.keys() - {winner}
    assert queries.facts(people.owner, case) == {NEEDS: [winner]}
    assert queries.case(people.owner, case).version == 2
    (draft,) = queries.drafts(writers[loser])
    assert str(draft.id) == outcome[loser]
    assert loser in draft.text
