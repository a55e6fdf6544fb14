"""What a case's page shows of its services."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ieumgil.assistance import queries
from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.web.parts import Moment, Part
from ieumgil.kernel.actor import Actor
from ieumgil.shell.templatetags.house import purpose_label


def parts(actor: Actor, case: CaseView) -> list[Part]:
    """Give the services that run now, and the start of each on the line."""
    known = queries.services(actor, case.id)
    url = reverse("assistance:services", args=[case.id])
    running = ", ".join(purpose_label(one.service) for one in known if one.ended_at is None)
    moments = tuple(Moment(purpose_label(one.service), one.started_at, url=url) for one in known)
    return [Part(_("Services"), url, running or _("none running"), moments=moments)]
