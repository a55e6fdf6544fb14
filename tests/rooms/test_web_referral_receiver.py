"""The receiver's screens: the work list, the thread, each answer on its small page, the packet, erasing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ieumgil.casefile import queries as casefile
from ieumgil.ground.audit.queries import entries
from ieumgil.kernel.ids import CaseId, FieldPath, ThreadId
from ieumgil.referral.actions import answer, recall, refer
from ieumgil.referral.models import MessageRow
from ieumgil.referral.queries.moves import moves_of
from ieumgil.referral.queries.work import conversation, look
from ieumgil.referral.rules import Kind
from ieumgil.referral.web.thread import ROUTES
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import enquired, in_care, offered, referred
from tests.support.mechanism import a_case, carry, give_consent
from tests.support.reading import hidden_of, text_of

SHELTER, POLICE, COLLEAGUE = "stranger@narae.example", "owner@narae.example", "colleague@narae.example"
"""Who signs in: a worker of the shelter, the police officer who holds the case, and one of the same unit who does not."""


pytestmark = pytest.mark.usefixtures("now_stands")


def url(name: str, thread: ThreadId) -> str:
    return reverse(f"referral:{name}", args=[thread])


def form_of(client: Client, path: str) -> dict[str, str]:
    """Give what a page would send of itself: the hidden fields of its form."""
    return hidden_of(client.get(path))


def said(client: Client, path: str, **fields: object) -> str:
    """Fill a form in and send it; give the text of the page one comes to."""
    response = client.post(path, {**form_of(client, path), **fields}, follow=True)
    assert response.status_code == 200, response.content.decode()
    return text_of(response)


# --- the thread ---


def test_the_thread_says_whose_turn_it_is_and_what_was_said(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    answer.query(mechanism.stranger, thread=thread, question="Which hours are safe?", now=NOW)
    theirs = text_of(signed_in_client(POLICE).get(url("thread", thread)))
    assert "It is their turn" in theirs  # what the shelter asked has not arrived yet
    ours = text_of(signed_in_client(SHELTER).get(url("thread", thread)))
    assert "Not yet signed for by the other side: you still owe delivery" in ours
    carry(NOW)
    page = text_of(signed_in_client(POLICE).get(url("thread", thread)))
    for words in (
        "It is your turn",
        "Until",
        "Which hours are safe?",
        "The place is kept until",
        "A packet of",
        "Bada",
    ):
        assert words in page, words


def test_every_button_of_a_thread_leads_to_a_page_that_is_open_now(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    seen: set[Kind] = set()

    def every_button_works() -> None:
        carry(NOW)
        for actor, handle in ((mechanism.owner, POLICE), (mechanism.stranger, SHELTER)):
            client = signed_in_client(handle)
            page = client.get(url("thread", thread)).content.decode()
            for kind in Kind:
                address = (
                    reverse(ROUTES[kind], args=[thread]) if kind in moves_of(actor, thread).every else None
                )
                if address:
                    seen.add(kind)
                    assert f'href="{address}?heads=' in page, (kind, handle)
                    small = client.get(address)
                    assert small.status_code == 200, kind
                    assert "This step is not open now" not in small.content.decode(), kind

    every_button_works()
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + timedelta(hours=8), now=NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    every_button_works()
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    every_button_works()
    answer.query(mechanism.stranger, thread=thread, question="?", now=NOW)
    every_button_works()
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    every_button_works()
    answer.arrived(mechanism.stranger, thread=thread, now=NOW)
    every_button_works()
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    every_button_works()
    assert seen == set(Kind) - {Kind.ENQUIRY, Kind.ESCALATE, Kind.OPENED}


def test_what_crossed_is_shown_on_both_sides_with_what_it_means(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert [t.effect for t in conversation(mechanism.owner, thread).turns].count("crossed") == 1
    for handle in (POLICE, SHELTER):
        page = text_of(signed_in_client(handle).get(url("thread", thread)))
        assert "each side wrote before it had read the other" in page
        assert "changed nothing" in page


def test_a_page_that_asks_hears_only_that_the_thread_has_moved_on(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    client = signed_in_client(POLICE)
    page = client.get(url("thread", thread)).content.decode()
    found = re.search(r'hx-get="([^"]+seen=[0-9a-f]+)"', page)
    assert found
    assert client.get(found[1], headers={"HX-Request": "true"}).status_code == 204
    answer.query(mechanism.stranger, thread=thread, question="secret words", now=NOW)
    carry(NOW)
    told = client.get(found[1], headers={"HX-Request": "true"})
    assert "moved on" in told.content.decode()
    assert "secret words" not in told.content.decode()


def test_another_agencys_thread_is_as_if_it_never_was(mechanism: People, case: CaseId) -> None:
    thread, never = referred(mechanism, case), uuid4()
    from ieumgil.ground.accounts import actions as accounts
    from ieumgil.ground.accounts.rules import Role

    accounts.invite_worker(
        agency=mechanism.coordinator.agency, handle="third@narae.example", display_name="t",
        roles=[Role.CASE_WORKER, Role.SUPERVISOR], now=NOW,
    )  # fmt: skip
    client = signed_in_client("third@narae.example")
    for name in ("thread", "can_take", "accept", "progress", "opened", "erase"):
        hidden, absent = client.get(url(name, thread)), client.get(reverse(f"referral:{name}", args=[never]))
        assert hidden.status_code == absent.status_code == 404, name
        assert hidden.content == absent.content, name
    assert signed_in_client(SHELTER).get(url("thread", thread)).status_code == 200  # control


# --- the answers ---


def test_the_receiver_answers_from_the_first_question_to_the_outcome(mechanism: People, case: CaseId) -> None:
    thread, client = enquired(mechanism, case), signed_in_client(SHELTER)
    carry(NOW)
    assert "you can take the person" in said(client, url("can_take", thread), hours="8")
    carry(NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    assert "Your question is on its way" in said(client, url("query", thread), question="Which hours?")
    assert "a case of your own is open" in said(client, url("accept", thread))
    assert "has arrived" in said(client, url("arrived", thread), came="2026-11-01T12:00")
    assert "settling in" in said(client, url("progress", thread), code="settling-in")
    assert "how it ended" in said(client, url("outcome", thread), code="own-home")
    carry(NOW)
    page = text_of(signed_in_client(POLICE).get(url("thread", thread)))
    assert "a home of her or his own" in page
    assert look(mechanism.owner, thread).state == "OUTCOME"


def test_a_reason_of_safety_says_no_more(mechanism: People, case: CaseId) -> None:
    thread, client = enquired(mechanism, case), signed_in_client(SHELTER)
    carry(NOW)
    said(client, url("cannot_take", thread), reason="safety")
    (told,) = [t.said for t in conversation(mechanism.stranger, thread).turns if t.kind == "cannot-take"]
    assert told == {"reason": "safety", "suggested": []}


def test_a_double_press_sends_one_message(mechanism: People, case: CaseId) -> None:
    thread, client = referred(mechanism, case), signed_in_client(SHELTER)
    form = form_of(client, url("query", thread)) | {"question": "Which hours?"}
    for _ in range(2):
        assert client.post(url("query", thread), form).status_code == 302
    assert MessageRow.objects.filter(agency_id=mechanism.shelter, kind="query").count() == 1


def test_a_page_of_before_sends_nothing_and_its_words_are_kept(mechanism: People, case: CaseId) -> None:
    thread, client = referred(mechanism, case), signed_in_client(SHELTER)
    old = form_of(client, url("query", thread)) | {"question": "a long question"}
    address = client.get(url("thread", thread)).content.decode()
    recall.recall(mechanism.owner, thread=thread, reason="error", now=NOW)
    carry(NOW)
    stale = client.post(url("query", thread), old)
    assert stale.status_code == 409
    assert "Nothing was sent" in text_of(stale)
    assert "a long question" in stale.content.decode()
    assert not MessageRow.objects.filter(kind="query").exists()
    page = text_of(client.get(url("thread", thread)))
    assert "Words of yours about this were kept" in page
    assert "Words of yours" not in text_of(
        signed_in_client(POLICE).get(url("thread", thread))
    )  # control: another's
    (button,) = re.findall(rf'href="({url("accept", thread)}\?heads=[^"]+)"', address)
    assert "The referral has moved on since this page was opened" in text_of(
        client.get(button.replace("&amp;", "&"))
    )


def test_words_survive_a_mistake_in_the_form(mechanism: People, case: CaseId) -> None:
    thread, client = enquired(mechanism, case), signed_in_client(SHELTER)
    carry(NOW)
    wrong = client.post(url("can_take", thread), form_of(client, url("can_take", thread)) | {"hours": "999"})
    assert wrong.status_code == 422
    assert 'value="999"' in wrong.content.decode()
    later = client.post(
        url("arrived", in_care(mechanism, a_case(mechanism.owner, NOW))), {"came": "2031-01-01T00:00"}
    )
    assert "That is in the future" in text_of(later)


def test_what_the_person_did_not_agree_to_is_not_told(mechanism: People, case: CaseId) -> None:
    thread, client = offered(mechanism, case), signed_in_client(SHELTER)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW, feedback=frozenset())
    refer.refer(mechanism.owner, thread=thread, now=NOW)
    carry(NOW)
    said(client, url("accept", thread))
    said(client, url("arrived", thread), came="2026-11-01T12:00")
    page = client.get(url("progress", thread))
    assert "did not agree that the other agency hears how it goes" in text_of(page)
    assert '<form class="house-form"' not in page.content.decode()
    assert "only that it ended" in text_of(client.get(url("outcome", thread)))
    said(client, url("outcome", thread), code="ended")
    assert conversation(mechanism.stranger, thread).turns[-1].said == {"code": "ended"}


# --- the packet, opened and erased ---


def test_only_a_press_opens_the_packet_and_it_is_on_record(mechanism: People, case: CaseId) -> None:
    thread, client = referred(mechanism, case), signed_in_client(SHELTER)

    def opened() -> int:
        return sum((e.action, e.decision) == ("packet.open", "allow") for e in entries(mechanism.stranger))

    before = client.get(url("opened", thread))
    assert "put on record" in text_of(before)
    assert "예시가" not in before.content.decode()
    assert opened() == 0
    page = client.post(url("opened", thread), form_of(client, url("opened", thread)))
    for words in (
        "예시가",
        "Yesiga Sampleword",
        "Vietnamese",
        "Safe shelter, and nothing else",
        "threats by a recruiter",
    ):
        assert words in text_of(page), words
    assert opened() == 1
    carry(NOW)
    assert "was opened once by a case worker of the receiver" in text_of(
        signed_in_client(POLICE).get(url("thread", thread))
    )


def test_after_a_recall_the_packet_is_shut_and_says_what_to_do(mechanism: People, case: CaseId) -> None:
    thread, client = in_care(mechanism, case), signed_in_client(SHELTER)
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    shut = client.post(url("opened", thread), form_of(client, url("erase", thread)))
    assert shut.status_code == 409
    assert "It was taken back" in text_of(shut)
    assert "예시가" not in shut.content.decode()


def test_what_the_person_lets_us_keep_is_asked_before_it_is_erased(mechanism: People, case: CaseId) -> None:
    thread, client = in_care(mechanism, case), signed_in_client(SHELTER)
    own = CaseId(look(mechanism.stranger, thread).case or uuid4())
    recall.recall(mechanism.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    page = text_of(client.get(url("erase", thread)))
    assert "The bed is not affected" in page
    assert "No consent to your agency covers this" in page
    assert "threats by a recruiter" not in page  # shut: by name, never by value
    give_consent(mechanism.stranger, own, mechanism.shelter, NOW, categories=("safety",))
    form = form_of(client, url("erase", thread)) | {
        "keep": ["safety.threats"],
        "law_what": ["needs"],
        "law_article": "",
    }
    wrong = client.post(url("erase", thread), form)
    assert wrong.status_code == 422
    assert "Name the article that demands it" in text_of(wrong)
    assert "Ask the person first" in text_of(wrong)
    done = client.post(
        url("erase", thread), form | {"law_article": "Narae Act, art. 9", "asked": "on"}, follow=True
    )
    assert "The packet is erased" in text_of(done)
    assert "Kept because a law demands it: What the person needs (Narae Act, art. 9)" in text_of(done)
    assert casefile.facts(mechanism.stranger, own) == {FieldPath("safety.threats"): "threats by a recruiter"}
    carry(NOW)
    assert look(mechanism.owner, thread).state == "ERASED"
