"""What leaves, what may be read of it and for what, what is told back, and what stays when it is erased."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

import pytest

from ieumgil.agreements.queries import purposes
from ieumgil.agreements.rules import PurposeKind
from ieumgil.casefile import actions as cases
from ieumgil.casefile import queries as casefile
from ieumgil.consent import actions as consent
from ieumgil.consent.rules import DutyGround, Feedback, LegalDuty
from ieumgil.ground.exchange.actions.keys import rotate
from ieumgil.ground.exchange.actions.roll import sign_next_roll
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, CategoryCode, FieldPath, PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.referral.actions import answer, enquire, recall, refer
from ieumgil.referral.actions.recall import Kept
from ieumgil.referral.actions.say import speak
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.packet import packet
from ieumgil.referral.queries.work import conversation, look
from ieumgil.referral.rules import Kind
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, in_care, offered, referred
from tests.support.mechanism import MARK, NODE, a_case, carry, found_mechanism, give_consent
from tests.support.post import contents, sent_by

SHELTER, DAY = PurposeCode("shelter"), timedelta(days=1)
CHANNEL, NAME, THREATS = map(FieldPath, ("contact.safe_channel", "identity.name", "safety.threats"))

# --- what leaves ---


def everything_sent(people: People) -> list[str]:
    """Give all that has ever left, as its receivers read it."""
    agencies = (people.police, people.shelter, people.coordinator.agency)
    return contents(item for agency in agencies for item in sent_by(agency, waiting=False) if item.sealed)


def test_neither_a_shelters_address_nor_a_note_ever_leaves(mechanism: People, case: CaseId) -> None:
    thread = in_care(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="Which hours?", now=NOW)
    carry(NOW)
    said = refer.Answer("After nine.", with_packet=True)
    refer.reply(mechanism.owner, thread=thread, answer=said, now=NOW)
    carry(NOW)
    bundles = everything_sent(mechanism)
    assert len(bundles) > 6
    assert any("text message, never a call" in text for text in bundles)  # what may leave is seen to
    assert not any(MARK in text or "never leaves" in text for text in bundles)


def test_the_same_words_in_a_field_that_may_leave_are_found(mechanism: People, case: CaseId) -> None:
    version = casefile.case(mechanism.owner, case).version
    cases.set_facts(mechanism.owner, case, {THREATS: f"planted {MARK}"}, version=version, now=NOW)
    referred(mechanism, case)
    assert any(MARK in text for text in everything_sent(mechanism))


def test_what_changed_since_the_preview_is_not_sent(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    grant = give_consent(mechanism.owner, case, mechanism.shelter, NOW)
    shown = refer.preview(mechanism.owner, thread=thread, now=NOW).digest
    consent.withdraw(mechanism.owner, case, grant, now=NOW)
    give_consent(mechanism.owner, case, mechanism.shelter, NOW, categories=("identity",))
    before = OutboxItem.objects.count()
    with pytest.raises(StaleError):
        refer.refer(mechanism.owner, thread=thread, shown=shown, now=NOW)
    assert OutboxItem.objects.count() == before
    assert agreed(mechanism, thread) == "OFFERED"

    shown = refer.preview(mechanism.owner, thread=thread, now=NOW).digest
    version = casefile.case(mechanism.owner, case).version
    cases.set_facts(mechanism.owner, case, {CHANNEL: "another number"}, version=version, now=NOW)
    refer.refer(mechanism.owner, thread=thread, shown=shown, now=NOW)  # what is not sent may change
    carry(NOW)
    assert set(packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields) == {
        NAME, FieldPath("identity.name_forms"),
    }  # fmt: skip


def _duty(people: People, ground: DutyGround) -> LegalDuty:
    worker = people.owner.worker
    assert worker is not None
    reached = frozenset(map(CategoryCode, ("identity", "safety")))
    return LegalDuty("Narae Act, art. 7", ground, reached, frozenset(), worker, NOW)


def test_nobody_is_referred_without_an_enquiry_but_in_danger_to_life(mechanism: People, case: CaseId) -> None:
    give_consent(mechanism.owner, case, mechanism.shelter, NOW)

    def at_once(duty: LegalDuty | None) -> enquire.Begun:
        return refer.refer_at_once(
            mechanism.owner, case=case, to=mechanism.shelter, purpose=SHELTER, urgency="emergency", duty=duty, now=NOW
        )  # fmt: skip

    for duty in (
        None,
        _duty(mechanism, DutyGround.MANDATORY_REPORT),
        _duty(mechanism, DutyGround.LEGAL_DUTY),
    ):
        with pytest.raises(DeniedError, match="enquiry-first"):
            at_once(duty)
    assert not ThreadRow.objects.exists()
    begun = at_once(_duty(mechanism, DutyGround.DANGER_TO_LIFE))
    carry(NOW)
    assert agreed(mechanism, begun.thread) == "REFERRED"
    assert packet(mechanism.stranger, begun.thread, asked_for=SHELTER, now=NOW).fields[NAME] == "예시가"


# --- what it may be read for ---


def _pairs() -> Iterable[tuple[PurposeCode, PurposeCode]]:
    protection = [one.code for one in purposes().values() if one.kind is PurposeKind.PROTECTION]
    return product(protection, purposes())


def test_a_packet_is_read_for_the_purpose_it_was_sent_for_and_for_no_other(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    (brought,) = MessageRow.objects.filter(agency=mechanism.shelter, packet=True)
    opened = []
    for sent_for, asked_for in _pairs():
        ThreadRow.objects.filter(agency=mechanism.shelter).update(purpose=sent_for)
        with pytest.MonkeyPatch.context() as planted:
            body = {
                "purpose": sent_for,
                "fields": {NAME: "예시가"},
                "feedback": [],
                "not_after": "2027-01-01T00:00:00Z",
            }
            planted.setattr("ieumgil.referral.queries.packet.content_of", lambda _row, b=body: {"packet": b})
            try:
                opened.append(
                    (sent_for, packet(mechanism.stranger, thread, asked_for=asked_for, now=NOW).purpose)
                )
            except DeniedError as refusal:
                assert refusal.code == "other-purpose"  # noqa: PT017
                assert sent_for != asked_for
    assert brought.packet
    assert {one == other for one, other in opened} == {True}
    assert len(opened) == len({one for one, _ in _pairs()})


def test_a_second_packet_for_another_purpose_opens_neither_for_the_other(
    mechanism: People, case: CaseId
) -> None:
    """A referrer's node that lies: the reply brings a packet for something else than the person was referred for."""
    thread = referred(mechanism, case)
    answer.query(mechanism.stranger, thread=thread, question="?", now=NOW)
    carry(NOW)
    other: dict[str, Json] = {
        "purpose": "medical", "fields": {"contact.safe_channel": "planted"}, "consent": None, "duty": None,
        "feedback": [], "not_after": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    speak(mechanism.owner, thread, Kind.REPLY, {"text": None, "onward": None, "packet": other}, now=NOW)
    carry(NOW)
    assert packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW).fields[CHANNEL] != "planted"
    with pytest.raises(DeniedError, match="other-purpose"):
        packet(mechanism.stranger, thread, asked_for=PurposeCode("medical"), now=NOW)


