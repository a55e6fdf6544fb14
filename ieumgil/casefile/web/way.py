"""The way of a case: to another stage, closed, opened again; or erased for good."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile import actions, queries
from ieumgil.casefile.queries import CaseView
from ieumgil.casefile.rules import NEXT_STAGES, Stage
from ieumgil.casefile.web.versions import VersionForm
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show
from ieumgil.shell.templatetags.house import said

CLOSING = ("goal-reached", "person-asked", "contact-lost", "moved-away", "opened-by-mistake")
ERASING = ("person-asked", "no-longer-needed", "opened-by-mistake")


class StageForm(VersionForm):
    """Where the case goes next, and why if it closes."""

    to = forms.ChoiceField(label=_("Next"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why, if you close it"), required=False)

    def __init__(self, *args: Any, stage: Stage, **more: Any) -> None:  # noqa: ANN401  as of Form
        """Offer the stages that a case can move to from here."""
        super().__init__(*args, **more)
        onward = sorted(NEXT_STAGES[stage], key=list(Stage).index)
        self.fields["to"].choices = [(one.value, _label(one, stage)) for one in onward]  # type: ignore[attr-defined]
        reasons = [(code, said(code, "case-closing")) for code in CLOSING]
        self.fields["reason"].choices = [("", gettext("Choose")), *reasons]  # type: ignore[attr-defined]
        if Stage.CLOSED not in onward:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the case closes."""
        whole = super().clean() or {}
        if whole.get("to") == Stage.CLOSED and not whole.get("reason"):
            self.add_error("reason", gettext("Choose why the case closes."))
        return whole


class EraseForm(HouseForm):
    """The second step: the code of the case, typed, and a reason."""

    reason = forms.ChoiceField(label=_("Why"))
    code = forms.CharField(label=_("The code of the case, typed"), max_length=16)

    def __init__(self, *args: Any, ref: str, **more: Any) -> None:  # noqa: ANN401  as of Form
        """Ask for this code."""
        super().__init__(*args, **more)
        self.ref = ref
        reasons = [(code, said(code, "case-erasing")) for code in ERASING]
        self.fields["reason"].choices = [("", gettext("Choose")), *reasons]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Refuse another code."""
        typed = str(self.cleaned_data["code"]).strip()
        if typed.upper() != self.ref:
            raise forms.ValidationError(gettext("This is not the code of this case. Nothing was erased."))
        return typed


@page(verb="case.stage", right=Permission.CASE_READ, methods=GET_POST)
def stage(request: Signed, case: UUID) -> HttpResponse:
    """Move a case on, close it for a reason, open it again."""
    view = queries.case(request.actor, CaseId(case))
    form = StageForm.of(request, initial={"version": view.version}, stage=view.stage)
    if form.save(lambda typed: _move(request, view.id, typed)):
        messages.success(request, gettext("The case has moved."))
        return redirect("casefile:case", case)
    form.show_newer({"version": view.version})
    return show(
        request,
        "casefile/stage.html",
        {"case": view, "form": form, "is_holder": _is_holder(request, view)},
        status=form.status,
    )


@page(verb="case.erase", right=Permission.CASE_OPEN, methods=GET_POST)
def erase(request: Signed, case: UUID) -> HttpResponse:
    """Say what erasing does, and do it once the holder has typed the code of the case."""
    view = queries.case(request.actor, CaseId(case))
    if not _is_holder(request, view):
        raise DeniedError("not-holder")
    form = EraseForm.of(request, ref=view.ref)
    if form.act(lambda typed: actions.erase_case(request.actor, view.id, typed["reason"])):
        messages.success(request, gettext("The case is erased. Nothing of it can be read any more."))
        return redirect("casefile:list")
    return show(request, "casefile/erase.html", {"case": view, "form": form}, status=form.status)


def _move(request: Signed, case: CaseId, typed: dict[str, Any]) -> int:
    to, version = Stage(typed["to"]), typed["version"]
    if to is Stage.CLOSED:
        return actions.close_case(request.actor, case, typed["reason"], version=version)
    return actions.move_stage(request.actor, case, to, version=version)


def _label(to: Stage, stage: Stage) -> str:
    if to is Stage.CLOSED:
        return gettext("Close the case")
    name = said(to.value, "stage")
    return gettext("Open again: %(stage)s") % {"stage": name} if stage is Stage.CLOSED else name


def _is_holder(request: Signed, view: CaseView) -> bool:
    return request.actor.worker == view.holder
