"""What was agreed by telephone, fax or letter, recorded afterwards: a thread as any other, the same on both sides."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from ieumgil.agreements import actions as agreements
from ieumgil.agreements.queries import country
from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions import answer, enquire, refer
from ieumgil.referral.contents import How, Spoken, SpokenWith, is_spoken_in_time, spoken_part
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.work import conversation
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import agreed
from tests.support.mechanism import ENQUIRY, carry, give_consent, give_leave
from tests.support.reading import hidden_in

ABOUT = {"need": "shelter", "region": "bada", "urgency": "urgent", "languages": ["vi"], "sex": "female"}
CALL = {
    "how": "telephone",
    "to_role": "duty",
    "at": "2026-11-01T02:10",
    "agreed": "asked",
    "do": "send",
    "once": "r",
}
AT_TWO = NOW - timedelta(hours=9, minutes=50)  # 02:10 in Seoul
HOUR = timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("now_stands")


@pytest.fixture
def desk(mechanism: People, case: CaseId) -> Client:
    give_leave(mechanism.owner, case, NOW)
    return signed_in_client("owner@narae.example")


def address(case: CaseId) -> str:
    return f"/cases/{case}/recorded/"


def only_thread(people: People) -> ThreadId:
    return ThreadId(ThreadRow.objects.get(agency_id=people.police).thread)


def test_the_whole_way_may_be_recorded_and_both_sides_see_how_it_was_said(
    mechanism: People, case: CaseId
) -> None:
    give_leave(mechanism.owner, case, NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    call = Spoken(How.TELEPHONE, NOW - 2 * HOUR, SpokenWith.DUTY)
    begun = enquire.enquire(
        mechanism.owner,
        case=case,
        to=mechanism.shelter,
        enquiry=ENQUIRY,
        urgency="urgent",
        spoken=call,
        now=NOW,
    )
    carry(NOW)
    there, thread = mechanism.stranger, begun.thread
    answer.can_take(there, thread=thread, place_until=NOW + HOUR, spoken=call, now=NOW)
    carry(NOW)
    refer.refer(mechanism.owner, thread=thread, spoken=Spoken(How.FAX, NOW - HOUR), now=NOW)
    carry(NOW)
    answer.accept(there, thread=thread, spoken=Spoken(How.LETTER, NOW - HOUR), now=NOW)
    answer.arrived(there, thread=thread, at=NOW - HOUR, spoken=call, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "IN CARE"
    for actor in (mechanism.owner, there):
        turns = conversation(actor, thread).turns
        said = {turn.kind: (turn.said or {}).get("spoken") for turn in turns}
        told = {"how": "telephone", "at": time_text(NOW - 2 * HOUR), "with": "duty"}
        assert said["enquiry"] == said["can-take"] == said["arrived"] == told
        assert said["accept"] == {"how": "letter", "at": time_text(NOW - HOUR)}


@pytest.mark.parametrize(
    ("at", "code"), [(NOW + HOUR, "spoken-in-future"), (NOW - timedelta(days=31), "spoken-too-long-ago")]
)
def test_what_lies_ahead_or_long_ago_is_not_recorded(at: datetime, code: str) -> None:
    spoken = Spoken(How.TELEPHONE, at)
    with pytest.raises(DeniedError, match=code):
        spoken_part(spoken, NOW)


def test_a_peer_that_says_so_all_the_same_is_not_believed() -> None:
    said: dict[str, Json] = {"spoken": {"how": "telephone", "at": time_text(NOW + HOUR)}}
    assert not is_spoken_in_time(said, NOW)
    assert not is_spoken_in_time(said, NOW + timedelta(days=32))
    assert is_spoken_in_time(said, NOW + HOUR)
    assert is_spoken_in_time({}, NOW)


def test_a_call_is_recorded_once_and_sent_with_its_mark(desk: Client, case: CaseId, people: People) -> None:
    page = desk.get(address(case)).content.decode()
    assert "by official letter" in page
    said = ABOUT | CALL | {"agency": str(people.shelter)} | hidden_in(page)
    for _ in range(2):
        sent = desk.post(address(case), said)
        assert sent["Location"] == f"/threads/{only_thread(people)}/"
    carry(NOW)
    assert agreed(people, only_thread(people)) == "ENQUIRED"
    (turn,) = conversation(people.stranger, only_thread(people)).turns
    assert turn.said
    assert turn.said["spoken"] == {"how": "telephone", "at": time_text(AT_TWO), "with": "duty"}


def test_a_time_ahead_is_told_in_words_and_nothing_is_sent(
    desk: Client, case: CaseId, people: People
) -> None:
    said = ABOUT | CALL | {"agency": str(people.shelter), "at": "2026-11-02T02:10"}
    wrong = desk.post(address(case), said)
    assert wrong.status_code == 409
    assert "lies ahead of now" in wrong.content.decode()
    assert not ThreadRow.objects.exists()


def test_where_no_agreement_skips_the_enquiry_the_other_side_confirms_first(
    desk: Client, case: CaseId, people: People
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    desk.post(address(case), ABOUT | CALL | {"agency": str(people.shelter), "agreed": "referred"})
    assert [m.kind for m in MessageRow.objects.filter(agency_id=people.police)] == ["enquiry"]


def test_where_the_agreement_skips_the_enquiry_the_packet_is_shown_and_then_sent(
    desk: Client, case: CaseId, people: People
) -> None:
    body = dict(country("narae")["agreements"][0])
    body |= {"parties": sorted(map(str, (people.police, people.shelter))), "coordinator": None}
    agreements.load_agreement(people.owner, body, now=NOW)
    agreements.load_agreement(people.stranger, body, now=NOW)
    give_consent(people.owner, case, people.shelter, NOW)
    said = ABOUT | CALL | {"agency": str(people.shelter), "agreed": "referred"}
    first = desk.post(address(case), said).content.decode()
    assert 'id="again"' in first
    assert "예시가" in first
    assert not ThreadRow.objects.exists()
    sent = desk.post(address(case), said | {"shown": hidden_in(first)["shown"]})
    assert sent.status_code == 302
    carry(NOW)
    assert agreed(people, only_thread(people)) == "REFERRED"


def test_without_leave_the_page_leads_to_the_question(mechanism: People, case: CaseId) -> None:
    page = signed_in_client("owner@narae.example").get(address(case)).content.decode()
    assert f"/cases/{case}/leave/" in page
