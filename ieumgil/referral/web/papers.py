"""The referral letter to take along: an official letter without a name, and the packet only if asked for."""

from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, pgettext

from ieumgil.consent.queries import text_for
from ieumgil.ground.documents.queries import pdf
from ieumgil.ground.documents.web import download
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries.letter import Letter
from ieumgil.referral.queries.letter import letter as letter_of
from ieumgil.referral.web.fields import told_by_category
from ieumgil.shell.page import Signed, page


@page(verb="document.make", right=Permission.REFERRAL_READ)
def letter(request: Signed, thread: UUID) -> HttpResponse:
    """Give the letter about a thread in the language of the page; with `?packet=1` what was sent is enclosed."""
    enclosed = request.GET.get("packet") == "1"
    return download(print_of(letter_of(request.actor, ThreadId(thread), with_packet=enclosed)), "letter")


def print_of(said: Letter) -> bytes:
    """Make the letter in the language of the page."""
    language = "ko" if get_language() == "ko" else "en"
    context = {
        "letter": said,
        # What a person would read over somebody's shoulder: the words that people are told, not the law's.
        "asked": text_for(language).purposes.get(said.purpose, said.purpose),
        "groups": told_by_category(said.fields),
        "today": timezone.localdate(),
    }
    html = render_to_string("referral/letter.pdf.html", context)
    style = render_to_string("referral/letter.pdf.css")
    return pdf(html, language=language, title=pgettext("letter", "Letter"), style=style)


paths = [path("threads/<uuid:thread>/letter/", letter, name="letter")]
