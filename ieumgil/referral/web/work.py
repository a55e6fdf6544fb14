"""The work list: what, whose turn, until when; narrowed and searched by its address, so that every key stays where it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ieumgil.agreements.rules import Urgency
from ieumgil.ground.words.queries import word
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries.narrowing import Cursor, Wanted
from ieumgil.referral.queries.work import WorkItem, work_page
from ieumgil.referral.rules import Side
from ieumgil.shell.page import Signed, page, show

SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown: how near its due time is."""

    item: WorkItem
    nearness: str  # "late", "soon" or nothing
    to_me: bool  # a colleague passed it on to whoever looks


class WorkFilter(forms.Form):
    """What the list is narrowed to: every field is of the address, and none has to be filled in."""

    use_required_attribute = False

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=(("", _("what we owe")), ("open", _("all that is open"))),
    )
    side = forms.ChoiceField(label=_("Our side"), required=False)
    urgency = forms.ChoiceField(label=_("How urgent"), required=False)
    only = forms.ChoiceField(
        label=_("Only"),
        required=False,
        choices=(
            ("", _("everything")),
            ("overdue", _("overdue")),
            ("undelivered", _("not yet signed for")),
            ("frozen", _("frozen")),
        ),
    )
    ref = forms.CharField(
        label=_("Reference"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer sides and urgencies in words."""
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = _in_words("side", Side)  # type: ignore[attr-defined]
        self.fields["urgency"].choices = _in_words("urgency", Urgency)  # type: ignore[attr-defined]

    def wanted(self, now: datetime) -> Wanted:
        """Give what is wanted; what is no choice narrows nothing."""
        self.is_valid()
        said = self.cleaned_data
        only = said.get("only", "")
        return Wanted(
            side=said.get("side", ""),
            urgency=said.get("urgency", ""),
            overdue_at=now if only == "overdue" else None,
            undelivered=only == "undelivered",
            frozen=only == "frozen",
            all_open=said.get("show") == "open",
            ref=said.get("ref", ""),
        )


@page(verb="referral.list", right=Permission.REFERRAL_READ)
def work(request: Signed) -> HttpResponse:
    """Show what the agency owes, what is overdue first; asked for by a script, the list alone."""
    now = timezone.now()
    narrowed = WorkFilter(request.GET)
    wanted = narrowed.wanted(now)
    found = work_page(request.actor, wanted=wanted, after=_read_cursor(request.GET.get("after", "")))
    context = {
        "lines": [_line(request, item, now) for item in found.items],
        "next": _address(request, found.after) if found.after else "",
        "first": _address(request, None) if "after" in request.GET else "",
        "filter": narrowed,
        "narrowed": wanted != Wanted(),
    }
    alone = request.headers.get("HX-Request") == "true"
    return show(request, "referral/_lines.html" if alone else "referral/work.html", context)


def _line(request: Signed, item: WorkItem, now: datetime) -> Line:
    nearness = ""
    if item.due_at is not None and item.is_ours:
        nearness = "late" if item.due_at <= now else "soon" if item.due_at <= now + SOON else ""
    return Line(item, nearness, bool(item.passed and item.passed.taker == request.actor.worker))


def _in_words(kind: str, codes: type[Side | Urgency]) -> list[tuple[str, Any]]:
    spoken = get_language() or "en"
    return [("", _("all")), *((code.value, word(f"{kind}.{code.value}", spoken)) for code in codes)]


def _read_cursor(said: str) -> Cursor | None:
    """Read the last line before; what was never given begins at the beginning."""
    due, _bar, thread = said.rpartition("~")
    try:
        moment = datetime.fromisoformat(due) if due else None
        return (moment, UUID(thread)) if moment is None or moment.tzinfo else None
    except ValueError:
        return None


def _address(request: HttpRequest, after: Cursor | None) -> str:
    """Give the address of the same list, from its beginning or after a line."""
    asked = {name: value for name, value in request.GET.items() if name != "after" and value}
    if after is not None:
        asked["after"] = f"{after[0].isoformat() if after[0] else ''}~{after[1]}"
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


paths = [path("work/", work, name="work")]
