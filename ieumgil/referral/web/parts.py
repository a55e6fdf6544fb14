"""What a case's page shows of its threads."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.web.parts import Moment, Part
from ieumgil.ground.words.queries import word
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries.asking import Asked, threads_about
from ieumgil.referral.rules import State
from ieumgil.shell.agencies import agency_name


def parts(actor: Actor, case: CaseView) -> list[Part]:
    """Give every thread about the case, each with its beginning and what is due as points on the line; or the way to ask."""
    if Permission.REFERRAL_READ not in actor.permissions:
        return []
    threads = threads_about(actor, case.id)
    ask = Part(
        _("Who can take the person"),
        reverse("referral:ask", args=[case.id]),
        _("ask more agencies") if threads else _("not asked yet"),
        next=not threads,
    )
    return [ask, *map(_part, threads)]


def _part(thread: Asked) -> Part:
    url = reverse("referral:thread", args=[thread.thread])
    title = gettext("Thread with %(agency)s") % {"agency": agency_name(thread.peer)}
    late = bool(thread.ours and thread.due_at and thread.due_at < timezone.now())
    due = thread.due_at if thread.state != State.CLOSED else None
    says = word(f"state.{thread.state}", get_language() or "en")
    begun = Moment(title, thread.opened_at, url=url)
    coming = (Moment(says, due, "late" if late else "due", url),) if due else ()
    return Part(title, url, says, due, late, (begun, *coming))
