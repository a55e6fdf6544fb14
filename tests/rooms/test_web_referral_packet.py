"""The packet before it is sent: what goes, what stays and why; nothing goes that was not shown."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from ieumgil.casefile import actions as casefile
from ieumgil.consent import actions as consent
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.kernel.ids import CaseId, FieldPath, PurposeCode, ThreadId
from ieumgil.referral.actions import answer
from ieumgil.referral.models import DutyFollowed, MessageRow, ThreadRow
from ieumgil.referral.queries.packet import packet
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client, standing_still
from tests.support.journeys import agreed, offered
from tests.support.mechanism import MARK, carry, give_consent
from tests.support.reading import hidden_in

DANGER = {
    "ground": "danger-to-life", "article": "Narae Protection Act (invented), art. 21", "categories": ["identity", "safety"],
    "need": "shelter", "urgency": "emergency",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("now_stands")


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    return offered(mechanism, case)


def address(thread: ThreadId) -> str:
    return f"/threads/{thread}/packet/"


def shown(client: Client, thread: ThreadId) -> str:
    return client.get(address(thread)).content.decode()


def poll(client: Client, thread: ThreadId, mark: str) -> tuple[int, str]:
    got = client.get(f"{address(thread)}?mark={mark}", headers={"HX-Request": "true"})
    return got.status_code, got.content.decode()


def mark_in(page: str) -> str:
    return page.split("?mark=")[1].split('"', maxsplit=1)[0]


def sent(people: People) -> int:
    return MessageRow.objects.filter(agency_id=people.police, kind="refer").count()


def test_without_consent_nothing_may_be_sent_and_the_page_offers_what_to_do(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    page = shown(desk, thread)
    assert 'id="nothing"' in page
    assert f"/cases/{case}/agree/{people.shelter}/" in page
    assert ">Refer<" not in page
    assert "The person has not agreed to this." in page


def test_what_goes_and_what_stays_is_told_by_field_with_the_reason(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    goes, stays = shown(desk, thread).split('id="held"')
    assert "예시가" in goes
    assert "Vietnamese" in goes
    assert "Shelter address" in stays
    assert "This never leaves the agency." in stays
    assert "Urgent medical need" in stays
    assert "The person has not agreed to this." in stays
    assert MARK not in goes + stays
    assert "joining basis" in stays


def test_exactly_what_was_shown_is_sent_once(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    page = shown(desk, thread)
    for _ in range(2):
        assert desk.post(address(thread), hidden_in(page))["Location"] == f"/threads/{thread}/"
    assert sent(people) == 1
    carry(NOW)
    view = packet(people.stranger, thread, asked_for=PurposeCode("shelter"), now=NOW)
    assert set(view.fields) == {part.partition(":")[0] for part in hidden_in(page)["before"].split(",")}


def test_what_was_never_shown_is_never_sent(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    bare = {name: value for name, value in hidden_in(shown(desk, thread)).items() if name != "shown"}
    assert desk.post(address(thread), bare).status_code == 409
    assert sent(people) == 0


def test_a_changed_packet_is_not_sent_and_the_page_says_what_changed(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    grant = give_consent(people.owner, case, people.shelter, NOW)
    page = shown(desk, thread)
    consent.withdraw(people.owner, case, grant, now=NOW)
    give_consent(people.owner, case, people.shelter, NOW, categories=("identity",))
    changed = desk.post(address(thread), hidden_in(page))
    told = changed.content.decode()
    assert changed.status_code == 409
    assert "No longer sent:" in told
    assert "Safe channel" in told.split("No longer sent:")[1].split("</p>")[0]
    assert sent(people) == 0
    desk.post(address(thread), hidden_in(told))  # looked at again, and decided
    assert sent(people) == 1


def test_a_value_that_changed_is_told_apart(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    page = shown(desk, thread)
    casefile.set_facts(people.owner, case, {FieldPath("safety.threats"): "none any more"}, version=3, now=NOW)
    told = desk.post(address(thread), hidden_in(page)).content.decode()
    assert "Threats" in told.split("Says something else now:")[1].split("</p>")[0]


def test_a_consent_withdrawn_elsewhere_shows_at_once_and_an_idle_page_leaves_no_entry(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    grant = give_consent(people.owner, case, people.shelter, NOW)
    page = shown(desk, thread)
    before = ledger_size(people)
    assert poll(desk, thread, mark_in(page)) == (204, "")
    assert ledger_size(people) == before
    consent.withdraw(people.owner, case, grant, now=NOW)
    status, fresh = poll(desk, thread, mark_in(page))
    assert (status, "<html" in fresh) == (200, False)
    assert "The person has withdrawn the consent." in fresh
    assert ">Refer<" not in fresh


def test_a_consent_that_runs_out_shows_too(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    mark = mark_in(shown(desk, thread))
    with standing_still(NOW + timedelta(days=91)):
        late = signed_in_client("owner@narae.example")
        assert poll(late, thread, mark)[0] == 200


def test_a_place_withdrawn_meanwhile_stops_the_referral(
    desk: Client, thread: ThreadId, people: People, case: CaseId
) -> None:
    give_consent(people.owner, case, people.shelter, NOW)
    page = shown(desk, thread)
    answer.cannot_take(people.stranger, thread=thread, reason="full", now=NOW)
    carry(NOW)
    late = desk.post(address(thread), hidden_in(page))
    assert late.status_code == 409
    assert "stands elsewhere" in late.content.decode()
    assert sent(people) == 0
    assert agreed(people, thread) == "REFUSED"


def test_the_receiver_and_a_colleague_outside_the_team_find_nothing(
    thread: ThreadId, people: People, case: CaseId
) -> None:
    stranger = signed_in_client("stranger@narae.example")
    theirs, never = stranger.get(address(thread)), stranger.get(address(ThreadId(uuid4())))
    assert theirs.status_code == never.status_code == 404
    assert theirs.content == never.content
    assert signed_in_client("colleague@narae.example").get(address(thread)).status_code == 404


def test_in_danger_to_life_it_is_shown_first_and_then_sent_and_a_second_worker_reviews(
    desk: Client, people: People, case: CaseId, thread: ThreadId
) -> None:
    where, to = f"/cases/{case}/at-once/", {"agency": str(people.shelter), "do": "send"}
    assert "reviews it within 24 hours" in desk.get(where).content.decode()
    first = desk.post(where, DANGER | to | {"once": "d"})
    page = first.content.decode()
    assert 'id="again"' in page
    assert "예시가" in page
    assert ThreadRow.objects.filter(agency_id=people.police).count() == 1  # the one that was asked
    again = DANGER | to | {"once": "d"} | {"shown": hidden_in(page)["shown"]}
    for _ in range(2):
        assert desk.post(where, again).status_code == 302
    duty = DutyFollowed.objects.get()
    assert (duty.ground, duty.review_due) == ("danger-to-life", NOW + timedelta(hours=24))
    assert sent(people) == 1


def test_without_article_or_reach_nothing_is_shown_or_sent(
    desk: Client, people: People, case: CaseId
) -> None:
    where = f"/cases/{case}/at-once/"
    said = DANGER | {
        "article": "",
        "categories": [],
        "agency": str(people.shelter),
        "do": "send",
        "once": "e",
    }
    wrong = desk.post(where, said)
    assert wrong.status_code == 422
    assert "Name the article." in wrong.content.decode()
    assert sent(people) == 0


def test_where_nothing_lets_the_enquiry_be_skipped_the_page_says_so(
    desk: Client, people: People, case: CaseId
) -> None:
    said = DANGER | {"ground": "agreement", "agency": str(people.shelter), "do": "send", "once": "f"}
    told = desk.post(f"/cases/{case}/at-once/", said).content.decode()
    assert "Ask the agency without a name first" in told
    assert sent(people) == 0


def ledger_size(people: People) -> int:
    return LedgerEntry.objects.filter(agency_id=people.police).count()
