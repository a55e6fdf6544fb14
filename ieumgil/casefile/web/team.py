"""What a team writes for itself, and who is in it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile import actions, queries
from ieumgil.casefile.web.workers import names_of, to_take_in
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm, Words
from ieumgil.shell.page import GET_POST, Signed, page, show


class NoteForm(HouseForm):
    """A note in free words."""

    text = Words(
        label=_("Note"),
        help_text=_("A note stays in this agency, under your name. It cannot be changed afterwards."),
    )


class TeamForm(HouseForm):
    """A colleague who is to see the case."""

    worker = forms.ChoiceField(label=_("Colleague"), help_text=_("They will see everything in this case."))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **more: Any) -> None:  # noqa: ANN401  as of Form
        """Offer these colleagues."""
        super().__init__(*args, **more)
        self.fields["worker"].choices = [("", gettext("Choose")), *choices]  # type: ignore[attr-defined]


@page(verb="note.add", right=Permission.CASE_READ, methods=GET_POST)
def notes(request: Signed, case: UUID) -> HttpResponse:
    """Show the notes of a case, oldest first, and add one."""
    view = queries.case(request.actor, CaseId(case))
    form = NoteForm.of(request)
    if form.act(lambda said: actions.add_note(request.actor, view.id, said["text"], once=said["once"])):
        messages.success(request, gettext("The note is in the case."))
        return redirect("casefile:notes", case)
    names = names_of(request.actor)
    written = [(note, names.get(note.by)) for note in queries.notes(request.actor, view.id)]
    told = {"case": view, "form": form, "notes": written}
    return show(request, "casefile/notes.html", told, status=form.status)


@page(verb="case.team", right=Permission.CASE_READ, methods=GET_POST)
def team(request: Signed, case: UUID) -> HttpResponse:
    """Show who is in the team, and take a colleague in."""
    view = queries.case(request.actor, CaseId(case))
    free = [(one.handle, one.display_name) for one in to_take_in(request.actor, view.team)]
    form = TeamForm.of(request, choices=free)
    if form.act(lambda said: actions.join_team(request.actor, view.id, said["worker"])):
        messages.success(request, gettext("Your colleague is in the team."))
        return redirect("casefile:team", case)
    names = names_of(request.actor)
    told = {
        "case": view,
        "form": form,
        "free": free,
        "members": [(names.get(one), one == view.holder) for one in view.team],
    }
    return show(request, "casefile/team.html", told, status=form.status)
