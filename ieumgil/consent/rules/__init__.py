"""What a consent says, whether it counts now, and what may therefore be sent; pure."""

from ieumgil.consent.rules.disclosure import Disclosure, HeldBack, Reason, compare, disclose
from ieumgil.consent.rules.duty import DutyGround, LegalDuty, duty_holds, review_due
from ieumgil.consent.rules.grants import (
    Feedback,
    Form,
    GivenBy,
    Grant,
    How,
    feedback_agreed,
    guardian_may_be_told,
    may_consent,
    newest,
    under_suspicion,
    valid,
    withdrawn,
)

__all__ = [
    "Disclosure",
    "DutyGround",
    "Feedback",
    "Form",
    "GivenBy",
    "Grant",
    "HeldBack",
    "How",
    "LegalDuty",
    "Reason",
    "compare",
    "disclose",
    "duty_holds",
    "feedback_agreed",
    "guardian_may_be_told",
    "may_consent",
    "newest",
    "review_due",
    "under_suspicion",
    "valid",
    "withdrawn",
]
