"""What danger to life, a duty to report or the agreement lets be sent at once, without an enquiry first."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import Urgency
from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.kernel.ids import AgencyId, CaseId, CategoryCode, PurposeCode, WorkerId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import refer
from ieumgil.referral.actions.enquire import Begun
from ieumgil.referral.actions.refer import Preview
from ieumgil.referral.actions.say import Click
from ieumgil.referral.enquiry import Enquiry
from ieumgil.referral.queries import asking
from ieumgil.referral.web.referrer_forms import SpokenForm, filled, named, needs, of_kind, offers, only_looks
from ieumgil.referral.web.referrer_shown import packet_context
from ieumgil.shell.page import GET_POST, Signed, page, show
from ieumgil.shell.templatetags.house import category_label

NAMED_ONLY = frozenset({"health", "status"})


@page(verb="referral.refer", right=Permission.REFERRAL_SEND, methods=GET_POST)
def at_once(request: Signed, case: UUID) -> HttpResponse:
    """Refer without an enquiry, where danger to life or the agreement lets it: shown first, then sent."""
    known = {"urgency": Urgency.EMERGENCY.value, "ground": DutyGround.DANGER_TO_LIFE.value}
    posted = cast("QueryDict", request.POST)
    need, urgency = posted.get("need") or "shelter", posted.get("urgency") or Urgency.EMERGENCY.value
    soon = Urgency(urgency) if urgency in set(Urgency) else Urgency.EMERGENCY
    found = asking.askable(
        request.actor, CaseId(case), enquiry=Enquiry(need, ""), urgency=soon, now=timezone.now()
    )
    form = filled(request, AtOnceForm, known, found=found)
    context: dict[str, Any] = {
        "case": case, "form": form, "offers": offers(found), "one": True, "chosen": [posted.get("agency", "")],
    }  # fmt: skip
    preview = _looked_at(request, CaseId(case), AtOnceForm(posted, found=found), context)
    seen = preview is not None and posted.get("shown") == preview.digest
    context["again"] = not only_looks(request) and preview is not None and not seen
    if only_looks(request) and "HX-Request" in request.headers:
        return show(request, "referral/_at_once.html", context)
    done = form.act(lambda said: _send_at_once(request, CaseId(case), form, said)) if seen else None
    if done:
        messages.success(request, _("It is sent. A second worker reviews it within 24 hours."))
        return redirect("referral:thread", done.value.thread)
    status = form.status if seen or form.is_valid() or not form.is_bound else HTTPStatus.UNPROCESSABLE_ENTITY
    return show(request, "referral/at_once.html", context, status=status)


class AtOnceForm(SpokenForm):
    """Why nothing can wait: the article, the ground, and how far it reaches."""

    ground = forms.ChoiceField(label=gettext_lazy("What lets it be sent at once"), widget=forms.RadioSelect)
    article = forms.CharField(label=gettext_lazy("Article of law"), max_length=120, required=False)
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("What the danger makes it necessary to send"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    need = forms.ChoiceField(label=gettext_lazy("What is needed"))
    urgency = forms.ChoiceField(label=gettext_lazy("How soon an answer is needed"), widget=forms.RadioSelect)
    agency = forms.ChoiceField(label=gettext_lazy("To which agency"), widget=forms.RadioSelect)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, found: Any = (), **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the grounds, what can be sent, and who may receive for the need."""
        super().__init__(*args, **kwargs)
        offered = {
            "ground": [
                *of_kind("duty-ground", (DutyGround.DANGER_TO_LIFE, DutyGround.MANDATORY_REPORT)),
                ("agreement", _("the agreement lets the enquiry be skipped; the person consented")),
            ],
            "categories": sendable_categories(),
            "need": needs(),
            "urgency": of_kind("urgency", Urgency),
            "agency": named(found),
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for article and reach where a duty stands in for consent."""
        said = super().clean()
        if said.get("ground") and said["ground"] != "agreement":
            for name, sentence in (
                ("article", _("Name the article.")),
                ("categories", _("Choose what is sent.")),
            ):
                if not said.get(name):
                    self.add_error(name, sentence)
        return said

    def duty(self, worker: WorkerId | None) -> LegalDuty | None:
        """Give the duty that is followed; None where the agreement and consent are enough. DeniedError(no-worker)."""
        said = self.cleaned_data
        if said["ground"] == "agreement":
            return None
        if worker is None:
            raise DeniedError("no-worker")
        reach = frozenset(map(CategoryCode, said["categories"]))
        named_ones = frozenset(code for code in reach if code in NAMED_ONLY)
        return LegalDuty(
            said["article"].strip(),
            DutyGround(said["ground"]),
            reach - named_ones,
            named_ones,
            worker,
            timezone.now(),
        )


def sendable_categories() -> list[tuple[str, str]]:
    """Give the categories of which anything may ever leave, in words."""
    leaving = {field.category for field in agreements.fields().values() if not field.never_leaves}
    return [
        (code, category_label(code))
        for code in agreements.labels("categories")
        if CategoryCode(code) in leaving
    ]


def _looked_at(request: Signed, case: CaseId, form: AtOnceForm, context: dict[str, Any]) -> Preview | None:
    """Give what would be sent, once enough is filled in; what keeps it from being shown is told in the context."""
    if request.method != "POST" or not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        preview = refer.preview_at_once(
            request.actor,
            case=case,
            to=AgencyId(UUID(said["agency"])),
            purpose=PurposeCode(said["need"]),
            duty=form.duty(request.actor.worker),
        )
    except DeniedError as denied:
        context["refused"] = denied.code
        return None
    context.update(packet_context(preview))
    return preview


def _send_at_once(request: Signed, case: CaseId, form: AtOnceForm, said: dict[str, Any]) -> Begun:
    return refer.refer_at_once(
        request.actor,
        case=case,
        to=AgencyId(UUID(said["agency"])),
        purpose=PurposeCode(said["need"]),
        urgency=said["urgency"],
        duty=form.duty(request.actor.worker),
        shown=said["shown"],
        spoken=form.spoken(),
        click=Click(once=said["once"] or None),
    )


paths = [path("cases/<uuid:case>/at-once/", at_once, name="at_once")]
