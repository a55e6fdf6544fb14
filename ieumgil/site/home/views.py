"""The home page of whoever signed in: it answers one question for each role."""

from django.http import HttpResponse
from django.utils import timezone

from ieumgil.casefile import queries as casefile
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.post.actions.notices import seen
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries import work
from ieumgil.shell.page import Signed, page, show
from ieumgil.site.home.coordination import overview
from ieumgil.site.home.tonight import who_can_take
from ieumgil.site.home.waiting import what_needs_a_look

SHOWN = 10  # of a list: the rest is a click away


@page(verb="home.read")
def home(request: Signed) -> HttpResponse:
    """Show what the worker came for: what to do now, who waits, or where the mechanism breaks."""
    actor, rights = request.actor, request.actor.permissions
    context: dict[str, object] = {"now": timezone.now(), "look": what_needs_a_look(actor)}
    if Role.FIRST_RESPONDER in request.worker.roles:
        context["tonight"] = who_can_take(actor)
    seen(actor.agency, request.worker.id)
    if Permission.REFERRAL_READ in rights:
        context["owed"] = work.work_list(actor)[:SHOWN]
    if Permission.CASE_READ in rights:
        context["cases"] = casefile.cases(actor, limit=SHOWN).cases
    if Permission.COORDINATE in rights:
        context["overview"] = overview(actor)
    return show(request, _template(request.worker.roles), context)


def _template(roles: tuple[Role, ...]) -> str:
    if Role.FIRST_RESPONDER in roles:
        return "site/home_responder.html"
    return "site/home_coordinator.html" if Role.COORDINATOR in roles else "site/home_worker.html"
