"""A legal duty in the place of consent: which article, who decided, and the second person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ieumgil.kernel.ids import CategoryCode, WorkerId
from ieumgil.kernel.outcome import Allow, Deny, Outcome

REVIEW_WITHIN = timedelta(hours=24)  # thread page, rule 1


class DutyGround(StrEnum):
    """Why a law is followed without consent; the first two cannot wait for a second person."""

    DANGER_TO_LIFE = "danger-to-life"
    MANDATORY_REPORT = "mandatory-report"
    LEGAL_DUTY = "legal-duty"


@dataclass(frozen=True, slots=True)
class LegalDuty:
    """An article of law that one worker follows and a second approves: before, or after where it cannot wait.

    `named_categories`: health and status, where the article reaches them.
    """

    article: str
    ground: DutyGround
    categories: frozenset[CategoryCode]
    named_categories: frozenset[CategoryCode]
    decided_by: WorkerId
    decided_at: datetime
    approved_by: WorkerId | None = None

    def covers(self, category: CategoryCode, *, named_only: bool) -> bool:
        """Say whether the article reaches this category."""
        return category in (self.named_categories if named_only else self.categories | self.named_categories)


def duty_holds(duty: LegalDuty, now: datetime) -> Outcome:
    """Say whether the duty may stand in for consent now.

    Deny: "article-missing", "same-person", "second-person-needed", "review-overdue" (a day without review).
    """
    if not duty.article.strip():
        return Deny("article-missing")
    if duty.approved_by is not None:
        return Deny("same-person") if duty.approved_by == duty.decided_by else Allow()
    if duty.ground is DutyGround.LEGAL_DUTY:
        return Deny("second-person-needed")
    return Allow() if now < duty.decided_at + REVIEW_WITHIN else Deny("review-overdue")


def review_due(duty: LegalDuty) -> datetime | None:
    """Give until when a second worker must review what was sent at once; None if there is no need."""
    if duty.approved_by is not None or duty.ground is DutyGround.LEGAL_DUTY:
        return None
    return duty.decided_at + REVIEW_WITHIN
