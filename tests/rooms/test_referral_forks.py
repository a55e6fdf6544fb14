"""A node put back to an old copy, messages out of order, and messages that turn out illegal: both sides still agree."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from ieumgil.casefile import actions as casefile
from ieumgil.ground.accounts.queries import clock
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.vault.models import Tombstone
from ieumgil.kernel.ids import CaseId, FieldPath, MessageId, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.referral.actions import answer, enquire, overdue, recall, refer, say, settle
from ieumgil.referral.actions.receive import take_refusal
from ieumgil.referral.models import MessageRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import conversation, look, work_list
from ieumgil.referral.rules import State
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, enquired, in_care, offered, referred, states
from tests.support.mechanism import a_case, carry, give_consent
from tests.support.old_copies import copied
from tests.support.post import sent_by

SHELTER = PurposeCode("shelter")
OUT_OF_ORDER = ((2, 1, 0), (1, 2, 0), (2, 0, 1))
LATER, MUCH_LATER = NOW + timedelta(hours=1), NOW + timedelta(days=9)


def codes(people: People) -> tuple[set[str], set[str]]:
    """Give the alarms of the police unit and of the shelter."""
    ours, theirs = (exchange.open_alarms(actor) for actor in (people.owner, people.stranger))
    return {row.code for row in ours}, {row.code for row in theirs}


def twins_of_referrer(people: People, case: CaseId) -> tuple[ThreadId, MessageId, MessageId]:
    """Refer, put the police unit back to before that, and close: two messages with one number."""
    thread = offered(people, case)
    give_consent(people.owner, case, people.shelter, NOW)
    put_back = copied(people.police)
    first = refer.refer(people.owner, thread=thread, now=NOW)
    carry(NOW)
    put_back()
    assert states(people, thread) == ("OFFERED", "REFERRED")
    second = enquire.close(people.owner, thread=thread, reason="no-longer-needed", now=NOW)
    carry(NOW)
    return thread, first, second


def twins_of_receiver(people: People, case: CaseId) -> tuple[ThreadId, MessageId, MessageId]:
    """Accept, put the shelter back to before that, and decline."""
    thread = referred(people, case)
    put_back = copied(people.shelter)
    first, _ = answer.accept(people.stranger, thread=thread, now=NOW)
    carry(NOW)
    put_back()
    second = answer.decline(people.stranger, thread=thread, reason="full", now=NOW)
    carry(NOW)
    return thread, first, second


Twins = Callable[[People, CaseId], tuple[ThreadId, MessageId, MessageId]]
BOTH = pytest.mark.parametrize("twins", [twins_of_referrer, twins_of_receiver])


# --- frozen ---


@BOTH
def test_a_node_that_went_back_raises_an_alarm_on_both_sides_and_freezes_the_thread(
    mechanism: People, case: CaseId, twins: Twins
) -> None:
    thread, first, second = twins(mechanism, case)
    ours, theirs = codes(mechanism)
    assert "thread-forked" in ours
    assert "thread-forked" in theirs
    for actor in (mechanism.owner, mechanism.stranger):
        assert look(actor, thread).frozen
        assert [line.thread for line in work_list(actor)] == [thread]
        effects = {turn.message_id: turn.effect for turn in conversation(actor, thread).turns}
        assert (effects[first], effects[second]) == ("frozen", "frozen")
    agreed(mechanism, thread)


def test_a_thread_that_never_forked_raises_no_alarm(mechanism: People, case: CaseId) -> None:
    in_care(mechanism, case)
    assert codes(mechanism) == (set(), set())


def _referrers_verbs(people: People, thread: ThreadId) -> dict[str, Callable[[], object]]:
    owner = people.owner
    return {
        "refer": partial(refer.refer, owner, thread=thread, now=NOW),
        "reply": partial(refer.reply, owner, thread=thread, answer=refer.Answer("yes"), now=NOW),
        "close": partial(enquire.close, owner, thread=thread, reason="complete", now=NOW),
    }


def _receivers_verbs(people: People, thread: ThreadId) -> dict[str, Callable[[], object]]:
    shelter = people.stranger
    return {
        "can-take": partial(answer.can_take, shelter, thread=thread, place_until=LATER, now=NOW),
        "cannot-take": partial(answer.cannot_take, shelter, thread=thread, reason="full", now=NOW),
        "query": partial(answer.query, shelter, thread=thread, question="?", now=NOW),
        "accept": partial(answer.accept, shelter, thread=thread, now=NOW),
        "decline": partial(answer.decline, shelter, thread=thread, reason="full", now=NOW),
        "arrived": partial(answer.arrived, shelter, thread=thread, now=NOW),
        "not-arrived": partial(answer.not_arrived, shelter, thread=thread, now=NOW),
        "progress": partial(answer.progress, shelter, thread=thread, code="settling-in", now=NOW),
        "outcome": partial(answer.outcome, shelter, thread=thread, code="moved-on", now=NOW),
        "ask-onward": partial(
            answer.ask_onward, shelter, thread=thread, to=uuid4(), purpose=SHELTER, now=NOW
        ),
    }


@BOTH
def test_in_a_frozen_thread_nothing_is_said_but_recall_and_erased(
    mechanism: People, case: CaseId, twins: Twins
) -> None:
    thread, _, _ = twins(mechanism, case)
    verbs = _referrers_verbs(mechanism, thread) | _receivers_verbs(mechanism, thread)
    for verb in verbs.values():
        with pytest.raises(DeniedError, match="frozen"):
            verb()
    recall.recall(mechanism.owner, thread=thread, reason="error", now=LATER)
    carry(LATER)
    assert agreed(mechanism, thread) == "RECALLED"
    with pytest.raises((DeniedError, AbsentError)):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)
    recall.erase(mechanism.stranger, thread=thread, now=LATER)
    carry(LATER)
    assert agreed(mechanism, thread) == "ERASED"
    for verb in verbs.values():
        with pytest.raises(DeniedError, match="frozen"):
            verb()


def test_in_a_thread_that_is_not_frozen_the_same_verbs_are_not_denied_for_that(
    mechanism: People, case: CaseId
) -> None:
    thread = in_care(mechanism, case)
    for verb in (_referrers_verbs(mechanism, thread) | _receivers_verbs(mechanism, thread)).values():
        try:
            verb()
        except DeniedError as refusal:
            assert refusal.code != "frozen"  # noqa: PT017  most are out of turn here, and some go through
        except StaleError:
            continue


# --- settled ---


@BOTH
def test_a_fork_is_settled_once_both_have_signed_the_same_and_then_the_thread_moves_again(
    mechanism: People, case: CaseId, twins: Twins
) -> None:
    thread, first, second = twins(mechanism, case)
    assert settle.settle(mechanism.owner, thread=thread, void=frozenset({second}), now=NOW) is False
    carry(NOW)
    assert look(mechanism.owner, thread).frozen
    assert look(mechanism.stranger, thread).frozen
    assert settle.settle(mechanism.stranger, thread=thread, void=frozenset({first}), now=NOW) is False
    carry(NOW)
    assert look(mechanism.owner, thread).frozen  # they signed, but not the same
    assert settle.settle(mechanism.stranger, thread=thread, void=frozenset({second}), now=NOW) is True
    carry(NOW)
    assert not look(mechanism.owner, thread).frozen
    assert not look(mechanism.stranger, thread).frozen
    standing = agreed(mechanism, thread)
    assert standing in {"REFERRED", "ACCEPTED"}
    if standing == "REFERRED":
        answer.accept(mechanism.stranger, thread=thread, now=NOW)
    answer.arrived(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "IN CARE"


def test_only_twins_are_signed_away_and_one_of_each_may_stand(mechanism: People, case: CaseId) -> None:
    thread, first, _ = twins_of_referrer(mechanism, case)
    begun = conversation(mechanism.owner, thread).turns[0].message_id
    for wrong in ({begun}, {"0" * 64}, {first, begun}, set()):
        with pytest.raises(DeniedError, match="not-twins"):
            settle.settle(mechanism.owner, thread=thread, void=frozenset(wrong), now=NOW)


def test_a_packet_that_was_signed_away_is_destroyed_at_the_receiver(mechanism: People, case: CaseId) -> None:
    thread, first, _ = twins_of_referrer(mechanism, case)
    kept = MessageRow.objects.get(agency=mechanism.shelter, message_id=first)
    assert kept.content is not None
    for actor in (mechanism.owner, mechanism.stranger):
        settle.settle(actor, thread=thread, void=frozenset({first}), now=NOW)
    carry(NOW)
    kept.refresh_from_db()
    assert kept.content is None
    assert Tombstone.objects.filter(agency=mechanism.shelter, key_id=kept.content_key).exists()
    with pytest.raises(AbsentError):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)
    assert agreed(mechanism, thread) == "CLOSED"


def test_a_packet_that_stands_after_a_settlement_is_still_there(mechanism: People, case: CaseId) -> None:
    thread, _, second = twins_of_referrer(mechanism, case)
    for actor in (mechanism.owner, mechanism.stranger):
        settle.settle(actor, thread=thread, void=frozenset({second}), now=NOW)
    carry(NOW)
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields


def test_a_peer_cannot_refuse_what_somebody_else_has_said(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    theirs = MessageRow.objects.get(agency=mechanism.police, author="R")
    take_refusal(clock(mechanism.police), bundle_id=theirs.message_id, reason="wrong-thread", now=NOW)
    assert agreed(mechanism, thread) == "OFFERED"


# --- out of order ---


def referrers(people: People, thread: ThreadId) -> None:
    """Let the referrer say three things before anything is carried."""
    refer.refer(people.owner, thread=thread, now=NOW)
    recall.recall(people.owner, thread=thread, reason="error", now=NOW)
    overdue.escalate_overdue(now=MUCH_LATER)


def receivers(people: People, thread: ThreadId) -> None:
    """Let the receiver say three things before anything is carried."""
    answer.accept(people.stranger, thread=thread, now=NOW)
    answer.arrived(people.stranger, thread=thread, now=NOW)
    answer.query(people.stranger, thread=thread, question="Which hours?", now=NOW)


@pytest.mark.parametrize("of", ["referrer", "receiver"])
def test_messages_end_in_the_same_state_in_whatever_order_they_come(mechanism: People, of: str) -> None:
    sender = mechanism.police if of == "referrer" else mechanism.shelter
    ends = set()
    for order in OUT_OF_ORDER:
        case = a_case(mechanism.owner, NOW)
        thread = offered(mechanism, case) if of == "referrer" else referred(mechanism, case)
        give_consent(mechanism.owner, case, mechanism.shelter, NOW)
        referrers(mechanism, thread) if of == "referrer" else receivers(mechanism, thread)
        waiting = [bytes(item.sealed) for item in sent_by(sender) if item.subject == thread]
        assert len(waiting) == 3
        for index in order:
            assert receive(waiting[index], now=MUCH_LATER).status == 200
        ends.add(agreed(mechanism, thread))
        assert not MessageRow.objects.filter(standing="waiting").exists()
        carry(MUCH_LATER)
    assert ends == ({"RECALLED"} if of == "referrer" else {"QUERIED"})
    assert codes(mechanism) == (set(), set())


def test_a_thread_whose_first_message_comes_last_begins_all_the_same(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    enquire.close(mechanism.owner, thread=thread, reason="no-longer-needed", now=NOW)
    first, second = sent_by(mechanism.police)
    receive(bytes(second.sealed), now=NOW)
    assert look(mechanism.stranger, thread).state == "START"
    assert not work_list(mechanism.stranger)
    receive(bytes(first.sealed), now=NOW)
    assert states(mechanism, thread) == ("CLOSED", "CLOSED")


def test_a_packet_that_waits_for_what_came_before_it_is_not_shown_yet(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="Which hours?", now=NOW)
    carry(NOW)
    casefile.set_facts(
        mechanism.owner, case, {FieldPath("contact.safe_hours"): "after nine"}, version=3, now=NOW
    )
    overdue.escalate_overdue(now=MUCH_LATER)
    said = refer.Answer("yes", with_packet=True)
    refer.reply(mechanism.owner, thread=thread, answer=said, now=MUCH_LATER)
    earlier, later = [item for item in sent_by(mechanism.police) if item.kind == "thread"]
    receive(bytes(later.sealed), now=MUCH_LATER)
    hours = FieldPath("contact.safe_hours")
    assert hours not in packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields
    receive(bytes(earlier.sealed), now=MUCH_LATER)
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields[hours] == "after nine"


# --- illegal, and known only later ---


def test_a_waiting_message_that_turns_out_illegal_is_refused_after_all(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = referred(mechanism, case)
    honest = answer.query(mechanism.stranger, thread=thread, question="Which hours?", now=NOW)
    with monkeypatch.context() as planted:
        # A node that knows no rule asks a second time while the first query is open.
        planted.setattr(say, "next_state", lambda *_: State.QUERIED)
        wrong = answer.query(mechanism.stranger, thread=thread, question="And which days?", now=NOW)
    first, second = sent_by(mechanism.shelter)
    receive(bytes(second.sealed), now=NOW)
    waiting = MessageRow.objects.get(agency=mechanism.police, message_id=wrong)
    assert waiting.standing == "waiting"
    receive(bytes(first.sealed), now=NOW)
    waiting.refresh_from_db()
    assert (waiting.standing, waiting.reason, waiting.content) == ("refused", "illegal-in-its-past", None)

    carry(NOW)
    kept = MessageRow.objects.get(agency=mechanism.shelter, message_id=wrong)
    assert (kept.standing, kept.reason) == ("refused", "illegal-in-its-past")
    assert agreed(mechanism, thread) == "QUERIED"
    assert look(mechanism.stranger, thread).heads == (honest,)
    assert codes(mechanism) == (set(), {"message-refused"})
    assert not exchange.undelivered(mechanism.owner)
    assert not exchange.undelivered(mechanism.stranger)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "ACCEPTED"


def test_what_rests_on_a_refused_message_is_refused_too(
    mechanism: People, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = referred(mechanism, case)
    with monkeypatch.context() as planted:
        planted.setattr(say, "next_state", lambda *_: State.IN_CARE)
        answer.progress(mechanism.stranger, thread=thread, code="settling-in", now=NOW)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert (
        not MessageRow.objects.filter(agency=mechanism.police, kind__in=["progress", "accept"])
        .exclude(standing="waiting")
        .exists()
    )
    assert agreed(mechanism, thread) == "REFERRED"
