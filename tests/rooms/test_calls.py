"""A call to whoever is on duty: through the referral, the node's clock and the stand-in's phones."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError

from ieumgil.casefile.actions import erase_case
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.ground.audit.rules import Entry, read_entry
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.post import queries as post
from ieumgil.ground.post.actions import calls, standin
from ieumgil.ground.post.commands import duty
from ieumgil.ground.post.models import Call, Ring
from ieumgil.ground.post.rules import CallState
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import answer, call, enquire
from ieumgil.referral.queries import calling
from tests.rooms.conftest import NOW, People
from tests.support.journeys import enquired
from tests.support.mechanism import ENQUIRY, carry

FIRST, SECOND, NEXT = "000-0000-0041", "000-0000-0042", "000-0000-0091"


@pytest.fixture(autouse=True)
def phones(mechanism: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the shelter two duty phones and the secretariat one."""
    listed = {mechanism.shelter: (FIRST, SECOND), mechanism.coordinator.agency: (NEXT,)}
    monkeypatch.setattr(calling, "duty_phones", lambda agency: listed.get(agency, ()))


@pytest.fixture
def thread(mechanism: People, case: CaseId) -> ThreadId:
    return enquired(mechanism, case, urgency="emergency")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def clock(until: float, *, since: float = 0) -> list[str]:
    """Let the clock come round every two seconds; gives the numbers as they rang."""
    rang = []
    for seconds in range(int(since), int(until) + 1, 2):
        if calls.ring_on(now=after(seconds)):
            rang += [phone.number for phone in post.phones_ringing()]
    return rang


def started(people: People, thread: ThreadId) -> UUID:
    return call.call_about(people.owner, thread=thread, now=NOW)


def state(people: People, thread: ThreadId) -> post.CallSeen:
    return post.calls(people.owner, subject=thread)[0]


def entries(agency: AgencyId, *actions: str) -> list[Entry]:
    rows = LedgerEntry.objects.filter(agency_id=agency).order_by("seq")
    return [entry for row in rows if (entry := read_entry(row.entry.encode())).action in actions]


def say(actor: Actor | None, *words: str) -> Result:
    class Acting:
        pass

    acting = Acting()
    acting.actor = actor  # type: ignore[attr-defined]
    return CliRunner().invoke(duty, words, obj=acting, standalone_mode=False)


def test_the_phones_of_the_agency_ring_in_their_order_until_somebody_presses_1(
    mechanism: People, thread: ThreadId
) -> None:
    begun = started(mechanism, thread)
    assert state(mechanism, thread).ringing is None
    assert clock(80) == [FIRST, FIRST, FIRST, SECOND]
    seen = state(mechanism, thread)
    assert seen.ringing is not None
    assert (seen.ringing.number, seen.ringing.agency, seen.tries) == (SECOND, mechanism.shelter, 1)
    assert say(None, "answer", SECOND).return_value == str(begun)
    assert clock(90, since=82) == []
    seen = state(mechanism, thread)
    assert (seen.state, seen.answered_by, seen.ringing) == (CallState.ANSWERED, mechanism.shelter, None)
    assert seen.answered_at == after(82)
    assert clock(4000, since=92) == []


