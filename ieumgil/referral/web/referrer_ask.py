"""Whom to ask for a person, without a name; and what was agreed by telephone or letter, recorded afterwards."""

from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from ieumgil.agreements.rules import Urgency
from ieumgil.consent import queries as consent
from ieumgil.ground.words.queries import word
from ieumgil.kernel.ids import AgencyId, CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import enquire
from ieumgil.referral.actions.enquire import Told
from ieumgil.referral.actions.say import Click
from ieumgil.referral.enquiry import Enquiry
from ieumgil.referral.queries import asking
from ieumgil.referral.queries.asking import Askable
from ieumgil.referral.web.fields import told_asked
from ieumgil.referral.web.referrer_forms import AboutForm, AskForm, filled, offers, only_looks
from ieumgil.shell.agencies import agency_name
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show

REFUSED = 409


@page(verb="referral.enquiry", right=Permission.REFERRAL_SEND, methods=GET_POST)
def ask(request: Signed, case: UUID) -> HttpResponse:
    """Show what will be asked, exactly as it travels, and who can be asked; ask those who are chosen."""
    if request.method == "GET" and not consent.has_leave(request.actor, CaseId(case)):
        return show(request, "referral/ask.html", {"case": case, "leave": False})
    enquiry, urgency, known = about_case(request, CaseId(case))
    found = asking.askable(request.actor, CaseId(case), enquiry=enquiry, urgency=urgency, now=timezone.now())
    form = filled(request, AskForm, known, found=found)
    context = {"case": case, "leave": True, "form": form, **shown_of(enquiry, urgency, found, form)}
    if only_looks(request) and "HX-Request" in request.headers:
        return show(request, "referral/_asked_of.html", context)
    done = (
        None if only_looks(request) else form.act(lambda said: _ask_each(request, CaseId(case), form, said))
    )
    if done and any(told.begun for told in done.value):
        _tell(request, done.value)
        return redirect("referral:asked", case)
    if done:
        form.refuse(done.value[0].refused, REFUSED)
    return show(request, "referral/ask.html", context, status=form.status)


@page(verb="referral.list", right=Permission.REFERRAL_READ)
def asked(request: Signed, case: UUID) -> HttpResponse:
    """Show who was asked for a case, and what became of it."""
    threads = asking.asked_for(request.actor, CaseId(case))
    return show(request, "referral/asked.html", {"case": case, "threads": threads})


def about_case(request: Signed, case: CaseId) -> tuple[Enquiry, Urgency, dict[str, Any]]:
    """Give what is asked as far as it is filled in, how soon, and what the case knows of it."""
    known: dict[str, Any] = {"urgency": Urgency.URGENT.value}
    if request.method == "GET":
        said = asdict(asking.known_for(request.actor, case, now=timezone.now()))
        known |= {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
        about = AboutForm(AboutForm.of(request, initial=known).initial)
    else:
        about = AboutForm(cast("QueryDict", request.POST))
    about.is_valid()
    return about.asked(), about.asked_urgency(), known


def shown_of(enquiry: Enquiry, urgency: Urgency, found: list[Askable], form: HouseForm) -> dict[str, Any]:
    """Give what templates show of what is asked, as it travels, and of who can be asked."""
    travels = asking.as_it_travels(enquiry)
    said = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(travels).items()
    }
    lines = [(name, told_asked(name, value)) for name, value in said.items() if value not in ("", [])]
    later = [name for name, value in asdict(enquiry).items() if value != getattr(travels, name)]
    one = "agency" in form.fields
    name = "agency" if one else "agencies"
    value = form[name].value() or []
    chosen = [value] if isinstance(value, str) else list(value)
    return {
        "lines": lines,
        "later": later,
        "urgency": urgency,
        "offers": offers(found),
        "enquiry": travels,
        "one": one,
        "chosen": chosen,
    }


def _ask_each(request: Signed, case: CaseId, form: AskForm, said: dict[str, Any]) -> list[Told]:
    return enquire.enquire_each(
        request.actor,
        case=case,
        to=[AgencyId(UUID(agency)) for agency in said["agencies"]],
        enquiry=form.asked(),
        urgency=form.asked_urgency(),
        click=Click(once=said["once"] or None),
    )


def _tell(request: Signed, told: list[Told]) -> None:
    """Say which were asked, and which were not and why: no answer hides another."""
    for one in told:
        name = agency_name(one.agency)
        if one.begun:
            messages.success(request, _("%(agency)s was asked.") % {"agency": name})
        else:
            why = word(f"refused.{one.refused}", request.LANGUAGE_CODE) or one.refused
            messages.warning(request, _("%(agency)s was not asked. %(why)s") % {"agency": name, "why": why})


paths = [
    path("cases/<uuid:case>/ask/", ask, name="ask"),
    path("cases/<uuid:case>/asked/", asked, name="asked"),
]
