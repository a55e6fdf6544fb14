"""Residence status: first what this worker must report and what to tell the person, then the field, and nothing else."""

from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ieumgil.agreements.queries import reporting_duties
from ieumgil.casefile import actions, queries
from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.web import facts_form
from ieumgil.casefile.web.about import write
from ieumgil.casefile.web.facts_form import FactsForm
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show

SALT = "duty-told"
HOLDS = 8 * 3600  # seconds: as long as a session
NOBODY_LOOKED = "duty-not-known"


@page(verb="fields.record", right=Permission.CASE_OPEN, methods=GET_POST)
def status(request: Signed, case: UUID) -> HttpResponse:
    """Say what must be reported; once the worker has told the person, show and record the residence status."""
    view = queries.case(request.actor, CaseId(case))
    return _field(request, view) if _was_told(request, view) else _first(request, view)


def _first(request: Signed, view: CaseView) -> HttpResponse:
    duties = reporting_duties(request.actor)
    code = duties[0].code if duties else NOBODY_LOOKED
    form = HouseForm.of(request)
    if "was_told" in request.POST and form.act(lambda _said: actions.tell_duty(request.actor, view.id, code)):
        onward = QueryDict(mutable=True)
        onward["told"] = signing.dumps(_whose(request, view), salt=SALT)
        if "kept" in request.GET:
            onward["kept"] = request.GET["kept"]
        return redirect(f"{reverse('casefile:status', args=[view.id])}?{onward.urlencode()}")
    return show(
        request, "casefile/duty.html", {"case": view, "duties": duties, "form": form}, status=form.status
    )


def _field(request: Signed, view: CaseView) -> HttpResponse:
    recorded = queries.facts(request.actor, view.id)
    now = facts_form.known(recorded, facts_form.STATUS) | {"version": view.version}
    form = FactsForm.of(request, initial=now, asked=facts_form.STATUS)
    if form.save(
        lambda said: write(request, view.id, form, recorded, said["version"], reason="person-was-told")
    ):
        messages.success(
            request,
            _(
                "The residence status is recorded. It leaves this agency only where the person names it in a consent."
            ),
        )
        return redirect("casefile:facts", view.id)
    form.show_newer(now)
    return show(request, "casefile/status.html", {"case": view, "form": form}, status=form.status)


def _whose(request: Signed, view: CaseView) -> str:
    return f"{request.actor.worker}|{view.id}"


def _was_told(request: Signed, view: CaseView) -> bool:
    try:
        return bool(
            signing.loads(request.GET.get("told", ""), salt=SALT, max_age=HOLDS) == _whose(request, view)
        )
    except signing.BadSignature:
        return False
