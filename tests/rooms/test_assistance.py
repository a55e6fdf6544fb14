"""Services started and ended: by the team of the case only, each once at a time, the note sealed with the case."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import parse_object
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from tests.rooms.conftest import People

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def case(people: People) -> CaseId:
    from ieumgil.casefile import actions

    return actions.open_case(people.owner, now=NOW)


def start(actor: Actor, case: CaseId, service: str = "legal-aid", note: str | None = None) -> UUID:
    from ieumgil.assistance import actions

    return actions.start_service(actor, case, service, note=note, now=NOW)


def test_a_service_starts_and_ends_with_its_note_sealed(people: People, case: CaseId) -> None:
    from ieumgil.assistance import actions, models, queries

    delivery = start(people.owner, case, note="marker note")
    start(people.owner, case, "shelter")
    actions.end_service(people.owner, delivery, now=LATER)
    first, second = sorted(queries.services(people.owner, case), key=lambda view: view.service)
    assert (first.service, first.started_at, first.ended_at) == ("legal-aid", NOW, LATER)
    assert (first.note, first.by, second.note, second.ended_at) == (
        "marker note",
        people.owner.worker,
        None,
        None,
    )
    sealed = models.ServiceDelivery.objects.get(pk=delivery).sealed
    assert sealed is not None
    assert b"marker" not in bytes(sealed)


def test_each_verb_leaves_one_entry_about_the_case(people: People, case: CaseId) -> None:
    from ieumgil.assistance import actions, queries
    from ieumgil.casefile.queries import handle_of

    def ledger() -> list[tuple[object, object, object]]:
        rows = LedgerEntry.objects.filter(agency_id=people.police).order_by("seq")
        parsed = (parse_object(row.entry.encode()) for row in rows)
        return [(entry["action"], entry["decision"], entry["subject"]) for entry in parsed]

    before, handle = len(ledger()), handle_of(people.owner, case)
    delivery = start(people.owner, case)
    actions.end_service(people.owner, delivery)
    queries.services(people.owner, case)
    verbs = ["service.start", "service.end", "service.read"]
    assert ledger()[before:] == [(verb, "allow", handle) for verb in verbs]


def test_a_service_ends_once_and_not_before_it_starts(people: People, case: CaseId) -> None:
    from ieumgil.assistance import actions

    delivery = start(people.owner, case)
    with pytest.raises(DeniedError, match="ends-before-it-starts"):
        actions.end_service(people.owner, delivery, now=NOW - timedelta(seconds=1))
    actions.end_service(people.owner, delivery, now=NOW)
    with pytest.raises(DeniedError, match="already-ended"):
        actions.end_service(people.owner, delivery, now=LATER)


def test_a_service_started_twice_runs_once_and_the_second_note_is_kept(people: People, case: CaseId) -> None:
    from ieumgil.assistance import actions, queries
    from ieumgil.casefile.queries import drafts

    delivery = start(people.owner, case, note="first")
    with pytest.raises(StaleError) as stale:
        start(people.owner, case, note="second")
    assert [view.note for view in queries.services(people.owner, case)] == ["first"]
    (draft,) = drafts(people.owner)
    assert (str(draft.id), draft.text, draft.subject) == (stale.value.kept, "second", "service.start")
    with pytest.raises(StaleError) as without_words:
        start(people.owner, case)
    assert without_words.value.kept is None

    actions.end_service(people.owner, delivery)
    start(people.owner, case)
    assert len(queries.services(people.owner, case)) == 2


def test_a_service_is_named_by_a_code(people: People, case: CaseId) -> None:
    for words in ("", "Legal aid for Alphaone", "legal-", "x" * 41):
        with pytest.raises(ValueError, match="code"):
            start(people.owner, case, words)


def test_nobody_without_the_right_delivers_or_looks(people: People, case: CaseId) -> None:
    from ieumgil.assistance import actions, queries

    delivery = start(people.owner, case)
    for actor in (people.coordinator, accounts.clock(people.police)):
        for verb in (
            lambda actor=actor: start(actor, case),
            lambda actor=actor: actions.end_service(actor, delivery),
            lambda actor=actor: queries.services(actor, case),
        ):
            with pytest.raises(DeniedError, match="no-right"):
                verb()


def found_by(actor: Actor, case: CaseId, delivery: UUID) -> list[str]:
    """Give the verbs that answer this actor otherwise than for what never was."""
    from ieumgil.assistance import actions, queries

    verbs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "services": (lambda: queries.services(actor, case), lambda: queries.services(actor, CaseId(uuid4()))),
        "start": (lambda: start(actor, case, "shelter"), lambda: start(actor, CaseId(uuid4()), "shelter")),
        "end": (lambda: actions.end_service(actor, delivery), lambda: actions.end_service(actor, uuid4())),
    }

    def answer(verb: Callable[[], object]) -> str:
        try:
            verb()
        except AbsentError as absent:
            return f"{absent.code}: {absent}"
        return "there is"

    return [name for name, (here, never) in verbs.items() if answer(here) != answer(never)]


def test_outside_the_team_and_after_erasure_there_is_no_service(people: People, case: CaseId) -> None:
    from ieumgil.casefile.actions import erase_case

    delivery = start(people.owner, case, note="marker note")
    assert found_by(people.colleague, case, delivery) == []
    assert found_by(people.stranger, case, delivery) == []
    assert found_by(people.owner, case, delivery) == ["services", "start", "end"]
    erase_case(people.owner, case, "person-asked")
    assert found_by(people.owner, case, delivery) == []


def test_a_room_that_forgets_who_asks_is_found(
    people: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ieumgil.casefile import queries as casefile

    delivery, handle_of, key_of = start(people.owner, case), casefile.handle_of, casefile.key_of
    monkeypatch.setattr(casefile, "handle_of", lambda _actor, asked: handle_of(people.owner, asked))
    monkeypatch.setattr(casefile, "key_of", lambda _actor, asked: key_of(people.owner, asked))
    assert found_by(people.colleague, case, delivery) == ["services", "start", "end"]
