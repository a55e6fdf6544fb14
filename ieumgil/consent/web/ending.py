"""The person says no, or no longer; and a guardian who may be the one to fear."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ieumgil.casefile import queries as casefile
from ieumgil.consent import actions, queries
from ieumgil.consent.rules import Grant, How, Refused, RefusedWhat
from ieumgil.consent.web.forms import RefusalForm
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.onward import go_on
from ieumgil.shell.page import GET_POST, Signed, page, show


@page(verb="consent.record", right=Permission.CONSENT_RECORD, methods=GET_POST)
def refuse(request: Signed, case: UUID) -> HttpResponse:
    """Keep a no; offers go on."""
    casefile.case(request.actor, CaseId(case))
    form = RefusalForm.of(
        request, initial={"what": request.GET.get("what", RefusedWhat.SHARING.value), "language": "en"}
    )

    def keep(said: dict[str, str]) -> None:
        agency = request.GET.get("agency")
        recipients = frozenset({AgencyId(UUID(agency))}) if agency else frozenset()
        no = Refused(
            RefusedWhat(said["what"]),
            said["language"],
            How(said["how"]),
            timezone.now(),
            recipients=recipients,
        )
        actions.record_refusal(request.actor, CaseId(case), no)

    if form.act(keep):
        messages.success(request, _("The no is recorded. Help goes on, and may be offered again."))
        return go_on(request, reverse("consent:list", args=[case]))
    return show(request, "consent/refuse.html", {"case": case, "form": form}, status=form.status)


@page(verb="consent.withdraw", right=Permission.CONSENT_RECORD, methods=GET_POST)
def withdraw(request: Signed, case: UUID, grant: UUID) -> HttpResponse:
    """Say what a withdrawal does and cannot do, and keep it."""
    found = _grant_of(request, case, grant)
    form = HouseForm.of(request)
    if form.act(lambda _said: actions.withdraw(request.actor, CaseId(case), GrantId(grant))):
        messages.success(
            request,
            _("The consent is withdrawn. Nothing more is shared on it; what was sent is being recalled."),
        )
        return go_on(request, reverse("consent:list", args=[case]))
    return show(
        request, "consent/withdraw.html", {"case": case, "form": form, "grant": found}, status=form.status
    )


@page(verb="consent.withdraw", right=Permission.CONSENT_RECORD, methods=GET_POST)
def guardian(request: Signed, case: UUID) -> HttpResponse:
    """Keep that the guardian is under suspicion: neither consents nor is told from now on."""
    told = queries.guardian_may_be_told(request.actor, CaseId(case))
    form = HouseForm.of(request)
    if form.act(lambda _said: actions.suspect_guardian(request.actor, CaseId(case))):
        messages.success(
            request, _("It is recorded. The guardian is not told; call an independent advocate.")
        )
        return go_on(request, reverse("consent:list", args=[case]))
    return show(
        request, "consent/guardian.html", {"case": case, "form": form, "told": told}, status=form.status
    )


def _grant_of(request: Signed, case: UUID, grant: UUID) -> Grant:
    for found in queries.grants_of(request.actor, CaseId(case)):
        if found.id == grant:
            return found
    raise AbsentError
