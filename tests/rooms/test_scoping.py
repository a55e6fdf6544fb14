"""Every query of every room: a stranger's agency is told nothing, and what is gone answers as what never was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import ModuleType
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession

from ieumgil.agreements.queries import joining_basis
from ieumgil.assistance.actions import start_service
from ieumgil.casefile import actions as cases
from ieumgil.casefile import queries as casefile
from ieumgil.casefile.gate import Verb
from ieumgil.consent import actions as consent
from ieumgil.consent.rules import DutyGround, How, LegalDuty, Refused, RefusedWhat
from ieumgil.directory import actions as directory
from ieumgil.directory.rules import Enquiry as Asked
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.post.actions.calls import start_call
from ieumgil.ground.post.rules import DutyPhone
from ieumgil.ground.vault import actions as vault
from ieumgil.identification import actions as identification
from ieumgil.identification import models as read
from ieumgil.identification.queries import reading_view, screening_view
from ieumgil.identification.rules import AgeFacts, Choice
from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, CategoryCode, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.actions import overdue, recall, refer
from ieumgil.referral.actions.duty import review_duty
from ieumgil.referral.actions.shift import hand_over
from ieumgil.referral.models import Counted, ThreadRow
from ieumgil.referral.queries.narrowing import Wanted
from ieumgil.referral.rules import Kind
from tests.rooms.conftest import EVERYTHING, NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import enquired, referred
from tests.support.mechanism import ENQUIRY, a_case, carry, give_consent, give_leave
from tests.support.scoping import (
    Given,
    Many,
    One,
    World,
    asked_by_an_actor,
    leaks_of_many,
    leaks_of_one,
    query_modules,
)

SHELTER, NAME = PurposeCode("shelter"), "Yesiga Sampleword"
ADDRESS, HOUSE, MONTH = "9 Marker Lane", "marker-house", "1999-07"
NEED = Asked("shelter", "bada", frozenset(), frozenset(), "25-34", "female", 0, "no", "no", frozenset())
ADMITS: dict[str, Json] = {
    "sexes": ["female"], "age_bands": ["25-34"], "children_along": 0, "pregnant": False, "urgent_medical": False,
    "accessibility": [],
}  # fmt: skip
OF_A_ROW_FOUND = Given(
    "opens a row that its caller has found for the actor, under a key that is its agency's alone"
)

about_a_case = One("owner", "case", lambda query, actor, case: query(actor, case), "erased case")
about_a_thread = One(
    "owner", "thread", lambda query, actor, thread: query(actor, thread), known_to=("shelter",)
)

# How to ask every query that takes the actor first: one that is not here fails the test below.
TABLE: dict[str, One | Many | Given] = {
    "agreements.queries.bases_with": Given("an agreement is known to every body that may join one; it names no person"),
    "agreements.queries.reporting_duties": Given("reads the country's profile that is shipped with the program"),
    "assistance.queries.services": about_a_case,
    "casefile.queries.about.kept_about": Many("owner", lambda query, actor: query(actor, "x")),
    "casefile.queries.case": about_a_case,
    "casefile.queries.cases": Many("owner", lambda query, actor: query(actor)),
    "casefile.queries.draft_place": Given("says where a row is sealed for, and reads nothing"),
    "casefile.queries.draft": One("owner", "draft", lambda query, actor, draft: query(actor, draft), "erased draft"),
    "casefile.queries.drafts": Many("owner", lambda query, actor: query(actor)),
    "casefile.queries.facts": about_a_case,
    "casefile.queries.find": replace(about_a_case, known_to=("colleague",)),
    "casefile.queries.find_by_name": Many("owner", lambda query, actor: query(actor, NAME)),
    "casefile.queries.handle_of": about_a_case,
    "casefile.queries.identity": about_a_case,
    "casefile.queries.kept": Many("owner", lambda query, actor: query(actor)),
    "casefile.queries.key_of": about_a_case,
    "casefile.queries.notes": about_a_case,
    "casefile.queries.packet_fields": about_a_case,
    "casefile.queries.reach": replace(about_a_case, ask=lambda query, actor, case: query(actor, case, Verb.READ)),
    "casefile.queries.version_of": about_a_case,
    "consent.queries.ended": One(
        "owner", "grant", lambda query, actor, grant: query(actor, [grant], NOW), known_to=("colleague",)
    ),
    "consent.queries.form": about_a_case,
    "consent.queries.grants_of": about_a_case,
    "consent.queries.guardian_may_be_told": about_a_case,
    "consent.queries.has_leave": about_a_case,
    "consent.queries.language_of_leave": about_a_case,
    "consent.queries.live_grants": about_a_case,
    "consent.queries.preview": replace(
        about_a_case,
        ask=lambda query, actor, case: query(
            actor, case, purpose=SHELTER, basis=joining_basis(), recipient=case, now=NOW
        ),
    ),
    "consent.queries.refusals": about_a_case,
    "consent.queries.standing": replace(about_a_case, ask=lambda query, actor, case: query(actor, case, NOW)),
    "directory.queries.answers_here": Given("tells every agency of the node whether another could take, never how many or where"),
    "directory.queries.can_take": Many("owner", lambda query, actor: query(actor, NEED, now=NOW)),
    "directory.queries.location": Many("owner", lambda query, actor: query(actor, HOUSE, reason="a visit")),
    "directory.queries.services": Many("owner", lambda query, actor: query(actor)),
    "ground.accounts.queries.ledger_handle": Given("says the actor's own pseudonym"),
    "ground.audit.queries.entries": Many("owner", lambda query, actor: query(actor)),
    "ground.exchange.queries.open_alarms": Many("owner", lambda query, actor: query(actor)),
    "ground.exchange.queries.undelivered": Many("owner", lambda query, actor: query(actor)),
    "ground.joining.queries.colleagues": Many("owner", lambda query, actor: query(actor)),
    "ground.joining.queries.own_account": Many("owner", lambda query, actor: query(actor)),
    "ground.joining.queries.sessions_of": Many("owner", lambda query, actor: query(actor, this=None)),
    "ground.post.queries.calls": Many("owner", lambda query, actor: query(actor)),
    "ground.post.queries.waits_since": Given("says since when the actor's own notice waits, and nothing of what"),
    "identification.queries.reading": about_a_case,
    "identification.queries.reading_view": OF_A_ROW_FOUND,
    "identification.queries.readings": about_a_case,
    "identification.queries.screening": about_a_case,
    "identification.queries.screening_view": OF_A_ROW_FOUND,
    "identification.queries.screenings": about_a_case,
    "referral.queries.asking.askable": replace(
        about_a_case,
        ask=lambda query, actor, case: query(actor, case, enquiry=ENQUIRY, urgency="urgent", now=NOW),
    ),
    "referral.queries.asking.asked_for": about_a_case,
    "referral.queries.asking.known_for": replace(about_a_case, ask=lambda query, actor, case: query(actor, case, now=NOW)),
    "referral.queries.asking.threads_about": about_a_case,
    "referral.queries.calling.on_duty": about_a_thread,
    "referral.queries.letter.letter": about_a_thread,
    "referral.queries.answering.answering": One(
        "shelter", "thread", lambda query, actor, thread: query(actor, thread, Kind.ACCEPT)
    ),
    "referral.queries.answering.erasing": One(
        "shelter", "thread", lambda query, actor, thread: query(actor, thread, now=NOW), "erased thread"
    ),
    "referral.queries.mark.mark_of": One("owner", "thread", lambda query, actor, thread: query(actor, thread, now=NOW)),
    "referral.queries.moves.moves_in": OF_A_ROW_FOUND,
    "referral.queries.moves.moves_of": about_a_thread,
    "referral.queries.narrowing.threads_of": Many("owner", lambda query, actor: query(actor, Wanted(all_open=True), most=100)),
    "referral.queries.packet.packet": One(
        "shelter", "thread", lambda query, actor, thread: query(actor, thread, asked_for=SHELTER), "erased thread"
    ),
    "referral.queries.passing.own_threads": Many("owner", lambda query, actor: query(actor)),
    "referral.queries.passing.passable": Many("owner", lambda query, actor: query(actor)),
    "referral.queries.passing.passed_to_me": Many("colleague", lambda query, actor: query(actor)),
    "referral.queries.passing.passings_of": OF_A_ROW_FOUND,
    "referral.queries.reviewing.duty_of": One(
        "owner", "undelivered", lambda query, actor, thread: query(actor, thread), known_to=("colleague",)
    ),
    "referral.queries.reviewing.not_upheld": Many("owner", lambda query, actor: query(actor)),
    "referral.queries.rows.row_of": replace(about_a_thread, known_to=("shelter", "colleague")),
    "referral.queries.work.conversation": about_a_thread,
    "referral.queries.work.counted": Many("secretariat", lambda query, actor: query(actor)),
    "referral.queries.work.look": replace(about_a_thread, known_to=("shelter", "colleague")),
    "referral.queries.work.to_review": Many("owner", lambda query, actor: query(actor)),
    "referral.queries.work.watched": Many("secretariat", lambda query, actor: query(actor)),
    "referral.queries.work.work_list": Many("owner", lambda query, actor: query(actor)),
    "referral.queries.work.work_page": Many("owner", lambda query, actor: query(actor)),
}  # fmt: skip


def _told(people: People, case: CaseId) -> UUID:
    """Write into a case whatever can be written."""
    owner = people.owner
    give_leave(owner, case, NOW)
    consent.record_refusal(owner, case, Refused(RefusedWhat.SHARING, "vi", How.READ_ALOUD, NOW), now=NOW)
    start_service(owner, case, "legal-aid", note="a marker note", now=NOW)
    facts = AgeFacts(asked_on=NOW.date(), born=date(1990, 1, 1))
    identification.record_screening(
        owner, case=case, answers={"papers": Choice.YES}, own_words={"papers": "marker words"}, age_facts=facts, now=NOW
    )  # fmt: skip
    identification.record_reading(owner, case=case, established=["EX01"], unknown=[], as_child=False, now=NOW)
    return cases.keep_draft(owner, text="marker words kept", why="moved-on", subject="x", case=case, now=NOW)


def _house(people: People) -> None:
    directory.write_service(
        people.owner, HOUSE, names=("Marker house", "표시의 집"), category="shelter", regions=["bada"], languages=["vi"],
        admits=ADMITS, places=(4, 2), now=NOW,
    )  # fmt: skip
    directory.record_location(people.owner, HOUSE, ADDRESS, now=NOW)


def _stranger() -> Actor:
    agency = accounts.host_agency(
        slug="haneul-shelter", name_en="Haneul", name_ko="하늘", agency_class=AgencyClass.PROTECTION
    )
    vault.create_kek(agency, "a passphrase for tests")
    vault.unlock(agency, "a passphrase for tests")
    accounts.invite_worker(
        agency=agency,
        handle="s@narae.example",
        display_name="s",
        roles=[*EVERYTHING, Role.COORDINATOR],
        now=NOW,
    )
    return actor_for("s@narae.example")


def _signed_in(actor: Actor, handle: str) -> None:
    key = signed_in_client(handle).session.session_key
    UserSession.objects.create(
        user_id=actor.worker, session_key=key, ip="127.0.0.1", user_agent="marker words"
    )


def _in_danger(people: People) -> UUID:
    worker = people.owner.worker
    assert worker is not None
    duty = LegalDuty(
        "Narae Act, art. 7", DutyGround.DANGER_TO_LIFE, frozenset({CategoryCode("identity")}), frozenset(), worker, NOW
    )  # fmt: skip
    return refer.refer_at_once(
        people.owner, case=a_case(people.owner, NOW), to=people.shelter, purpose=SHELTER, urgency="emergency", duty=duty,
        now=NOW,
    ).thread  # fmt: skip


@pytest.fixture
def world(mechanism: People, case: CaseId) -> Iterator[World]:
    """Give two agencies with something of everything, and a third one where somebody has every right there is."""
    people, stranger = mechanism, _stranger()
    erased_case, erased_thread = a_case(people.owner, NOW), referred(people, a_case(people.owner, NOW))
    recall.recall(people.owner, thread=erased_thread, reason="error", now=NOW)
    carry(NOW)
    recall.erase(people.stranger, thread=erased_thread, now=NOW)
    thread = referred(people, case)
    grant = give_consent(people.owner, case, people.shelter, NOW)
    drafts = {name: _told(people, told) for name, told in (("draft", case), ("erased draft", erased_case))}
    _house(people)
    Counted.objects.create(
        agency_id=people.coordinator.agency, told_by=people.police, month=MONTH, rows=[], received_at=NOW
    )
    start_call(people.owner, subject=thread, numbers=[DutyPhone(people.shelter, "000-0000-0041")], now=NOW)
    raise_alarm(people.police, code="thread-forked", peer=people.shelter, subject=str(thread), now=NOW)
    cases.erase_case(people.owner, erased_case, "person-asked", now=NOW)
    carry(NOW)
    undelivered = _in_danger(people)
    overdue.escalate_overdue(now=NOW + timedelta(days=20))
    carry(NOW + timedelta(days=20))
    waiting = enquired(people, a_case(people.owner, NOW))
    hand_over(people.owner, threads=[waiting], to="colleague@narae.example", note="marker words", now=NOW)
    review_duty(people.colleague, thread=ThreadId(_in_danger(people)), upheld=False, now=NOW)
    _signed_in(people.owner, "owner@narae.example")
    yield World(
        {
            "owner": people.owner, "colleague": people.colleague, "shelter": people.stranger,
            "secretariat": people.coordinator, "stranger": stranger,
        },
        {
            "case": case, "erased case": erased_case, "thread": thread, "erased thread": erased_thread, "grant": grant,
            "account": UUID(str(people.owner.worker)), "undelivered": undelivered, "waiting": waiting, "police": people.police,
            **drafts,
        },
        [NAME, "예시가", "marker words", ADDRESS, HOUSE, MONTH, casefile.case(people.owner, case).ref],
    )  # fmt: skip
    vault.lock(stranger.agency)


def leaks(world: World, *names: str) -> list[str]:
    """Give every way in which these queries, or all, tell what they must not, or show nothing here."""
    found: list[str] = []
    for name in names or TABLE:
        row = TABLE[name]
        if isinstance(row, One):
            found += leaks_of_one(name, row, world)
        if isinstance(row, Many):
            found += leaks_of_many(name, row, world)
    return found


def test_a_stranger_is_told_nothing_and_what_is_gone_answers_as_what_never_was(world: World) -> None:
    assert leaks(world) == []


def test_every_query_is_in_the_table_and_the_table_names_no_other() -> None:
    assert sorted(name for module in query_modules() for name in asked_by_an_actor(module)) == sorted(TABLE)


def test_a_new_query_is_missed_in_the_table() -> None:
    module = ModuleType("ieumgil.casefile.queries")
    exec("def newest_case(actor): ...\ndef _own(actor): ...\ndef words(language): ...", vars(module))  # noqa: S102
    assert list(asked_by_an_actor(module)) == ["casefile.queries.newest_case"]


def test_a_query_that_forgets_the_agency_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def row_of(_actor: Actor, thread: ThreadId) -> ThreadRow:
        row = ThreadRow.objects.filter(thread=thread).first()
        if row is None:
            raise AbsentError
        return row

    owner, drafts = world.actors["owner"], casefile.drafts
    with monkeypatch.context() as planted:
        planted.setattr("ieumgil.referral.queries.work.row_of", row_of)
        planted.setattr("ieumgil.casefile.queries.drafts", lambda _actor: drafts(owner))
        found = leaks(world, "referral.queries.work.look", "casefile.queries.drafts")
    assert any(told.startswith("referral.queries.work.look: stranger is told of thread") for told in found)
    assert "casefile.queries.drafts: a stranger is told of marker words" in found
    assert leaks(world, "referral.queries.work.look", "casefile.queries.drafts") == []


def test_a_row_of_another_agency_does_not_open_even_in_a_strangers_hands(
    mechanism: People, case: CaseId
) -> None:
    _told(mechanism, case)
    key = casefile.key_of(mechanism.owner, case)
    reading, screening = read.Reading.objects.get(), read.Screening.objects.get()
    assert reading_view(mechanism.owner, reading, key)
    assert screening_view(mechanism.owner, screening, key)
    with pytest.raises(AbsentError):
        reading_view(mechanism.stranger, reading, key)
    with pytest.raises(AbsentError):
        screening_view(mechanism.stranger, screening, key)
