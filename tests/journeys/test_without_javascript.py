"""The main path works where no script runs: every step is a page of its own."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support import acting
from tests.support.journeying import at_both, may, states, wait_for


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_is_referred_and_arrives_where_no_script_runs(
    nodes: Nodes, browser: Browser, language: str
) -> None:
    with at_both(browser, nodes.front, nodes.protection, language, "plain", script=False, looks=False) as (
        officer,
        shelter,
    ):
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
        wait_for(officer, f"/threads/{thread}/", may("recall"))
        assert not officer.page.evaluate("() => 'htmx' in window"), "a script ran after all"
        assert officer.faults + officer.strangers + shelter.faults + shelter.strangers == []
    assert states(nodes.front, nodes.protection, thread) == {"IN CARE"}
