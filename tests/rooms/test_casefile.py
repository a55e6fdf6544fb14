"""A case: written by its team only, in order, nothing lost; read on record; found by name; erased for good."""

import unicodedata
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, parse_object
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from tests.rooms.conftest import People

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NEEDS, HEALTH = FieldPath("needs.services"), FieldPath("health.urgent")
COLLEAGUE = "colleague@narae.example"


@pytest.fixture
def case(people: People) -> CaseId:
    from ieumgil.casefile import actions

    return actions.open_case(people.owner, note="marker note", now=NOW)


def name_case(actor: Actor, case: CaseId, name: str, *forms: str, version: int = 1) -> None:
    from ieumgil.casefile import actions
    from ieumgil.casefile.rules import Identity, NameForm, PersonName, Script

    written = tuple(NameForm(Script.LATIN, form) for form in forms)
    actions.record_identity(actor, case, Identity(PersonName(name, written)), version=version)


def entries(agency: AgencyId) -> list[dict[str, Json]]:
    rows = LedgerEntry.objects.filter(agency_id=agency).order_by("seq")
    return [parse_object(row.entry.encode()) for row in rows]


def last(agency: AgencyId, count: int = 1) -> list[tuple[Json, Json]]:
    return [(entry["action"], entry["decision"]) for entry in entries(agency)[-count:]]


