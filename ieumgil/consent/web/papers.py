"""The form of consent to take along: filled from a consent, or blank to be signed."""

from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import get_language

from ieumgil.consent import queries
from ieumgil.consent.rules import FormFacts
from ieumgil.consent.web.sheet import sheet_of
from ieumgil.ground.documents.queries import pdf
from ieumgil.ground.documents.web import download
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.page import Signed, page


@page(verb="document.make", right=Permission.CASE_READ)
def paper(request: Signed, case: UUID, grant: UUID) -> HttpResponse:
    """Give the form of a consent that was given, in the language in which it was explained."""
    facts = queries.form(request.actor, CaseId(case), grant=GrantId(grant))
    return _form(facts, facts.grant.language if facts.grant else "")


@page(verb="document.make", right=Permission.CONSENT_RECORD)
def blank(request: Signed, case: UUID, agency: UUID) -> HttpResponse:
    """Give a form to be signed for one agency, in the person's language (`?in=`)."""
    facts = queries.form(request.actor, CaseId(case), recipient=AgencyId(agency))
    return _form(facts, request.GET.get("in", ""))


def _form(facts: FormFacts, language: str) -> HttpResponse:
    beside = queries.text_for("ko" if get_language() == "ko" else "en")
    text = queries.text_for(language) if language in queries.languages_with_texts() else beside
    html = render_to_string("consent/form.pdf.html", {"sheet": sheet_of(facts, text, beside)})
    style = render_to_string("consent/form.pdf.css")
    made = pdf(html, language=text.language, title=text.paper["heading"], style=style)
    return download(made, "form")


paths = [
    path("cases/<uuid:case>/agreed/<uuid:grant>/form/", paper, name="paper"),
    path("cases/<uuid:case>/agree/<uuid:agency>/form/", blank, name="blank"),
]
