"""Words that could not be taken: why, when, back into their form, or let go."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ieumgil.casefile import actions, queries
from ieumgil.casefile.queries import DraftLine, DraftView
from ieumgil.ground.words.queries import word
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Page, Signed, page, show

NOT_WORDS = frozenset({"version", "kept", "told"})


@dataclass(frozen=True, slots=True)
class Line:
    """Kept words as a list shows them: what they were for, not what they say."""

    draft: DraftLine
    about: str


@page(verb="draft.read")
def kept_list(request: Signed) -> HttpResponse:
    """List the worker's own kept words, newest first, without opening any."""
    lines = [Line(draft, about(draft.subject)) for draft in queries.kept(request.actor)]
    return show(request, "casefile/kept_list.html", {"lines": lines})


@page(verb="draft.read", methods=GET_POST)
def kept(request: Signed, draft: UUID) -> HttpResponse:
    """Show kept words with the way back to their form, or let go of them."""
    form = HouseForm.of(request)
    if form.act(lambda _said: actions.drop_draft(request.actor, draft)):
        messages.success(request, _("The words are let go."))
        return redirect("casefile:kept_list")
    found = queries.draft(request.actor, draft)
    told = {
        "draft": found,
        "about": about(found.subject),
        "text": text_of(found),
        "back": way_back(found),
        "form": form,
    }
    return show(request, "casefile/kept.html", told, status=form.status)


def about(subject: str) -> str:
    """Say which form the words were for: `subject` is the address of a page or the code of a verb."""
    verb = _verb(subject) if subject.startswith("/") else subject
    return word(f"kept-about.{verb}", get_language() or "en") or _("a form")


def text_of(draft: DraftView) -> str:
    """Give the words that were typed, one field after another; codes of the form itself are left out."""
    try:
        said = json.loads(draft.text)
    except ValueError:
        return draft.text
    fields = said.get("fields", said) if isinstance(said, dict) else {"text": said}
    values = [
        value for name, value in fields.items() if name not in NOT_WORDS and value not in (None, "", [], [""])
    ]
    return "\n\n".join(", ".join(map(str, one)) if isinstance(one, list) else str(one) for one in values)


def way_back(draft: DraftView) -> str:
    """Give the address of the form with the words in it again; nothing for words that came from no page."""
    return f"{draft.subject}?kept={draft.id}" if _verb(draft.subject) else ""


def _verb(address: str) -> str:
    try:
        declared = getattr(resolve(address).func, "page", None)
    except Http404:
        return ""
    return declared.verb if isinstance(declared, Page) else ""
