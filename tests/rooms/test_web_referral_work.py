"""The work list on screen: what, whose turn, until when; narrowed, searched, paged."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ieumgil.casefile import queries as casefile
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import enquire
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.work import look
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.journeys import enquired, referred
from tests.support.mechanism import a_case, carry
from tests.support.reading import text_of

SHELTER, POLICE, COLLEAGUE = "stranger@narae.example", "owner@narae.example", "colleague@narae.example"
"""Who signs in: a worker of the shelter, the police officer who holds the case, and one of the same unit who does not."""


pytestmark = pytest.mark.usefixtures("now_stands")


def url(name: str, thread: ThreadId) -> str:
    return reverse(f"referral:{name}", args=[thread])


def test_the_work_list_says_what_whose_turn_and_until_when(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    page = text_of(signed_in_client(SHELTER).get(reverse("referral:work")))
    for words in (
        "Say whether you can take the person",
        "ours",
        "new",
        "Narae police unit",
        "urgent",
        str(thread)[:8].upper(),
    ):
        assert words in page
    assert "Nobody waits for your agency" in text_of(signed_in_client(POLICE).get(reverse("referral:work")))


def test_what_was_looked_at_is_no_longer_new(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    carry(NOW)
    client = signed_in_client(SHELTER)
    assert look(mechanism.stranger, thread).news
    client.get(url("thread", thread) + "?seen=x", headers={"HX-Request": "true"})
    assert look(
        mechanism.stranger, thread
    ).news  # a page that only asks whether it moved on has shown nothing
    client.get(url("thread", thread))
    assert not look(mechanism.stranger, thread).news


def test_the_list_is_narrowed_by_its_address_and_finds_a_reference_wherever_it_stands(
    mechanism: People, case: CaseId
) -> None:
    thread, other = (
        enquired(mechanism, case),
        enquired(mechanism, a_case(mechanism.owner, NOW), urgency="emergency"),
    )
    client, ours = signed_in_client(POLICE), reverse("referral:work")

    def lines(query: str) -> set[str]:
        page = client.get(f"{ours}?{query}").content.decode()
        return {str(each) for each in (thread, other) if url("thread", each) in page}

    assert lines("") == lines("only=undelivered") == {str(thread), str(other)}  # they still owe delivery
    carry(NOW)
    assert lines("") == set()
    assert lines("show=open") == {str(thread), str(other)}
    assert lines("show=open&urgency=emergency") == {str(other)}
    assert lines("show=open&side=R") == lines("only=overdue") == lines("only=frozen") == set()
    assert lines(f"ref={str(thread)[:8]}") == {str(thread)}
    assert lines(f"ref={casefile.case(mechanism.owner, case).ref.lower()}") == {str(thread)}
    enquire.close(mechanism.owner, thread=thread, reason="error", now=NOW)
    carry(NOW)
    assert lines("show=open") == {str(other)}
    assert lines(f"ref={thread}") == {str(thread)}


def test_a_colleague_outside_the_team_sees_the_line_and_not_the_thread(
    mechanism: People, case: CaseId
) -> None:
    thread = enquired(mechanism, case)
    ref = casefile.case(mechanism.owner, case).ref
    page = signed_in_client(COLLEAGUE).get(reverse("referral:work")).content.decode()
    assert "For the team of the case" in page
    assert url("thread", thread) not in page
    assert ref not in page
    assert ref in signed_in_client(POLICE).get(reverse("referral:work")).content.decode()  # control
    absent = signed_in_client(COLLEAGUE).get(reverse("referral:thread", args=[uuid4()]))
    hidden = signed_in_client(COLLEAGUE).get(url("thread", thread))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def copies(row: ThreadRow, number: int) -> None:
    names = [f.attname for f in ThreadRow._meta.concrete_fields if f.attname not in {"id", "thread"}]
    same = {name: getattr(row, name) for name in names}
    ThreadRow.objects.bulk_create(ThreadRow(**same | {"thread": uuid4()}) for _ in range(number))


def test_the_list_asks_as_often_for_fifty_lines_as_for_five(mechanism: People, case: CaseId) -> None:
    referred(mechanism, case)
    client, row = signed_in_client(SHELTER), ThreadRow.objects.get(agency_id=mechanism.shelter)
    copies(row, 4)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("referral:work")).status_code == 200
        return len(seen)

    asked()
    few = asked()
    copies(row, 45)
    assert asked() == few


def test_pages_hold_each_line_once_and_lose_none(mechanism: People, case: CaseId) -> None:
    referred(mechanism, case)
    client, row = signed_in_client(SHELTER), ThreadRow.objects.get(agency_id=mechanism.shelter)
    copies(row, 69)
    row.due_at, row.frozen = None, True  # what has no due time comes last, on both engines
    row.save()
    seen: list[str] = []
    address = reverse("referral:work")
    while address and len(seen) <= 70:
        page = client.get(address).content.decode()
        seen += re.findall(r'href="/threads/([0-9a-f-]{36})/"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 70
    assert seen[-1] == str(row.thread)
