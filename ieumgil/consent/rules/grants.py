"""One consent as it was given, and whether it counts now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ieumgil.kernel.ids import AgencyId, CategoryCode, GrantId, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome


class GivenBy(StrEnum):
    """Who consented; the person is always among them."""

    PERSON = "person"
    GUARDIAN = "guardian-with-child"
    ADVOCATE = "advocate-with-child"


class How(StrEnum):
    """How it was explained."""

    READ_ALOUD = "read-aloud"
    SHOWN = "shown"
    INTERPRETED = "interpreted"
    EASY_READ = "easy-read"
    SIGNED = "sign-language"


class Form(StrEnum):
    """Whether the person said it or wrote it."""

    SPOKEN = "spoken"
    WRITTEN = "written"


class Feedback(StrEnum):
    """What the referrer may hear back."""

    ARRIVAL = "arrival"
    PROGRESS = "progress"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Grant:
    """One version of one consent; `named_categories` are those the person named one by one (health, status).

    `language` is a BCP 47 tag; moments carry their zone. A later version takes an earlier one's place.
    """

    id: GrantId
    version: int
    purposes: frozenset[PurposeCode]
    recipients: frozenset[AgencyId]
    categories: frozenset[CategoryCode]
    named_categories: frozenset[CategoryCode]
    given_at: datetime
    until: datetime
    language: str
    how: How
    form: Form
    by_whom: GivenBy
    of_child: bool = False
    guardian_suspected: bool = False
    feedback: frozenset[Feedback] = frozenset()
    withdrawn_at: datetime | None = None

    def covers(self, category: CategoryCode, *, named_only: bool) -> bool:
        """Say whether the person agreed to this category; where it must be named, whether it was."""
        return category in (self.named_categories if named_only else self.categories | self.named_categories)


def may_consent(by_whom: GivenBy, *, of_child: bool, guardian_suspected: bool) -> Outcome:
    """Say if this can count: a child's needs a guardian or an advocate, a suspected guardian's never does.

    Deny("child-alone"), Deny("guardian-suspected") (Korean Act on trafficking victims, art. 23(2)).
    """
    if by_whom is GivenBy.GUARDIAN and guardian_suspected:
        return Deny("guardian-suspected")
    if by_whom is GivenBy.PERSON and of_child:
        return Deny("child-alone")
    return Allow()


def valid(grant: Grant, now: datetime) -> Outcome:
    """Say whether a consent counts now.

    Deny: "consent-withdrawn", "consent-not-yet", "consent-expired", "guardian-suspected", "child-alone".
    """
    able = may_consent(grant.by_whom, of_child=grant.of_child, guardian_suspected=grant.guardian_suspected)
    if isinstance(able, Deny):
        return able
    if grant.withdrawn_at is not None:  # whatever the clock says: a withdrawal counts at once
        return Deny("consent-withdrawn")
    if now < grant.given_at:
        return Deny("consent-not-yet")
    return Allow() if now < grant.until else Deny("consent-expired")


def newest(grants: Iterable[Grant]) -> list[Grant]:
    """Keep the newest version of each consent, so that an older one can never speak again."""
    by_id = {grant.id: grant for grant in sorted(grants, key=lambda grant: grant.version)}
    return list(by_id.values())


def withdrawn(grant: Grant, now: datetime) -> Grant:
    """Give the version that follows when the person withdraws."""
    return replace(grant, version=grant.version + 1, withdrawn_at=now)


def under_suspicion(grant: Grant) -> Grant:
    """Give the same consent as it counts once the guardian is suspected."""
    return replace(grant, guardian_suspected=True)


def feedback_agreed(
    grants: Iterable[Grant], *, purpose: PurposeCode, recipient: AgencyId, now: datetime
) -> frozenset[Feedback]:
    """Give what the referrer may hear back from this recipient, by every consent for it that counts now."""
    counting = (grant for grant in newest(grants) if isinstance(valid(grant, now), Allow))
    concerned = (g.feedback for g in counting if purpose in g.purposes and recipient in g.recipients)
    return frozenset[Feedback]().union(*concerned)