def test_the_next_agencies_asked_for_the_same_case_ring_in_the_order_in_which_they_were_asked(
    mechanism: People, case: CaseId, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    for urgency in ("urgent", "emergency"):
        monkeypatch.setattr(
            "ieumgil.referral.actions.enquire.basis_for",
            lambda _a, _b, purpose, now: basis_of_shelter(mechanism, purpose, now),
        )
        enquire.enquire(
            mechanism.owner, case=case, to=mechanism.coordinator.agency, enquiry=ENQUIRY, urgency=urgency,
            now=after(1),
        )  # fmt: skip
    started(mechanism, thread)
    assert [phone.number for phone in state(mechanism, thread).phones] == [FIRST, SECOND, NEXT]
    assert clock(240) == [FIRST] * 3 + [SECOND] * 3 + [NEXT] * 3 + [FIRST]


def basis_of_shelter(people: People, purpose: object, now: datetime) -> object:
    from ieumgil.referral.queries.basis import basis_for

    return basis_for(people.police, people.shelter, purpose, now)  # type: ignore[arg-type]


def test_after_half_an_hour_without_an_answer_the_agency_has_an_alarm(
    mechanism: People, thread: ThreadId
) -> None:
    started(mechanism, thread)
    clock(1801)
    assert state(mechanism, thread).state is CallState.RINGING  # control: the last ring is not over
    assert clock(1840, since=1802) == []
    assert state(mechanism, thread).state is CallState.NOBODY
    (alarm,) = exchange.open_alarms(mechanism.owner)
    assert (alarm.code, alarm.subject) == ("nobody-answered", str(thread))
    assert post.phones_ringing() == []
    again = started(mechanism, thread)  # whoever wants may ring again
    assert clock(0) == [FIRST]
    assert Call.objects.exclude(pk=again).get().state == CallState.NOBODY


def test_a_call_that_is_stopped_rings_no_more_and_cannot_be_stopped_twice(
    mechanism: People, thread: ThreadId
) -> None:
    begun = started(mechanism, thread)
    clock(0)
    assert say(mechanism.owner, "stop", str(begun)).exception is None
    assert (state(mechanism, thread).state, post.phones_ringing()) == (CallState.CANCELLED, [])
    assert clock(100, since=2) == []
    with pytest.raises(DeniedError, match="call-over"):
        call.stop_about(mechanism.owner, thread=thread, now=NOW)
    (listed,) = say(mechanism.owner, "list").return_value
    assert listed["state"] == "cancelled"


def test_a_second_click_gives_the_call_that_rings(mechanism: People, thread: ThreadId) -> None:
    assert started(mechanism, thread) == started(mechanism, thread)
    assert Call.objects.count() == 1


def test_an_answer_on_the_screen_stops_the_phones(mechanism: People, thread: ThreadId) -> None:
    started(mechanism, thread)
    clock(0)
    carry(NOW)
    assert call.stop_answered(now=NOW) == 0  # control: nobody has answered yet
    answer.cannot_take(mechanism.stranger, thread=thread, reason="full", now=NOW)
    carry(NOW)
    assert call.stop_answered(now=NOW) == 1
    assert (state(mechanism, thread).state, post.phones_ringing()) == (CallState.CANCELLED, [])
    with pytest.raises(DeniedError, match="not-an-emergency"):
        started(mechanism, thread)


def test_only_an_emergency_rings_and_only_if_there_is_a_number(
    mechanism: People, case: CaseId, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DeniedError, match="not-an-emergency"):
        started(mechanism, enquired(mechanism, case))
    carry(NOW)
    with pytest.raises(AbsentError):  # whoever is asked has no case yet, and rings nobody
        call.call_about(mechanism.stranger, thread=thread, now=NOW)
    monkeypatch.setattr(calling, "duty_phones", lambda _agency: ())
    with pytest.raises(DeniedError, match="no-duty-phone"):
        started(mechanism, thread)
    assert not Call.objects.exists()


def test_a_colleague_who_is_not_on_the_case_rings_nobody(mechanism: People, thread: ThreadId) -> None:
    with pytest.raises(AbsentError):
        call.call_about(mechanism.colleague, thread=thread, now=NOW)
    with pytest.raises(AbsentError):
        calls.stop_call(mechanism.stranger, call=started(mechanism, thread), now=NOW)


# --- what breaks ---


def test_a_crash_between_ring_and_note_rings_again_rather_than_never(
    mechanism: People, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, rang = started(mechanism, thread), list[str]()

    class Dying(standin.StandIn):
        def ring(self, number: str, words: Mapping[str, str], call_id: UUID) -> None:
            super().ring(number, words, call_id)
            rang.append(number)
            if len(rang) == 1:
                raise OperationalError("the process ends here")

    monkeypatch.setattr(calls, "_gateway", Dying)
    with pytest.raises(OperationalError):
        calls.ring_on(now=NOW)
    assert Call.objects.get(pk=begun).last_ring_at is None
    assert calls.ring_on(now=after(2)) == 1
    assert rang == [FIRST, FIRST]
    assert calls.ring_on(now=after(4)) == 0  # control: what was noted is not rung again at once
    assert Call.objects.get(pk=begun).tries == 1


def test_a_number_that_cannot_be_rung_keeps_nobody_else_from_being_rung(
    mechanism: People, thread: ThreadId, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf(standin.StandIn):
        def ring(self, number: str, words: Mapping[str, str], call_id: UUID) -> None:
            if number == FIRST:
                raise RuntimeError(f"no route to {number}")
            super().ring(number, words, call_id)

    monkeypatch.setattr(calls, "_gateway", Deaf)
    started(mechanism, thread)
    with caplog.at_level(logging.DEBUG):
        assert clock(20) == [SECOND]
    assert "RuntimeError" in caplog.text
    assert FIRST not in caplog.text


def test_a_ring_that_began_as_the_call_was_stopped_is_ended(
    mechanism: People, thread: ThreadId, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = started(mechanism, thread)

    class Stopped(standin.StandIn):
        def ring(self, number: str, words: Mapping[str, str], call_id: UUID) -> None:
            calls.stop_call(mechanism.owner, call=begun, now=NOW)
            super().ring(number, words, call_id)

    monkeypatch.setattr(calls, "_gateway", Stopped)
    calls.ring_on(now=NOW)
    assert Ring.objects.get().ended_at is not None
    assert post.phones_ringing() == []


def test_the_phones_ring_while_the_agency_is_locked_and_after_the_case_was_erased(
    mechanism: People, case: CaseId, thread: ThreadId
) -> None:
    started(mechanism, thread)
    erase_case(mechanism.owner, case, "person-asked", now=NOW)
    vault.lock(mechanism.police)
    assert clock(0) == [FIRST]
    standin.answer_phone(FIRST, now=after(3))
    clock(4, since=4)
    assert Call.objects.get().state == CallState.ANSWERED
    (entry,) = entries(mechanism.police, "call.answered")
    assert entry.subject is None


def test_a_phone_that_does_not_ring_cannot_be_answered(mechanism: People, thread: ThreadId) -> None:
    started(mechanism, thread)
    clock(0)
    with pytest.raises(AbsentError):
        standin.answer_phone(SECOND)
    assert isinstance(say(None, "answer", SECOND).exception, AbsentError)


def test_on_a_node_with_a_gateway_of_its_own_nobody_answers_at_the_terminal(
    mechanism: People, thread: ThreadId, settings: object
) -> None:
    settings.IEUMGIL_DUTY_GATEWAY = "an.operators.Gateway"  # type: ignore[attr-defined]
    assert "for real" in str(say(None, "answer", FIRST).exception)


# --- the ledger ---


def test_the_ledger_names_what_was_done_and_no_number(mechanism: People, thread: ThreadId) -> None:
    begun = started(mechanism, thread)
    clock(0)
    calls.stop_call(mechanism.owner, call=begun, now=NOW)
    started(mechanism, thread)
    clock(30, since=30)
    standin.answer_phone(FIRST, now=after(31))
    clock(32, since=32)
    found = entries(mechanism.police, "call.start", "call.stop", "call.answered")
    assert [entry.action for entry in found] == ["call.start", "call.stop", "call.start", "call.answered"]
    assert len({entry.subject for entry in found}) == 1
    assert found[0].subject is not None
    everything = "".join(LedgerEntry.objects.values_list("entry", flat=True))
    assert FIRST not in everything
    assert str(begun) not in everything
    assert found[0].subject in everything  # control
