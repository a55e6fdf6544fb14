"""What was sent is read by whom it is for, for what it was sent, until it is taken back: whatever the peer sends."""

import pytest

from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.queries.work import conversation
from tests.rooms.conftest import People
from tests.support.journeys import referred

# --- who reads what was said ---


def test_a_colleague_who_is_not_on_the_case_reads_nothing_that_was_said_about_it(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    with pytest.raises(AbsentError):
        conversation(mechanism.colleague, thread)
    assert conversation(mechanism.owner, thread).turns  # control: the team reads it
    assert conversation(mechanism.stranger, thread).turns  # and so does the agency that it was sent to
