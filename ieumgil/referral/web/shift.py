"""Going off shift: choose what a colleague takes and whom it is for; take what a colleague passed on."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from ieumgil.ground.accounts.queries import Colleague, colleagues
from ieumgil.ground.accounts.rules import rights_of
from ieumgil.ground.words.queries import word
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions.shift import hand_over, take_over
from ieumgil.referral.queries.passing import Passable, passable, passed_to_me
from ieumgil.shell.agencies import agency_name
from ieumgil.shell.forms import HouseForm, Words
from ieumgil.shell.page import GET_POST, POST, Signed, page, show


class PassOnForm(HouseForm):
    """What is passed on, to whom, with which words."""

    threads = forms.MultipleChoiceField(
        label=_("What your colleague takes"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one line.")},
    )
    to = forms.ChoiceField(label=_("Who comes on shift"))
    note = Words(
        label=_("What cannot wait"),
        required=False,
        rows=3,
        help_text=_("It is sealed; only you and your colleague read it."),
    )

    def __init__(self, *args: Any, own: list[Passable], there: list[Colleague], **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the worker's own threads, all of them chosen, and who may take them."""
        super().__init__(*args, **kwargs)
        names = [("", str(_("Choose a colleague"))), *((one.handle, one.display_name) for one in there)]
        self.fields["threads"].choices = [(str(one.thread), _told(one)) for one in own]  # type: ignore[attr-defined]
        self.fields["threads"].initial = [str(one.thread) for one in own]
        self.fields["to"].choices = names  # type: ignore[attr-defined]


@page(verb="shift.pass-on", right=Permission.REFERRAL_READ, methods=GET_POST)
def pass_on(request: Signed) -> HttpResponse:
    """Show what is the worker's own and what waits for them; pass on what is chosen."""
    own = passable(request.actor)
    form = PassOnForm.of(request, own=own, there=_there(request))
    done = form.act(
        lambda said: hand_over(
            request.actor,
            threads=[ThreadId(UUID(thread)) for thread in said["threads"]],
            to=said["to"],
            note=said["note"],
        )
    )
    if done:
        passed = ngettext(
            "%(n)s line is passed on. It stays on your list until your colleague takes it.",
            "%(n)s lines are passed on. They stay on your list until your colleague takes them.",
            done.value,
        )
        messages.success(request, passed % {"n": done.value})
        return redirect("referral:hand_over")
    context = {
        "form": form,
        "own": own,
        "waiting": [one for one in own if one.passed],
        "to_me": passed_to_me(request.actor),
    }
    return show(request, "referral/shift.html", context, status=form.status)


@page(verb="shift.take", right=Permission.REFERRAL_READ, methods=POST)
def take(request: Signed) -> HttpResponse:
    """Take what a colleague passed on: what is named, or all of it."""
    waiting = [str(one.thread) for one in passed_to_me(request.actor)]
    named = request.POST.getlist("thread")
    wanted = [thread for thread in waiting if thread in named] if named else waiting
    count = take_over(request.actor, threads=[ThreadId(UUID(thread)) for thread in wanted])
    taken = ngettext("%(n)s line is yours now.", "%(n)s lines are yours now.", count)
    messages.success(request, taken % {"n": count})
    return redirect("referral:work")


def _there(request: Signed) -> list[Colleague]:
    found = colleagues(request.actor.agency)
    may = [one for one in found if one.active and Permission.REFERRAL_READ in rights_of(one.roles)]
    return [one for one in may if one.id != request.actor.worker]


def _told(one: Passable) -> str:
    step = word(f"{'next' if one.is_ours else 'waits'}.{one.state}", get_language() or "en") or one.state
    return f"{step.rstrip('.')} · {agency_name(one.peer)} · {one.ref}"


paths = [
    path("shift/", pass_on, name="hand_over"),
    path("shift/take/", take, name="take_over"),
]
