"""The person says yes: to being asked for without a name, and to one agency knowing more."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from babel.dates import format_date
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ieumgil.casefile import queries as casefile
from ieumgil.consent import actions
from ieumgil.consent.queries import language_of_leave, languages_with_texts, text_for
from ieumgil.consent.rules import (
    Feedback,
    Form,
    GivenBy,
    Grant,
    How,
    Leave,
    Passage,
    Refused,
    RefusedWhat,
    Text,
)
from ieumgil.consent.web.forms import MONTHS, ConsentForm, LeaveForm
from ieumgil.ground.exchange.queries import card_on_roll
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.agencies import agency_name_in
from ieumgil.shell.onward import go_on
from ieumgil.shell.page import GET_POST, Signed, page, show
from ieumgil.shell.telling import language_name

OTHERWISE = "en"
PARTS = ("opening", "consent", "refusal", "withdrawal", "rights")


@page(verb="consent.enquire", right=Permission.CONSENT_RECORD, methods=GET_POST)
def leave(request: Signed, case: UUID) -> HttpResponse:
    """Tell the person what asking without a name means, and keep their yes or no."""
    casefile.case(request.actor, CaseId(case))
    spoken = _language(request, CaseId(case))
    form = LeaveForm.of(request, initial={"language": spoken})
    if form.act(lambda said: _keep_leave(request, CaseId(case), said)):
        yes = form.cleaned_data["answer"] == "yes"
        messages.success(
            request,
            _("Leave to ask without a name is recorded.") if yes else _("The no is recorded. Help goes on."),
        )
        return go_on(request, reverse("referral:ask" if yes else "casefile:case", args=[case]))
    context = _context(request, case, form, spoken) | _told(spoken, "opening", "enquiry")
    return show(request, "consent/leave.html", context, status=form.status)


@page(verb="consent.record", right=Permission.CONSENT_RECORD, methods=GET_POST)
def explain(request: Signed, case: UUID, agency: UUID) -> HttpResponse:
    """Tell the person, in their language, what one agency would know, and keep what they agree to."""
    casefile.case(request.actor, CaseId(case))
    receiver = _class_of(AgencyId(agency))
    spoken = _language(request, CaseId(case))
    initial = {
        "language": spoken,
        "months": _months(request),
        "purposes": request.GET.getlist("for"),
    }
    form = ConsentForm.of(request, initial=initial, text=text_for(spoken), receiver=receiver)
    if form.act(lambda said: actions.record_grant(request.actor, CaseId(case), _grant(form, agency, said))):
        messages.success(request, _("The consent is recorded. It can be withdrawn at any time."))
        return go_on(request, reverse("consent:list", args=[case]))
    until = timezone.localdate(form.until_of(_months(request)))
    told = _told(spoken, *PARTS, agency=agency, until=until)
    context = (
        _context(request, case, form, spoken)
        | told
        | {
            "agency": agency,
            "months": _months(request),
            "month_choices": MONTHS,
            "purposes": request.GET.getlist("for"),
        }
    )
    return show(request, "consent/explain.html", context, status=form.status)


def _class_of(agency: AgencyId) -> AgencyClass:
    try:
        return card_on_roll(agency).agency_class
    except DeniedError:
        raise AbsentError from None


def _language(request: Signed, case: CaseId) -> str:
    """Give the language chosen on the page, or else the one in which the person was told before."""
    asked = request.POST.get("language") or request.GET.get("in")
    spoken = asked or language_of_leave(request.actor, case) or OTHERWISE
    return spoken if spoken in languages_with_texts() else OTHERWISE


def _months(request: Signed) -> str:
    asked = request.POST.get("months") or request.GET.get("months") or "3"
    return asked if asked in MONTHS else "3"


def _context(request: Signed, case: UUID, form: LeaveForm | ConsentForm, spoken: str) -> dict[str, Any]:
    return {
        "case": case,
        "form": form,
        "spoken": spoken,
        "languages": [(code, language_name(code)) for code in languages_with_texts()],
        "next": request.GET.get("next") or request.POST.get("next") or "",
    }


def _told(spoken: str, *parts: str, agency: UUID | None = None, until: date | None = None) -> dict[str, Any]:
    """Give what is read aloud or shown, in the person's language and in the worker's own."""
    theirs, own = text_for(spoken), text_for(get_language() or OTHERWISE)
    return {
        "text": theirs,
        "told": _passages(theirs, parts, agency, until),
        "own_told": _passages(own, parts, agency, until),
    }


def _passages(
    text: Text, parts: Iterable[str], agency: UUID | None, until: date | None
) -> list[tuple[str, list[Passage]]]:
    """Put the question last: nobody is asked before they have heard that they may say no, and take it back."""
    named = agency_name_in(agency, text.language) if agency else ""
    said = [(text.parts[part], text.told(part, agency=named, until=_day(until, text))) for part in parts]
    calm = [(heading, [each for each in told if not each.asks]) for heading, told in said]
    return [*calm, ("", [each for _heading, told in said for each in told if each.asks])]


def _day(day: date | None, text: Text) -> str:
    """Write a day as people of that language write it."""
    return format_date(day, "long", locale="en_GB" if text.language == "en" else text.language) if day else ""


def _keep_leave(request: Signed, case: CaseId, said: dict[str, Any]) -> None:
    language, how, now = said["language"], How(said["how"]), timezone.now()
    if said["answer"] == "yes":
        actions.record_leave(request.actor, case, Leave(language, how, now))
    else:
        actions.record_refusal(request.actor, case, Refused(RefusedWhat.ENQUIRY, language, how, now))


def _grant(form: ConsentForm, agency: UUID, said: dict[str, Any]) -> Grant:
    now = timezone.now()
    return Grant(
        id=GrantId(uuid4()),
        version=1,
        purposes=form.agreed_purposes(),
        recipients=frozenset({AgencyId(agency)}),
        categories=form.agreed_categories("categories"),
        named_categories=form.agreed_categories("named"),
        given_at=now,
        until=form.until_of(said["months"]),
        language=said["language"],
        how=How(said["how"]),
        form=Form(said["form"]),
        by_whom=GivenBy(said["by_whom"]),
        of_child=said["of_child"],
        feedback=frozenset(map(Feedback, said["feedback"])),
    )
