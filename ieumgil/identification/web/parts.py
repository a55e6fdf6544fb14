"""What a case's page shows of its first questions."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.web.parts import Moment, Part
from ieumgil.identification import queries
from ieumgil.identification.web.signs import label
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.permission import Permission


def parts(actor: Actor, case: CaseView) -> list[Part]:
    """Give the signs with their conclusion, each time of asking as a point on the line; or the way to the questions."""
    known = queries.screenings(actor, case.id)
    if not known:
        return [
            Part(
                _("First questions"),
                reverse("identification:again", args=[case.id]),
                _("not asked yet"),
                next=Permission.SCREENING_DO in actor.permissions,
            )
        ]
    url = reverse("identification:signs", args=[case.id])
    moments = tuple(Moment(_("First questions"), one.asked_at, url=url) for one in known)
    return [Part(_("Signs"), url, label(known[0].conclusion.code.value), moments=moments)]
