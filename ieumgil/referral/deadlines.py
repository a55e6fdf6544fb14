"""Until when the next step of a thread is owed: which limit of the basis counts in which state."""

from datetime import datetime, timedelta

from ieumgil.agreements.rules import Calendar, TimeLimits, Urgency, due_at
from ieumgil.referral.words import State

# A step that keeps a person waiting runs on the thread's urgency; a formality on the ordinary limit.
FORMALITIES = frozenset({State.OUTCOME, State.ERASED, State.REOPENED})
SIGN_OF_LIFE = timedelta(days=30)  # in care: some word within this time, so that nobody is forgotten there
ESCALATE_AGAIN_AFTER = timedelta(hours=24)
ENQUIRY_KEPT = timedelta(days=30)  # thread page: an enquiry is deleted after 30 days


def due_in(
    state: State, urgency: Urgency, limits: TimeLimits, calendar: Calendar, now: datetime
) -> datetime | None:
    """Give, in UTC to the second, when the step owed in this state is due; None where nobody owes.

    The sender of the message that led to the state computes it and signs it; nobody's clock decides afterwards.
    """
    if state is State.CLOSED:
        return None
    if state is State.IN_CARE:
        due = now + SIGN_OF_LIFE
    else:
        due = due_at(limits.of(Urgency.ORDINARY if state in FORMALITIES else urgency), now, calendar)
    return due.replace(microsecond=0)


def level_of(due: datetime, now: datetime) -> int:
    """Give how far a step is overdue: 0 not at all, 1 from its due time, one more for each further 24 hours, at most 3."""
    if now < due:
        return 0
    return min(3, 1 + (now - due) // ESCALATE_AGAIN_AFTER)
