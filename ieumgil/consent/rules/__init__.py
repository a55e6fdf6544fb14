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
    may_consent,
    newest,
    under_suspicion,
    valid,
    withdrawn,
)
from ieumgil.consent.rules.record import (
    GrantBody,
    GrantColumns,
    Leave,
    Refused,
    RefusedWhat,
    body_of,
    grant_from,
)
from ieumgil.consent.rules.texts import FormFacts, Passage, Text, text_from

__all__ = [
    "Disclosure",
    "DutyGround",
    "Feedback",
    "Form",
    "FormFacts",
    "GivenBy",
    "Grant",
    "GrantBody",
    "GrantColumns",
    "HeldBack",
    "How",
    "Leave",
    "LegalDuty",
    "Passage",
    "Reason",
    "Refused",
    "RefusedWhat",
    "Text",
    "body_of",
    "compare",
    "disclose",
    "duty_holds",
    "feedback_agreed",
    "grant_from",
    "may_consent",
    "newest",
    "review_due",
    "text_from",
    "under_suspicion",
    "valid",
    "withdrawn",
]
