"""The list of one's own cases, without anybody's name; and a case on one line."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile import queries
from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.rules import Stage
from ieumgil.casefile.web.parts import Moment, Part, parts_of
from ieumgil.casefile.web.workers import names_of
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show
from ieumgil.shell.templatetags.house import said

PAGE = 25


class NameForm(HouseForm):
    """A full name to look for; it is posted, so that it stands in no address and no history."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("A surname alone finds nothing. Only your own cases are searched."),
    )


@page(verb="case.list", right=Permission.CASE_READ, methods=GET_POST)
def listed(request: Signed) -> HttpResponse:
    """List the worker's own cases by their codes, newest first; or those of a person with this full name."""
    form = NameForm.of(request)
    found = form.act(lambda said: queries.find_by_name(request.actor, said["name"]))
    if found:
        return show(request, "casefile/list.html", {"form": form, "cases": found.value, "searched": True})
    some = queries.cases(request.actor, after=request.GET.get("after"), limit=PAGE)
    told = {"form": form, "cases": some.cases, "after": some.after, "began": "after" in request.GET}
    return show(request, "casefile/list.html", told, status=form.status)


@page(verb="case.read", right=Permission.CASE_READ)
def case(request: Signed, case: UUID) -> HttpResponse:
    """Show a case on one line, who the person is, and the ways to all that belongs to it."""
    view = queries.case(request.actor, CaseId(case))
    person, facts, *ours = _own(view)
    parts = [person, facts, *parts_of(request.actor, view), *ours]
    told: dict[str, object] = {
        "case": view,
        "identity": queries.identity(request.actor, view.id),
        "holder": names_of(request.actor).get(view.holder),
        "parts": parts,
        "next": next((part for part in parts if part.next and view.stage is not Stage.CLOSED), None),
        "moments": line_of(view, parts),
    }
    return show(request, "casefile/case.html", told)


def line_of(view: CaseView, parts: list[Part]) -> list[Moment]:
    """Put what happened in the order of time, then where the case stands, then what is due."""
    happened = [Moment(_("Opened"), view.opened_at)]
    happened += [one for part in parts for one in part.moments if one.state == "done"]
    to_come = [one for part in parts for one in part.moments if one.state != "done"]
    stands = said(view.stage.value, "stage")
    return [*sorted(happened, key=_when), Moment(stands, view.closed_at, "now"), *sorted(to_come, key=_when)]


def _own(view: CaseView) -> list[Part]:
    pages: list[tuple[Promise | str, str, Promise | str]] = [
        (_("The person"), "person", _("name, birth, nationality")),
        (_("Facts"), "facts", _("safe contact, safety, needs, health")),
        (_("Notes"), "notes", _("never leave this agency")),
        (_("Team"), "team", _("who works on this case")),
        (
            _("Stage"),
            "stage",
            _("move on, close, erase") if view.stage is not Stage.CLOSED else _("open again, erase"),
        ),
    ]
    return [Part(title, reverse(f"casefile:{name}", args=[view.id]), says) for title, name, says in pages]


def _when(moment: Moment) -> float:
    return moment.when.timestamp() if isinstance(moment.when, datetime) else float("inf")
