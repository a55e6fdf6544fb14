"""Two at once: a double click sends one message, of two answers one wins, and no word that was typed is lost."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from ieumgil.casefile import queries as casefile
from ieumgil.casefile.actions import set_facts
from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.audit import queries as audit
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.kernel.ids import CaseId, CategoryCode, FieldPath, PurposeCode
from ieumgil.kernel.outcome import DeniedError, StaleError
from ieumgil.referral.actions import answer, enquire, refer
from ieumgil.referral.actions.say import Click
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import conversation, look
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, referred
from tests.support.ledger import flushable
from tests.support.mechanism import ENQUIRY, a_case, carry, found_mechanism, give_leave

SHELTER = PurposeCode("shelter")
ONCE = Click(once="the same form")


@pytest.fixture
def emptied() -> Iterator[None]:
    """Let the tables be emptied after a test with real transactions; set up first, and so the last to act."""
    with flushable():
        yield


@pytest.fixture
def committed(emptied: None, transactional_db: None, people: People) -> People:
    """Give a mechanism whose workers write from several connections at once."""
    found_mechanism([people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW)
    return people


def at_once(verbs: Sequence[Callable[[], object]]) -> list[object]:
    """Start all in the same moment, each on a connection of its own; gives what each gave, or raised."""
    start = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> object:
        start.wait(timeout=10)
        try:
            return verb()
        except (StaleError, DeniedError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


# --- a double click ---


def test_a_double_click_in_the_same_moment_sends_one_message(committed: People) -> None:
    thread = referred(committed, a_case(committed.owner, NOW))
    before = MessageRow.objects.filter(agency=committed.shelter).count()
    said = at_once(
        [lambda: answer.query(committed.stranger, thread=thread, question="?", click=ONCE, now=NOW)] * 2
    )
    assert len(set(map(str, said))) == 1
    assert MessageRow.objects.filter(agency=committed.shelter).count() == before + 1
    twice = at_once(  # the control: two keys are two messages, of which one is out of turn
        [lambda: answer.accept(committed.stranger, thread=thread, now=NOW)] * 2
    )
    assert [isinstance(one, StaleError) for one in twice].count(True) == 1


def test_a_double_click_on_the_first_message_begins_one_thread(committed: People) -> None:
    case = a_case(committed.owner, NOW)
    give_leave(committed.owner, case, NOW)

    def ask() -> enquire.Begun:
        return enquire.enquire(
            committed.owner, case=case, to=committed.shelter, enquiry=ENQUIRY, urgency="urgent", click=ONCE, now=NOW
        )  # fmt: skip

    first, second = at_once([ask, ask])
    assert first == second
    assert ThreadRow.objects.filter(agency=committed.police).count() == 1


def test_two_rounds_of_delivery_at_once_keep_every_message_once(committed: People) -> None:
    case = a_case(committed.owner, NOW)
    give_leave(committed.owner, case, NOW)
    for _ in range(3):
        enquire.enquire(
            committed.owner, case=case, to=committed.shelter, enquiry=ENQUIRY, urgency="urgent", now=NOW
        )
    at_once([lambda: deliver_due(now=NOW)] * 2)
    carry(NOW + timedelta(hours=1))
    assert MessageRow.objects.filter(agency=committed.shelter).count() == 3
    assert not any(look(committed.owner, row.thread).undelivered for row in ThreadRow.objects.all())  # type: ignore[arg-type]


def _in_danger(people: People) -> LegalDuty:
    worker = people.owner.worker
    assert worker is not None
    reached = frozenset(map(CategoryCode, ("identity", "contact", "safety")))
    return LegalDuty("Narae Act, art. 7", DutyGround.DANGER_TO_LIFE, reached, frozenset(), worker, NOW)


def test_a_double_click_on_a_referral_at_once_sends_one(mechanism: People, case: CaseId) -> None:
    def send() -> enquire.Begun:
        return refer.refer_at_once(
            mechanism.owner, case=case, to=mechanism.shelter, purpose=SHELTER, urgency="emergency",
            duty=_in_danger(mechanism), click=ONCE, now=NOW,
        )  # fmt: skip

    assert send() == send()
    assert ThreadRow.objects.count() == 1


# --- two answers ---


def test_of_two_workers_who_answer_at_once_one_wins_and_the_others_words_are_kept(committed: People) -> None:
    thread = referred(committed, a_case(committed.owner, NOW))
    seen = look(committed.stranger, thread).heads
    words = "She can come tonight; the others said no bed."
    worker = actor_for("stranger@narae.example", now=NOW)
    told = at_once(
        [
            lambda: answer.accept(committed.stranger, thread=thread, click=Click(seen, words=words), now=NOW),
            lambda: answer.decline(
                worker, thread=thread, reason="full", click=Click(seen, words=words), now=NOW
            ),
        ]
    )
    (lost,) = [one for one in told if isinstance(one, StaleError)]
    (draft,) = casefile.drafts(committed.stranger)
    assert (str(draft.id), draft.text, draft.subject) == (lost.kept, words, str(thread))
    carry(NOW)
    assert agreed(committed, thread) == ("DECLINED" if lost is told[0] else "ACCEPTED")
    assert len([m for m in conversation(committed.owner, thread).turns if m.author == "R"]) == 2


def test_words_that_go_with_an_acceptance_that_comes_too_late_are_kept(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    seen = look(mechanism.stranger, thread).heads
    answer.decline(mechanism.stranger, thread=thread, reason="full", now=NOW)
    with pytest.raises(StaleError) as stale:
        answer.accept(mechanism.stranger, thread=thread, click=Click(seen, words="she can come"), now=NOW)
    (draft,) = casefile.drafts(mechanism.stranger)
    assert str(draft.id) == stale.value.kept
    assert ThreadRow.objects.get(agency=mechanism.shelter).case_id is None  # no case was opened for it


# --- an old page, saved after the other agency has answered ---


def test_an_old_page_saved_after_the_acceptance_takes_nothing_back(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    both_windows = look(mechanism.owner, thread).heads
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    accepted = [look(actor, thread) for actor in (mechanism.owner, mechanism.stranger)]
    received = packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)

    # The first window changes the referrer's own case, the second says something of a linked person.
    hours = FieldPath("contact.safe_hours")
    version = casefile.case(mechanism.owner, case).version
    set_facts(mechanism.owner, case, {hours: "after nine"}, version=version, now=NOW)
    with pytest.raises(StaleError) as stale:
        refer.reply(
            mechanism.owner, thread=thread, answer=refer.Answer("Her cousin comes along."),
            click=Click(both_windows), now=NOW,
        )  # fmt: skip
    carry(NOW)

    assert [look(actor, thread) for actor in (mechanism.owner, mechanism.stranger)] == accepted
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW) == received
    assert casefile.facts(mechanism.owner, case)[hours] == "after nine"
    (draft,) = casefile.drafts(mechanism.owner)
    assert (draft.text, draft.why, str(draft.id)) == ("Her cousin comes along.", "moved-on", stale.value.kept)
    told = [(entry.action, entry.decision) for entry in audit.entries(mechanism.owner)]
    assert told.index(("bundle.accept", "allow")) < told.index(("referral.reply", "moved-on"))
    assert [turn.kind for turn in conversation(mechanism.owner, thread).turns][-1] == "accept"


def test_a_page_that_is_not_old_is_taken(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="Which hours?", now=NOW)
    carry(NOW)
    page = Click(look(mechanism.owner, thread).heads)
    refer.reply(mechanism.owner, thread=thread, answer=refer.Answer("After nine."), click=page, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "REFERRED"
    assert not casefile.drafts(mechanism.owner)
