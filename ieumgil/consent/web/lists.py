"""What the person agreed to and said no to, as it counts now."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from ieumgil.agreements import queries as agreements
from ieumgil.consent import queries
from ieumgil.consent.rules import Feedback, Grant, valid
from ieumgil.kernel.ids import CaseId, CategoryCode, PurposeCode
from ieumgil.kernel.outcome import Deny
from ieumgil.kernel.permission import Permission
from ieumgil.shell.page import Signed, page, show


@dataclass(frozen=True, slots=True)
class Shown:
    """A consent and, if it no longer counts, why."""

    grant: Grant
    ended: str

    @property
    def purposes(self) -> list[PurposeCode]:
        """What it is for, in the order of the vocabulary."""
        return [code for code in agreements.purposes() if code in self.grant.purposes]

    @property
    def categories(self) -> list[CategoryCode]:
        """What may be shared, in the order of the vocabulary."""
        every = map(CategoryCode, agreements.labels("categories"))
        return [code for code in every if code in self.grant.categories]

    @property
    def feedback(self) -> list[str]:
        """What may be heard back, in the order in which it happens."""
        return [code.value for code in Feedback if code in self.grant.feedback]


@page(verb="consent.read", right=Permission.CASE_READ)
def agreed(request: Signed, case: UUID) -> HttpResponse:
    """Show the consents of a case, those that count first, the leave to ask, and every no."""
    now, of = timezone.now(), CaseId(case)
    grants = [Shown(grant, _ended(grant)) for grant in queries.grants_of(request.actor, of)]
    context: dict[str, object] = {
        "case": case,
        "grants": sorted(grants, key=lambda shown: (bool(shown.ended), -shown.grant.given_at.timestamp())),
        "refusals": queries.refusals(request.actor, of),
        "leave": queries.has_leave(request.actor, of),
        "guardian_doubted": not queries.guardian_may_be_told(request.actor, of),
        "now": now,
    }
    return show(request, "consent/agreed.html", context)


def _ended(grant: Grant) -> str:
    counts = valid(grant, timezone.now())
    return counts.code if isinstance(counts, Deny) else ""
