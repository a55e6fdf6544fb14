"""An old page overwrites nothing (trial D06): what the other side did stands, and what was typed is kept."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.ids import CaseId, PurposeCode, ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.models import MessageRow
from ieumgil.referral.queries.work import look
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import agreed, enquired, in_care, offered, referred
from tests.support.mechanism import carry
from tests.support.reading import hidden_in

WORDS = "After nine, never on Sundays."


pytestmark = pytest.mark.usefixtures("now_stands")


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    """Let the shelter ask something about a person who was referred."""
    known = referred(mechanism, case)
    answer.query(mechanism.stranger, thread=known, question="Which hours are safe?", now=NOW)
    carry(NOW)
    return known


def page_of(client: Client, thread: ThreadId, step: str) -> tuple[str, dict[str, str]]:
    where = f"/threads/{thread}/{step}/"
    return where, hidden_in(client.get(where).content.decode())


def answered_too_late(desk: Client, thread: ThreadId, people: People) -> tuple[str, dict[str, str]]:
    """Answer from a page that was opened before the shelter accepted; gives where, and what the page sent along."""
    where, hidden = page_of(desk, thread, "reply")
    answer.accept(people.stranger, thread=thread, now=NOW)
    carry(NOW)
    desk.post(where, hidden | {"text": WORDS})
    return where, hidden


def said_by(people: People, kind: str) -> int:
    return MessageRow.objects.filter(agency_id=people.police, kind=kind, author="F").count()


def test_the_question_is_answered_once_and_both_sides_agree(
    desk: Client, thread: ThreadId, people: People
) -> None:
    where, hidden = page_of(desk, thread, "reply")
    assert "Which hours are safe?" in desk.get(where).content.decode()
    for _ in range(2):
        assert desk.post(where, hidden | {"text": WORDS}).status_code == 302
    carry(NOW)
    assert (said_by(people, "reply"), agreed(people, thread)) == (1, "REFERRED")


def test_after_the_other_side_accepted_two_old_windows_change_nothing_and_the_words_are_kept(
    desk: Client, thread: ThreadId, people: People
) -> None:
    one, first = page_of(desk, thread, "reply")
    other, second = page_of(desk, thread, "recall")
    answer.accept(people.stranger, thread=thread, now=NOW)
    carry(NOW)
    before = look(people.owner, thread)
    saved = desk.post(one, first | {"text": WORDS})
    told = saved.content.decode()
    recalled = desk.post(other, second | {"reason": "error"})
    carry(NOW)
    assert (saved.status_code, recalled.status_code) == (409, 409)
    assert look(people.owner, thread) == before
    assert agreed(people, thread) == "ACCEPTED"
    assert 'id="moved"' in told
    assert WORDS in told  # still in the form
    (kept,) = casefile.drafts(people.owner)
    assert (kept.text, kept.subject) == (WORDS, str(thread))
    assert f"/kept/{kept.id}/" in told
    assert "does not wait for an answer any more" in told
    assert said_by(people, "reply") == said_by(people, "recall") == 0


def test_the_ledger_has_the_acceptance_and_then_the_attempt(
    desk: Client, thread: ThreadId, people: People
) -> None:
    answered_too_late(desk, thread, people)
    told = LedgerEntry.objects.filter(agency_id=people.police).order_by("seq")
    entries = [json.loads(row.entry) for row in told]
    acts = [(one["action"], one["decision"]) for one in entries]
    came = max(at for at, (action, _) in enumerate(acts) if action == "bundle.accept")
    assert ("referral.reply", "moved-on") in acts[came:]


def test_kept_words_answer_the_next_question_if_they_still_fit(
    desk: Client, thread: ThreadId, people: People
) -> None:
    where, hidden = answered_too_late(desk, thread, people)
    answer.query(people.stranger, thread=thread, question="And on Sundays?", now=NOW)
    carry(NOW)
    (kept,) = casefile.drafts(people.owner)
    told = desk.post(where, hidden | {"text": WORDS}).content.decode()
    assert "?words=" in told
    again = desk.get(f"{where}?words={kept.id}").content.decode()
    assert WORDS in again
    assert desk.post(where, hidden_in(again) | {"text": WORDS}).status_code == 302
    assert WORDS not in desk.get(f"/threads/{thread}/close/?words={kept.id}").content.decode()


def test_an_answer_that_says_nothing_is_not_sent(desk: Client, thread: ThreadId, people: People) -> None:
    where, hidden = page_of(desk, thread, "reply")
    assert desk.post(where, hidden | {"text": " "}).status_code == 422
    assert said_by(people, "reply") == 0


def test_a_wish_to_refer_onward_is_answered_with_yes_or_no(mechanism: People, case: CaseId) -> None:
    thread = in_care(mechanism, case)
    to = mechanism.coordinator.agency
    answer.ask_onward(mechanism.stranger, thread=thread, to=to, purpose=PurposeCode("return"), now=NOW)
    carry(NOW)
    desk = signed_in_client("owner@narae.example")
    where, hidden = page_of(desk, thread, "reply")
    assert desk.post(where, hidden | {"text": WORDS}).status_code == 422  # yes or no is what was asked
    assert desk.post(where, hidden | {"onward": "no"}).status_code == 302
    carry(NOW)
    assert agreed(mechanism, thread) == "IN CARE"


def test_a_referral_is_recalled_with_a_reason_and_the_page_says_what_that_cannot_do(
    desk: Client, thread: ThreadId, people: People
) -> None:
    where, hidden = page_of(desk, thread, "recall")
    page = desk.get(where).content.decode()
    assert "The place to sleep is not touched." in page
    assert "People there have read what they have read." in page
    for _ in range(2):
        assert desk.post(where, hidden | {"reason": "danger"}).status_code == 302
    carry(NOW)
    assert (said_by(people, "recall"), agreed(people, thread)) == (1, "RECALLED")


def test_a_thread_is_closed_with_a_reason_that_fits_its_state(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    desk = signed_in_client("owner@narae.example")
    where, hidden = page_of(desk, thread, "close")
    assert 'value="complete"' not in desk.get(where).content.decode()
    assert desk.post(where, hidden | {"reason": "complete"}).status_code == 422
    assert desk.post(where, hidden | {"reason": "taken-elsewhere"}).status_code == 302
    carry(NOW)
    assert agreed(mechanism, thread) == "CLOSED"


def test_what_cannot_be_closed_now_says_so(desk: Client, thread: ThreadId) -> None:
    assert "the next step comes first" in desk.get(f"/threads/{thread}/close/").content.decode()


def test_what_the_other_side_holds_is_not_put_aside(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    desk = signed_in_client("owner@narae.example")
    where, hidden = page_of(desk, thread, "let-go")
    refused = desk.post(where, hidden)
    assert refused.status_code == 409
    assert "close it instead" in refused.content.decode()


@pytest.mark.parametrize("step", ["reply", "recall", "close", "let-go"])
def test_a_step_in_another_agencys_thread_is_as_one_that_never_was(
    thread: ThreadId, step: str, people: People
) -> None:
    stranger = signed_in_client("coordinator@narae.example")
    role = stranger.get(f"/threads/{thread}/{step}/")
    assert role.status_code == 403  # the role alone says no, before anything is looked for
    owner = signed_in_client("owner@narae.example")
    assert owner.get(f"/threads/{uuid4()}/{step}/").status_code == 404
    assert signed_in_client("colleague@narae.example").get(f"/threads/{thread}/{step}/").status_code in {
        200,
        404,
    }


def test_nothing_was_added_but_what_was_agreed_since(desk: Client, thread: ThreadId, people: People) -> None:
    where, hidden = page_of(desk, thread, "reply")
    assert (
        desk.post(where, hidden | {"text": WORDS, "with_packet": "on", "shown": "another"}).status_code == 409
    )
    assert refer.preview(people.owner, thread=thread, now=NOW).digest == hidden["shown"]
    assert desk.post(where, hidden | {"text": WORDS, "with_packet": "on"}).status_code == 302
