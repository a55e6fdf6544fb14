"""Who the person is, and what is known of the case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ieumgil.casefile import actions, queries
from ieumgil.casefile.web import facts_form, person_form
from ieumgil.casefile.web.facts_form import FactsForm
from ieumgil.casefile.web.person_form import PersonForm
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, FieldPath
from ieumgil.kernel.permission import Permission
from ieumgil.shell.page import GET_POST, Signed, page, show

STATUS = FieldPath("status.residence")


@page(verb="identity.record", right=Permission.CASE_READ, methods=GET_POST)
def person(request: Signed, case: UUID) -> HttpResponse:
    """Show and record who the person is; a save that comes too late shows what was written meanwhile."""
    view = queries.case(request.actor, CaseId(case))
    now = person_form.known(queries.identity(request.actor, view.id)) | {"version": view.version}
    form = PersonForm.of(request, initial=now)
    if form.save(
        lambda said: actions.record_identity(request.actor, view.id, form.identity, version=said["version"])
    ):
        messages.success(request, _("Who the person is, is recorded."))
        return redirect("casefile:case", case)
    form.show_newer(now)
    return show(request, "casefile/person.html", {"case": view, "form": form}, status=form.status)


@page(verb="fields.record", right=Permission.CASE_READ, methods=GET_POST)
def facts(request: Signed, case: UUID) -> HttpResponse:
    """Show and record the fields of a case; residence status has a page of its own, after what must be said first."""
    view = queries.case(request.actor, CaseId(case))
    recorded = queries.facts(request.actor, view.id)
    now = facts_form.known(recorded) | {"version": view.version}
    form = FactsForm.of(request, initial=now)
    if form.save(lambda said: write(request, view.id, form, recorded, said["version"])):
        messages.success(request, _("The facts are recorded."))
        return redirect("casefile:case", case)
    form.show_newer(now)
    told = {"case": view, "form": form, "has_status": STATUS in recorded}
    return show(request, "casefile/facts.html", told, status=form.status)


def write(
    request: Signed,
    case: CaseId,
    form: FactsForm,
    recorded: dict[FieldPath, Json],
    version: int,
    *,
    reason: str | None = None,
) -> int:
    """Write what was changed in a form, from the version that the form was made from."""
    changed = form.changed(recorded)
    return (
        actions.set_facts(request.actor, case, changed, version=version, reason=reason)
        if changed
        else version
    )
