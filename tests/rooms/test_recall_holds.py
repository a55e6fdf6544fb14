"""A recall reaches all that it must: every consent is watched, what was said goes too, what was signed for stays in view."""

from datetime import timedelta

from ieumgil.consent.actions import withdraw
from ieumgil.kernel.ids import CaseId, GrantId, ThreadId
from ieumgil.referral.actions import recall, refer
from tests.rooms.conftest import NOW, People
from tests.support.journeys import agreed, offered, states
from tests.support.mechanism import carry, give_consent

SOON = NOW + timedelta(minutes=1)


# --- every consent that a packet rests on ---


def _referred_with_two_consents(people: People, case: CaseId) -> tuple[ThreadId, list[GrantId]]:
    thread = offered(people, case)
    given = [
        give_consent(people.owner, case, people.shelter, NOW, categories=categories)
        for categories in (("needs",), ("identity", "contact"))
    ]
    refer.refer(people.owner, thread=thread, now=NOW)
    carry(NOW)
    return thread, given


def test_the_end_of_any_consent_that_a_packet_rests_on_recalls_it(mechanism: People, case: CaseId) -> None:
    thread, given = _referred_with_two_consents(mechanism, case)
    assert recall.recall_what_lapsed(now=SOON) == 0  # control: while both stand nothing is recalled
    withdraw(mechanism.owner, case, given[1], now=NOW)
    assert recall.recall_what_lapsed(now=SOON) == 1
    carry(SOON)
    assert agreed(mechanism, thread) == "RECALLED"


def test_the_end_of_the_other_consent_recalls_it_too(mechanism: People, case: CaseId) -> None:
    thread, given = _referred_with_two_consents(mechanism, case)
    withdraw(mechanism.owner, case, given[0], now=NOW)
    recall.recall_what_lapsed(now=SOON)
    carry(SOON)
    assert agreed(mechanism, thread) == "RECALLED"


def test_the_end_of_a_consent_that_a_packet_does_not_rest_on_recalls_nothing(
    mechanism: People, case: CaseId
) -> None:
    thread, _given = _referred_with_two_consents(mechanism, case)
    other = give_consent(mechanism.owner, case, mechanism.coordinator.agency, NOW)
    withdraw(mechanism.owner, case, other, now=NOW)
    assert recall.recall_what_lapsed(now=SOON) == 0
    assert states(mechanism, thread) == ("REFERRED", "REFERRED")
