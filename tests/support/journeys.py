"""How far a thread has come between the police unit and the shelter of the tests' mechanism, step by step."""

from datetime import datetime, timedelta

from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import answer, enquire, refer
from ieumgil.referral.queries.work import look
from tests.rooms.conftest import NOW, People
from tests.support.mechanism import ENQUIRY, carry, give_consent, give_leave


def enquired(people: People, case: CaseId, *, urgency: str = "urgent", now: datetime = NOW) -> ThreadId:
    """Ask the shelter; nothing is carried yet."""
    give_leave(people.owner, case, now)
    begun = enquire.enquire(
        people.owner, case=case, to=people.shelter, enquiry=ENQUIRY, urgency=urgency, now=now
    )
    return begun.thread


def offered(people: People, case: CaseId, *, urgency: str = "urgent") -> ThreadId:
    """Let the shelter say that it can take the person."""
    thread = enquired(people, case, urgency=urgency)
    carry(NOW)
    answer.can_take(people.stranger, thread=thread, place_until=NOW + timedelta(hours=8), now=NOW)
    carry(NOW)
    return thread


def referred(people: People, case: CaseId, *, urgency: str = "urgent") -> ThreadId:
    """Refer the person with their consent."""
    thread = offered(people, case, urgency=urgency)
    give_consent(people.owner, case, people.shelter, NOW)
    refer.refer(people.owner, thread=thread, now=NOW)
    carry(NOW)
    return thread


def in_care(people: People, case: CaseId) -> ThreadId:
    """Let the person arrive."""
    thread = referred(people, case)
    answer.accept(people.stranger, thread=thread, now=NOW)
    answer.arrived(people.stranger, thread=thread, now=NOW)
    carry(NOW)
    return thread


def states(people: People, thread: ThreadId) -> tuple[str, str]:
    """Give the state as the police unit and as the shelter see it."""
    return look(people.owner, thread).state, look(people.stranger, thread).state


def agreed(people: People, thread: ThreadId) -> str:
    """Give the state that both sides see, with who owes what until when."""
    ours, theirs = look(people.owner, thread), look(people.stranger, thread)
    assert (ours.state, ours.owes, ours.due_at) == (theirs.state, theirs.owes, theirs.due_at)
    return ours.state
