"""The practice phone of the demo: what rings on the stand-in, and the key that answers it."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from ieumgil.ground.post import queries as post
from ieumgil.ground.post.actions.standin import answer_phone
from ieumgil.ground.words.queries import word
from ieumgil.kernel.outcome import AbsentError
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show


class PressForm(HouseForm):
    """Which phone somebody picks up."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)


@page(verb="call.answered", methods=GET_POST)
def phone(request: Signed) -> HttpResponse:
    """Show the phones that ring and let somebody press 1; absent outside the demo, and where phones ring for real."""
    if not settings.IEUMGIL_DEMO or post.rings_for_real():
        raise AbsentError
    form = PressForm.of(request)
    if form.act(lambda said: answer_phone(said["number"])):
        messages.success(request, _("Answered. Whoever called can see it."))
        return redirect("demo_phone")
    spoken = [(language, word("duty-call.words", language)) for language in ("ko", "en")]
    context: dict[str, object] = {"ringing": post.phones_ringing(), "spoken": spoken, "form": form}
    return show(request, "site/demo_phone.html", context, status=form.status)


paths = [path("demo/phone/", phone, name="demo_phone")]
