"""Asking the first questions: with them a case begins, or they are asked again in one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ieumgil.casefile import queries as casefile
from ieumgil.casefile.web.workers import names_of
from ieumgil.identification import actions, queries
from ieumgil.identification.queries import ScreeningView
from ieumgil.identification.web.questions_form import QuestionsForm, already_said
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.page import GET_POST, Signed, page, show


@page(verb="screening.record", right=Permission.SCREENING_DO, methods=GET_POST)
def start(request: Signed) -> HttpResponse:
    """Ask the first questions; what was answered opens the case, once however often the button is pressed."""
    form = QuestionsForm.of(request)
    done = form.act(lambda _said: actions.begin_screening(request.actor, **_answered(form)))
    if done:
        return _on(request, done.value)
    return show(request, "identification/questions.html", {"form": form, **_opening()}, status=form.status)


@page(verb="screening.record", right=Permission.SCREENING_DO, methods=GET_POST)
def again(request: Signed, case: UUID) -> HttpResponse:
    """Ask again in a case: what was answered before stands in the form, with who asked and when."""
    view = casefile.case(request.actor, CaseId(case))
    earlier = queries.screenings(request.actor, view.id)
    newest = earlier[0] if earlier else None
    form = QuestionsForm.of(request, initial=already_said(newest) if newest else {}, before=newest)
    done = form.act(lambda _said: actions.record_screening(request.actor, case=view.id, **_answered(form)))
    if done:
        return _on(request, done.value)
    by = names_of(request.actor).get(newest.by) if newest else None
    told = {"form": form, "case": view, "before": newest, "by": by, **_opening()}
    return show(request, "identification/questions.html", told, status=form.status)


def _answered(form: QuestionsForm) -> dict[str, Any]:
    return {
        "once": form.cleaned_data["once"],
        "answers": form.answers,
        "own_words": form.own_words,
        "age_facts": form.age,
    }


def _on(request: Signed, view: ScreeningView) -> HttpResponse:
    messages.success(request, _("The answers are kept."))
    return redirect("identification:signs", view.case)


def _opening() -> dict[str, object]:
    label, korean = queries.labels()["opening"], get_language() == "ko"
    own, other = (label.ko, label.en) if korean else (label.en, label.ko)
    return {"opening": own, "opening_other": other, "other_language": "en" if korean else "ko"}
