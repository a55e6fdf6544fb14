"""A police officer and whoever has the night at the shelter refer a person by hand, from the first question to the close."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support import acting
from tests.support.journeying import at_both, states


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_is_referred_by_hand_from_the_first_question_to_the_close(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    with at_both(browser, nodes.front, nodes.protection, language, "journey") as (officer, shelter):
        case = acting.first_questions(officer)
        acting.duty_before_status(officer, case)
        acting.person_and_facts(officer, case)
        acting.leave_to_ask(officer, case)
        thread = acting.ask_shelter(officer, case)
        acting.can_take(shelter, thread)
        acting.consent_in_vietnamese(officer, thread)
        acting.refer(officer)
        acting.query_and_reply(officer, shelter, thread)
        acting.accept_and_open(shelter, thread)
        acting.arrive(shelter, thread)
        acting.tell(shelter, thread, "progress", "settling-in")
        acting.tell(shelter, thread, "outcome", "own-home")
        acting.close(officer, thread)
        assert officer.faults + shelter.faults == []
        assert officer.strangers + shelter.strangers == []
    assert states(nodes.front, nodes.protection, thread) == {"CLOSED"}
