"""A referral that was made by telephone, fax or official letter, recorded afterwards: a thread as any other."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from ieumgil.agreements.rules import may_skip_enquiry
from ieumgil.consent import queries as consent
from ieumgil.kernel.ids import AgencyId, CaseId, PurposeCode
from ieumgil.kernel.outcome import Allow
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import enquire, refer
from ieumgil.referral.actions.enquire import Begun
from ieumgil.referral.actions.refer import Preview
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries import asking
from ieumgil.referral.queries.asking import Askable
from ieumgil.referral.web.referrer_ask import about_case, shown_of
from ieumgil.referral.web.referrer_forms import RecordedForm, filled, only_looks, this_minute
from ieumgil.referral.web.referrer_shown import packet_context
from ieumgil.shell.page import GET_POST, Signed, page, show


@page(verb="referral.enquiry", right=Permission.REFERRAL_SEND, methods=GET_POST)
def recorded(request: Signed, case: UUID) -> HttpResponse:
    """Ask what was agreed, with whom and when; show what goes now, and send it with that mark."""
    key = CaseId(case)
    if request.method == "GET" and not consent.has_leave(request.actor, key):
        return show(request, "referral/recorded.html", {"case": case, "leave": False})
    enquiry, urgency, known = about_case(request, key)
    found = asking.askable(request.actor, key, enquiry=enquiry, urgency=urgency, now=timezone.now())
    form = filled(request, RecordedForm, known | {"at": this_minute()}, found=found)
    context = {"case": case, "leave": True, "form": form, **shown_of(enquiry, urgency, found, form)}
    preview = _packet_of(request, key, found)
    if preview is not None:
        context |= packet_context(preview)
    seen = preview is None or request.POST.get("shown") == preview.digest
    context["again"] = not seen and not only_looks(request)
    if only_looks(request) and "HX-Request" in request.headers:
        return show(request, "referral/_asked_of.html", context)
    sends = seen and not only_looks(request)
    done = form.act(lambda said: _record(request, key, form, said, preview)) if sends else None
    if done:
        messages.success(request, _told_of(form))
        return redirect("referral:thread", done.value.thread)
    return show(request, "referral/recorded.html", context, status=form.status)


def _packet_of(request: Signed, case: CaseId, found: list[Askable]) -> Preview | None:
    """Give the packet that goes, where the person was referred already and the agreement lets the enquiry be skipped."""
    form = RecordedForm(cast("QueryDict", request.POST), found=found)
    if request.method != "POST" or not form.is_valid() or form.cleaned_data["agreed"] != "referred":
        return None
    said = form.cleaned_data
    to = AgencyId(UUID(said["agency"]))
    basis = next(one.basis for one in found if one.agency == to)
    if not isinstance(may_skip_enquiry(basis, danger_to_life=False), Allow):
        return None
    return refer.preview_at_once(request.actor, case=case, to=to, purpose=PurposeCode(said["need"]))


def _record(
    request: Signed, case: CaseId, form: RecordedForm, said: dict[str, Any], preview: Preview | None
) -> Begun:
    to, click = AgencyId(UUID(said["agency"])), Click(once=said["once"] or None)
    if preview is None:
        return enquire.enquire(
            request.actor, case=case, to=to, enquiry=form.asked(), urgency=form.asked_urgency(),
            spoken=form.spoken(), click=click,
        )  # fmt: skip
    return refer.refer_at_once(
        request.actor, case=case, to=to, purpose=PurposeCode(said["need"]), urgency=form.asked_urgency(),
        shown=preview.digest, spoken=form.spoken(), click=click,
    )  # fmt: skip


def _told_of(form: RecordedForm) -> str:
    if form.cleaned_data["agreed"] == "asked":
        return _("It is recorded and sent. The other agency sees how and when you asked.")
    return _(
        "It is recorded and sent. The other agency confirms in its own screen what it said; then go on here."
    )


paths = [path("cases/<uuid:case>/recorded/", recorded, name="recorded")]
