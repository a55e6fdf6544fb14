"""What was sent is read by whom it is for, for what it was sent, until it is taken back: whatever the peer sends."""

from datetime import timedelta

import pytest

from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, FieldPath, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import answer
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import conversation, look
from ieumgil.referral.rules import Kind
from tests.rooms.conftest import NOW, People
from tests.support.hostile import says
from tests.support.journeys import offered, referred
from tests.support.mechanism import carry

SHELTER, MEDICAL = PurposeCode("shelter"), PurposeCode("medical")
LANGUAGES = FieldPath("needs.languages")

# --- who reads what was said ---


def test_a_colleague_who_is_not_on_the_case_reads_nothing_that_was_said_about_it(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    with pytest.raises(AbsentError):
        conversation(mechanism.colleague, thread)
    assert conversation(mechanism.owner, thread).turns  # control: the team reads it
    assert conversation(mechanism.stranger, thread).turns  # and so does the agency that it was sent to


# --- for what it was sent, and for how long ---


def _packet(purpose: str, not_after: str = "2027-01-01T00:00:00Z") -> dict[str, Json]:
    fields: dict[str, Json] = {LANGUAGES: ["lo"]}
    body: dict[str, Json] = {"purpose": purpose, "fields": fields, "not_after": not_after}
    return body | {"consent": None, "duty": None, "feedback": []}


def _held(people: People, thread: ThreadId) -> ThreadRow:
    return ThreadRow.objects.get(agency_id=people.shelter, thread=thread)


def _asked(people: People, case: CaseId) -> ThreadId:
    thread = referred(people, case)
    answer.query(people.stranger, thread=thread, question="Which language?", now=NOW)
    carry(NOW)
    return thread


def _reply(body: dict[str, Json]) -> dict[str, Json]:
    return {"text": None, "onward": None, "packet": body}


@pytest.mark.parametrize(("purpose", "reason"), [("medical", "packet-mismatch"), ("shelter", "")])
def test_a_reply_gives_a_thread_no_second_purpose(
    mechanism: People, case: CaseId, purpose: str, reason: str
) -> None:
    thread = _asked(mechanism, case)
    reply = says(_held(mechanism, thread), Kind.REPLY, _reply(_packet(purpose)), NOW)
    assert reply.arrive(NOW) == reason  # shelter is the control: what is of the thread's purpose is kept
    read = packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields
    assert read[LANGUAGES] == (["vi"] if reason else ["lo"])
    with pytest.raises(DeniedError, match="other-purpose"):
        packet(mechanism.stranger, thread, asked_for=MEDICAL, now=NOW)


def test_a_packet_that_got_in_under_another_purpose_is_shown_for_neither(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields  # control
    ThreadRow.objects.filter(agency_id=mechanism.shelter).update(purpose=MEDICAL)
    for asked_for in (SHELTER, MEDICAL):
        with pytest.raises(AbsentError):
            packet(mechanism.stranger, thread, asked_for=asked_for, now=NOW)


def test_a_packet_whose_time_ran_out_is_shut(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    refer = says(
        _held(mechanism, thread), Kind.REFER, {"packet": _packet("shelter", "2026-11-02T00:00:00Z")}, NOW
    )
    assert refer.arrive(NOW) == ""
    assert packet(
        mechanism.stranger, thread, asked_for=SHELTER, now=NOW
    ).fields  # control: until then it opens
    with pytest.raises(DeniedError, match="packet-ran-out"):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW + timedelta(days=2))


# --- until it is taken back ---


def test_a_recall_that_waits_for_a_lost_message_shuts_the_packet(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    held = _held(mechanism, thread)
    lost = says(held, Kind.ESCALATE, {"step": held.moved_by, "level": 1}, NOW)
    recall = says(held, Kind.RECALL, {"reason": "danger"}, NOW, after=[lost])
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields  # control: until it comes
    assert recall.arrive(NOW) == ""
    assert look(mechanism.stranger, thread).state == "REFERRED"  # it waits
    with pytest.raises(DeniedError, match="recalled"):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)


def test_another_message_that_waits_shuts_nothing(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    held = _held(mechanism, thread)
    step: dict[str, Json] = {"step": held.moved_by, "level": 1}
    lost = says(held, Kind.ESCALATE, step, NOW)
    assert says(held, Kind.ESCALATE, step, NOW, after=[lost]).arrive(NOW) == ""
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields
