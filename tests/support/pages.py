"""Addresses of a node with a few pages beside them, to see what the frame does with any page; one of them is planted."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ieumgil.casefile import queries as casefile
from ieumgil.casefile.models import Draft
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.ground.vault.rules import Context
from ieumgil.kernel.ids import AgencyId, CaseId, KeyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm, Words
from ieumgil.shell.page import GET_POST, Signed, page

REFUSALS = {
    "moved-on": StaleError(None),
    "frozen": DeniedError("frozen"),
    "locked": LockedAgencyError(),
}


class OneBox(HouseForm):
    """A form with one box."""

    words = Words(label="Words")
    fate = forms.CharField(required=False)


@page(verb="note.add", right=Permission.CASE_OPEN, methods=GET_POST)
def box(request: Signed) -> HttpResponse:
    """Take words, or refuse them in the form."""
    form = OneBox.of(request)

    def take(said: dict[str, str]) -> str:
        if said["fate"]:
            raise REFUSALS[said["fate"]]
        return said["words"]

    done = form.act(take)
    return HttpResponse(done.value if done else form.as_p(), status=form.status)


@page(verb="case.read", right=Permission.CASE_READ)
def about(request: Signed, case: UUID) -> HttpResponse:
    """Show the code of a case."""
    return HttpResponse(casefile.case(request.actor, CaseId(case)).ref)


@page(verb="case.read", right=Permission.CASE_READ)
def leaky(_request: Signed, case: UUID) -> HttpResponse:
    """Show the address of a case's kept words whoever asks: a planted leak."""
    row = Draft.objects.filter(case=case).first()
    if row is None:
        raise AbsentError
    place = Context("casefile.draft", "text", row.pk, case)
    return HttpResponse(vault.get(AgencyId(row.agency_id), KeyId(row.key_id), place, bytes(row.sealed)))


@page(verb="case.read", right=Permission.CASE_READ)
def telling(_request: Signed, case: UUID) -> HttpResponse:
    """Refuse what is there in other words than what is not: a planted leak."""
    if Draft.objects.filter(case=case).exists():
        raise DeniedError("frozen")
    raise AbsentError


@page(verb="note.add", methods=GET_POST)
def breaking(request: Signed) -> HttpResponse:
    """Refuse on the page itself, once something is posted."""
    if request.method == "POST":
        raise REFUSALS[request.POST["fate"]]
    return HttpResponse("a page")


def undeclared(_request: HttpRequest) -> HttpResponse:
    """Say something without having declared a verb: the planted fault."""
    return HttpResponse("anything")


urlpatterns = [
    path("box/", box, name="box"),
    path("box/<uuid:case>/", about, name="about"),
    path("leaky/<uuid:case>/", leaky, name="leaky"),
    path("telling/<uuid:case>/", telling, name="telling"),
    path("breaking/", breaking, name="breaking"),
    path("undeclared/", undeclared, name="undeclared"),
    path("", include("ieumgil.site.urls")),
]
handler404 = "ieumgil.shell.views.not_found"
handler500 = "ieumgil.shell.views.failed"
