"""What a case's page shows of what the person agreed to."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.web.parts import Moment, Part
from ieumgil.consent import queries
from ieumgil.consent.rules import valid
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import Allow
from ieumgil.shell.agencies import agency_name


def parts(actor: Actor, case: CaseView) -> list[Part]:
    """Give what was agreed, each consent as a point on the line."""
    url, now = reverse("consent:list", args=[case.id]), timezone.now()
    grants = queries.grants_of(actor, case.id)
    living = [grant for grant in grants if isinstance(valid(grant, now), Allow)]
    moments = tuple(
        Moment(_("Consent"), grant.given_at, url=url, note=", ".join(map(agency_name, grant.recipients)))
        for grant in grants
    )
    if living:
        return [
            Part(
                _("What was agreed"),
                url,
                _("a consent counts"),
                min(grant.until for grant in living),
                moments=moments,
            )
        ]
    leave = queries.has_leave(actor, case.id)
    says = _("leave to ask without a name") if leave else _("nothing agreed yet")
    return [Part(_("What was agreed"), url, says, moments=moments)]
