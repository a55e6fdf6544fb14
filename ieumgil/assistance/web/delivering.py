"""Services of a case: start one, end one."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import PurposeKind
from ieumgil.assistance import actions, queries
from ieumgil.casefile import queries as casefile
from ieumgil.casefile.web.workers import names_of
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm, Words
from ieumgil.shell.page import GET_POST, POST, Signed, page, show


class ServiceForm(HouseForm):
    """A service that starts now."""

    service = forms.ChoiceField(label=_("Service"))
    note = Words(
        label=_("Note"), required=False, rows=3, help_text=_("It stays in this agency, sealed with the case.")
    )

    def __init__(self, *args: Any, running: frozenset[str], **more: Any) -> None:  # noqa: ANN401  as of Form
        """Offer the services of protection and redress that are not running yet."""
        super().__init__(*args, **more)
        labels, korean = agreements.labels("purposes"), get_language() == "ko"
        codes = [
            code
            for code, one in agreements.purposes().items()
            if one.kind is not PurposeKind.STATISTICS and code not in running
        ]
        named = [(code, labels[code].ko if korean else labels[code].en) for code in codes]
        self.fields["service"].choices = [("", gettext("Choose")), *named]  # type: ignore[attr-defined]


@page(verb="service.start", right=Permission.CASE_READ, methods=GET_POST)
def services(request: Signed, case: UUID) -> HttpResponse:
    """Show the services of a case, and start one."""
    view = casefile.case(request.actor, CaseId(case))
    known = queries.services(request.actor, view.id)
    running = frozenset(one.service for one in known if one.ended_at is None)
    form = ServiceForm.of(request, running=running)
    if form.act(
        lambda said: actions.start_service(request.actor, view.id, said["service"], note=said["note"] or None)
    ):
        messages.success(request, gettext("The service has started."))
        return redirect("assistance:services", case)
    names = names_of(request.actor)
    told = {"case": view, "form": form, "services": [(one, names.get(one.by)) for one in known]}
    return show(request, "assistance/services.html", told, status=form.status)


@page(verb="service.end", right=Permission.SERVICE_DELIVER, methods=POST)
def end(request: Signed, case: UUID, delivery: UUID) -> HttpResponse:
    """End a running service of the case."""
    view = casefile.case(request.actor, CaseId(case))
    if delivery not in {one.id for one in queries.services(request.actor, view.id)}:
        raise AbsentError
    actions.end_service(request.actor, delivery)
    messages.success(request, gettext("The service has ended."))
    return redirect("assistance:services", case)