# --- what is told back ---


def _referred_with(people: People, case: CaseId, feedback: frozenset[Feedback]) -> ThreadId:
    thread = offered(people, case)
    give_consent(people.owner, case, people.shelter, NOW, feedback=feedback)
    refer.refer(people.owner, thread=thread, now=NOW)
    carry(NOW)
    answer.accept(people.stranger, thread=thread, now=NOW)
    answer.arrived(people.stranger, thread=thread, now=NOW)
    carry(NOW)
    return thread


def test_without_consent_to_feedback_the_referrer_hears_only_that_it_ended(
    mechanism: People, case: CaseId
) -> None:
    thread = _referred_with(mechanism, case, frozenset())
    with pytest.raises(DeniedError, match="no-feedback"):
        answer.progress(mechanism.stranger, thread=thread, code="settling-in", now=NOW)
    answer.outcome(mechanism.stranger, thread=thread, code="moved-on", now=NOW)
    carry(NOW)
    assert conversation(mechanism.owner, thread).turns[-1].said == {"code": "ended"}


def test_with_consent_to_feedback_the_referrer_hears_it(mechanism: People, case: CaseId) -> None:
    thread = _referred_with(mechanism, case, frozenset(Feedback))
    answer.progress(mechanism.stranger, thread=thread, code="settling-in", now=NOW)
    answer.outcome(mechanism.stranger, thread=thread, code="moved-on", now=NOW)
    carry(NOW)
    told = [turn.said for turn in conversation(mechanism.owner, thread).turns]
    assert told[-2:] == [{"code": "settling-in"}, {"code": "moved-on"}]