def test_a_case_opens_with_a_neutral_code_a_holder_and_a_team(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries
    from ieumgil.casefile.rules import Stage

    view = queries.case(people.owner, case)
    assert view.ref[:1].isalpha()
    assert len(view.ref) == 6
    assert (view.stage, view.holder) == (Stage.IDENTIFICATION, people.owner.worker)
    assert view.team == {people.owner.worker}
    assert (view.opened_at, view.closed_at, view.version) == (NOW, None, 1)


def test_nobody_opens_a_case_without_the_right_or_closed(people: People) -> None:
    from ieumgil.casefile import actions
    from ieumgil.casefile.rules import Stage

    for actor in (people.coordinator, accounts.clock(people.police)):
        with pytest.raises(DeniedError, match="no-right"):
            actions.open_case(actor)
    with pytest.raises(DeniedError, match="no-such-move"):
        actions.open_case(people.owner, stage=Stage.CLOSED)
    assert last(people.police) == [("case.open", "no-such-move")]


def test_a_code_that_is_taken_is_not_given_again(
    people: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ieumgil.casefile import actions, queries

    numbers = iter([7, 7, 7, 8])
    monkeypatch.setattr("ieumgil.casefile.actions.secrets.randbits", lambda _bits: next(numbers))
    refs = [queries.case(people.owner, actions.open_case(people.owner)).ref for _ in range(2)]
    assert refs == ["A0-007", "A0-008"]


def test_what_is_recorded_comes_back(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, queries
    from ieumgil.casefile.rules import Birth, Identity, PersonName, Sex

    identity = Identity(
        PersonName("예시가"), Birth(2008, 12, age_said="19 by Korean counting"), Sex.FEMALE, ("ZZ",)
    )
    assert queries.identity(people.owner, case) is None
    assert actions.record_identity(people.owner, case, identity, version=1) == 2
    assert actions.set_facts(people.owner, case, {NEEDS: ["shelter"], HEALTH: True}, version=2) == 3
    assert actions.set_facts(people.owner, case, {HEALTH: None}, version=3) == 4

    assert queries.identity(people.owner, case) == identity
    assert queries.facts(people.owner, case) == {NEEDS: ["shelter"]}
    assert [note.text for note in queries.notes(people.owner, case)] == ["marker note"]
    assert queries.packet_fields(people.owner, case) == {
        "identity.name": "예시가",
        "identity.birth_date": "2008-12",
        "identity.age_said": "19 by Korean counting",
        "identity.nationality": ["ZZ"],
        "identity.sex": "female",
        "needs.services": ["shelter"],
        "notes.case": ["marker note"],
    }


def test_the_database_holds_no_word_about_the_person(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, models

    name_case(people.owner, case, "Markername")
    actions.set_facts(people.owner, case, {NEEDS: ["markerneed"]}, version=2)
    actions.keep_draft(people.owner, text="markerdraft", why="moved-on", subject="thread")
    tables = (models.Case, models.CaseTeam, models.Identity, models.Fact, models.Note, models.Draft)

    def held() -> bytes:
        rows = (row for table in tables for row in table.objects.values_list())
        values = (bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for r in rows for v in r)
        return b" ".join(values).lower()

    assert b"marker" not in held()
    ledger = " ".join(LedgerEntry.objects.values_list("entry", flat=True))
    assert "marker" not in ledger.lower()
    assert str(case) not in ledger
    models.Note.objects.filter(case_id=case).update(sealed=b"marker in the clear")
    assert b"marker" in held()


def test_a_row_moved_to_another_case_does_not_open(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, models, queries
    from ieumgil.ground.vault.rules import TamperedError

    other = actions.open_case(people.owner)
    models.Note.objects.update(case_id=other)
    with pytest.raises(TamperedError):
        queries.notes(people.owner, other)


def test_each_read_leaves_one_entry_about_the_case(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries

    handle = queries.handle_of(people.owner, case)
    reads = {
        "case.read": queries.case,
        "identity.read": queries.identity,
        "fields.read": queries.packet_fields,
        "note.read": queries.notes,
    }
    for action, read in reads.items():
        before = len(entries(people.police))
        read(people.owner, case)
        assert len(entries(people.police)) == before + 1
        assert last(people.police) == [(action, "allow")]
        assert entries(people.police)[-1]["subject"] == handle


def test_nothing_is_read_when_the_ledger_cannot_be_written(
    people: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ieumgil.casefile import queries

    def full(*_all: object, **_named: object) -> None:
        raise OSError("no space left")

    assert queries.notes(people.owner, case)
    monkeypatch.setattr("ieumgil.ground.rows.add", full)
    with pytest.raises(OSError, match="no space"):
        queries.notes(people.owner, case)


def test_a_refused_look_into_a_colleagues_case_says_whose_it_was(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries

    with pytest.raises(AbsentError):
        queries.identity(people.colleague, case)
    refused = entries(people.police)[-1]
    assert (refused["action"], refused["decision"]) == ("identity.read", "absent")
    assert refused["subject"] == queries.handle_of(people.owner, case)


def test_a_case_moves_along_the_way_closes_and_opens_again(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, queries
    from ieumgil.casefile.rules import Stage

    assert actions.move_stage(people.owner, case, Stage.ASSISTANCE, version=1) == 2
    for stage, why in ((Stage.ASSISTANCE, "no-such-move"), (Stage.CLOSED, "no-such-move")):
        with pytest.raises(DeniedError, match=why):
            actions.move_stage(people.owner, case, stage, version=2)
    assert actions.close_case(people.owner, case, "goal-reached", version=2, now=NOW) == 3
    assert queries.case(people.owner, case).closed_at == NOW
    assert actions.move_stage(people.owner, case, Stage.ASSISTANCE, version=3) == 4
    assert queries.case(people.owner, case).closed_at is None


def test_words_for_a_closed_case_are_kept(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, queries

    actions.close_case(people.owner, case, "goal-reached", version=1)
    with pytest.raises(StaleError) as stale:
        actions.add_note(people.owner, case, "a late word")
    (draft,) = queries.drafts(people.owner)
    assert stale.value.kept == str(draft.id)
    assert (draft.text, draft.subject, draft.why, draft.case) == ("a late word", "note.add", "moved-on", case)
    assert last(people.police, 3)[:2] == [("note.add", "moved-on"), ("draft.keep", "allow")]


def test_of_two_writers_from_one_version_one_wins_and_the_others_words_are_kept(
    people: People, case: CaseId
) -> None:
    from ieumgil.casefile import actions, queries

    actions.join_team(people.owner, case, COLLEAGUE)
    actions.set_facts(people.owner, case, {NEEDS: ["shelter"]}, version=1)
    with pytest.raises(StaleError) as stale:
        actions.set_facts(people.colleague, case, {NEEDS: ["legal-aid"]}, version=1)
    assert queries.facts(people.owner, case) == {NEEDS: ["shelter"]}
    assert queries.case(people.owner, case).version == 2
    (draft,) = queries.drafts(people.colleague)
    assert (str(draft.id), draft.text) == (stale.value.kept, '{"needs.services":["legal-aid"]}')
    assert queries.drafts(people.owner) == []


def test_an_old_page_moves_nothing(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions
    from ieumgil.casefile.rules import Stage

    actions.move_stage(people.owner, case, Stage.ASSISTANCE, version=1)
    with pytest.raises(StaleError) as stale:
        actions.move_stage(people.owner, case, Stage.ASSISTANCE, version=1)
    assert stale.value.kept is None
    with pytest.raises(StaleError):
        actions.close_case(people.owner, case, "goal-reached", version=1)


def test_words_about_no_case_are_kept_for_their_writer_alone_until_let_go(people: People) -> None:
    from ieumgil.casefile import actions, queries

    first = actions.keep_draft(people.owner, text="one", why="moved-on", subject="thread", now=NOW)
    later = NOW + timedelta(minutes=1)
    actions.keep_draft(people.owner, text="two", why="moved-on", subject="thread", now=later)
    assert [draft.text for draft in queries.drafts(people.owner)] == ["two", "one"]
    for actor in (people.colleague, people.stranger):
        assert queries.drafts(actor) == []
        with pytest.raises(AbsentError):
            actions.drop_draft(actor, first)
    actions.drop_draft(people.owner, first)
    assert [draft.text for draft in queries.drafts(people.owner)] == ["two"]
    with pytest.raises(DeniedError):
        actions.keep_draft(accounts.clock(people.police), text="x", why="y", subject="z")


def test_a_colleague_sees_a_case_once_taken_in(people: People, case: CaseId) -> None:
    from ieumgil.casefile import actions, queries

    with pytest.raises(DeniedError, match="not-oneself"):
        actions.join_team(people.colleague, case, COLLEAGUE)
    actions.join_team(people.owner, case, COLLEAGUE)
    actions.join_team(people.owner, case, COLLEAGUE)
    assert queries.case(people.colleague, case).team == {people.owner.worker, people.colleague.worker}
    for unknown in ("stranger@narae.example", "nobody@narae.example"):
        with pytest.raises(AbsentError):
            actions.join_team(people.owner, case, unknown)
    with pytest.raises(DeniedError, match="not-holder"):
        actions.erase_case(people.colleague, case, "person-asked")


def test_a_person_is_found_by_any_form_of_the_full_name(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries

    name_case(people.owner, case, "가나 다라", "Gana Dara")
    for said in ("가나 다라", "가나다라", unicodedata.normalize("NFD", "가나 다라"), "GANA-DARA"):
        assert [view.id for view in queries.find_by_name(people.owner, said)] == [case]
        assert queries.find_by_name(people.colleague, said) == []
        assert queries.find_by_name(people.stranger, said) == []
    for said in ("가나", "unknown", "", "Dara Gana"):
        assert queries.find_by_name(people.owner, said) == []
    assert last(people.police) == [("name.search", "allow")]


def test_people_of_one_name_are_found_and_those_without_a_known_name_are_not(people: People) -> None:
    from ieumgil.casefile import actions, queries
    from ieumgil.casefile.rules import Identity, NameNotKnown

    single, unnamed = actions.open_case(people.owner), actions.open_case(people.owner)
    name_case(people.owner, single, "Alphaone")
    actions.record_identity(people.owner, unnamed, Identity(NameNotKnown()), version=1)
    assert [view.id for view in queries.find_by_name(people.owner, "alphaone")] == [single]
    for said in ("None", "name not known", "-", "이름 없음"):
        assert queries.find_by_name(people.owner, said) == []
    assert queries.packet_fields(people.owner, unnamed) == {"identity.name": None}


def test_a_name_that_was_put_right_no_longer_finds(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries

    name_case(people.owner, case, "Wrongone")
    name_case(people.owner, case, "Rightone", version=2)
    assert queries.find_by_name(people.owner, "Wrongone") == []
    assert len(queries.find_by_name(people.owner, "Rightone")) == 1


def test_a_hit_of_the_index_is_confirmed_by_reading(people: People, case: CaseId) -> None:
    from ieumgil.casefile import queries
    from ieumgil.ground.vault import actions as vault
    from ieumgil.ground.vault.queries import cases_with_name

    name_case(people.owner, case, "Alphaone")
    key = queries.key_of(people.owner, case)
    vault.index_name(people.police, key, case, ["Alphaone", "Chance Hit"])
    assert cases_with_name(people.police, "Chance Hit") == {case}
    assert queries.find_by_name(people.owner, "Chance Hit") == []


def test_the_commands_open_note_and_find(people: People) -> None:
    from ieumgil.casefile import queries
    from ieumgil.casefile.commands import commands

    def run(*words: str, said: str = "") -> object:
        acting = SimpleNamespace(actor=people.owner)
        told = CliRunner().invoke(commands[0], words, obj=acting, standalone_mode=False, input=said)
        assert told.exception is None
        return told.return_value

    opened = run("open", "--stage", "assistance")
    assert isinstance(opened, UUID)
    run("note", str(opened), said="asked for, not on the line\n")
    assert queries.notes(people.owner, CaseId(opened))[0].text == "asked for, not on the line"
    name_case(people.owner, CaseId(opened), "Alphaone")
    view = queries.case(people.owner, CaseId(opened))
    assert run("find", "--name", "Alphaone") == [{"ref": view.ref, "stage": view.stage, "case": str(opened)}]
    assert run("find", "--name", str(uuid4())) == []