# --- what stays, and until when ---


def _recalled_in_care(people: People, case: CaseId) -> tuple[ThreadId, CaseId]:
    thread = in_care(people, case)
    own = look(people.stranger, thread).case
    assert own is not None
    recall.recall(people.owner, thread=thread, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    return thread, CaseId(own)


def _agree_to_keep(people: People, own: CaseId, to: AgencyId, categories: tuple[str, ...]) -> None:
    give_consent(people.stranger, own, to, NOW, categories=categories)


def test_what_the_person_lets_the_receiver_keep_stays_in_its_own_case(
    mechanism: People, case: CaseId
) -> None:
    thread, own = _recalled_in_care(mechanism, case)
    _agree_to_keep(mechanism, own, mechanism.shelter, ("contact", "identity"))
    kept = Kept(frozenset({CHANNEL, NAME}), (("register", "Narae Act, art. 9"),))
    recall.erase(mechanism.stranger, thread=thread, keep=kept, now=NOW)
    carry(NOW)
    assert agreed(mechanism, thread) == "ERASED"
    assert casefile.facts(mechanism.stranger, own) == {CHANNEL: "text message, never a call"}
    person = casefile.identity(mechanism.stranger, own)
    assert person is not None
    assert casefile.packet_fields(mechanism.stranger, own)[NAME] == "예시가"
    with pytest.raises(AbsentError):
        packet(mechanism.stranger, thread, asked_for=SHELTER, now=NOW)
    assert conversation(mechanism.owner, thread).turns[-1].said == {
        "why": "recalled", "kept_by_law": [{"what": "register", "article": "Narae Act, art. 9"}],
        "kept_by_consent": ["contact.safe_channel", "identity.name"],
    }  # fmt: skip


@pytest.mark.parametrize("given", ["nothing", "to another agency", "for something else"])
def test_without_the_persons_consent_nothing_is_kept_and_nothing_is_erased_by_the_attempt(
    mechanism: People, case: CaseId, given: str
) -> None:
    thread, own = _recalled_in_care(mechanism, case)
    if given == "to another agency":
        _agree_to_keep(mechanism, own, mechanism.coordinator.agency, ("contact",))
    if given == "for something else":
        _agree_to_keep(mechanism, own, mechanism.shelter, ("needs",))
    with pytest.raises(DeniedError, match="no-consent-to-keep"):
        recall.erase(mechanism.stranger, thread=thread, keep=Kept(frozenset({CHANNEL})), now=NOW)
    assert casefile.facts(mechanism.stranger, own) == {}
    assert MessageRow.objects.filter(agency=mechanism.shelter, packet=True, content__isnull=False).exists()
    assert agreed(mechanism, thread) == "RECALLED"


def _closed(people: People, case: CaseId) -> ThreadId:
    thread = in_care(people, case)
    answer.outcome(people.stranger, thread=thread, code="moved-on", now=NOW)
    carry(NOW)
    enquire.close(people.owner, thread=thread, reason="complete", now=NOW)
    carry(NOW)
    return thread


def test_a_packet_is_erased_by_itself_once_its_time_has_run_out(people: People) -> None:
    roots = found_mechanism(
        [people.police, people.shelter, people.coordinator.agency], people.coordinator, NOW
    )
    thread = _closed(people, a_case(people.owner, NOW))
    last, after = NOW + 365 * DAY, NOW + 365 * DAY + timedelta(seconds=1)
    _renew(people, roots, last)
    assert recall.erase_what_ran_out(now=last) == 0
    assert packet(people.stranger, thread, asked_for=SHELTER, now=NOW).fields
    assert recall.erase_what_ran_out(now=after) == 1
    assert recall.erase_what_ran_out(now=after) == 0
    carry(after)
    assert agreed(people, thread) == "CLOSED"
    with pytest.raises(AbsentError):
        packet(people.stranger, thread, asked_for=SHELTER, now=NOW)
    assert conversation(people.owner, thread).turns[-1].said == {
        "why": "retention", "kept_by_law": [], "kept_by_consent": []
    }  # fmt: skip


def _renew(people: People, roots: dict[AgencyId, bytes], now: datetime) -> None:
    cards = [
        rotate(actor, root=roots[actor.agency], node=NODE, now=now)
        for actor in (people.owner, people.stranger)
    ]
    sign_next_roll(people.coordinator, cards=cards, now=now)
