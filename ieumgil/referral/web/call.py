"""The emergency call: ring whoever is on duty, see who rings and who answered, stop."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import get_language

from ieumgil.agreements.queries import national_numbers
from ieumgil.ground.post import queries as post
from ieumgil.ground.post.queries import CallSeen
from ieumgil.ground.words.queries import word
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions.call import call_about, stop_about
from ieumgil.referral.queries.calling import on_duty
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, POST, Signed, page, show


@page(verb="call.start", right=Permission.REFERRAL_SEND, methods=GET_POST)
def call(request: Signed, thread: UUID) -> HttpResponse:
    """Show who would ring, who rings or who answered; start to ring. To a poll that has seen all this: nothing."""
    duty = on_duty(request.actor, ThreadId(thread))
    last = next(iter(post.calls(request.actor, subject=thread)), None)
    mark = _mark(last)
    if request.headers.get("HX-Request") and request.GET.get("seen") == mark:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    form = HouseForm.of(request)
    if form.act(lambda _said: call_about(request.actor, thread=ThreadId(thread))):
        return redirect("referral:call", thread)
    return show(
        request,
        "referral/call.html",
        {
            "thread": thread,
            "duty": duty,
            "call": last,
            "mark": mark,
            "form": form,
            "for_real": post.rings_for_real(),
            "spoken": [(language, word("duty-call.words", language)) for language in ("ko", "en")],
            "national": _national(),
        },
        status=form.status,
    )


@page(verb="call.stop", right=Permission.REFERRAL_SEND, methods=POST)
def stop(request: Signed, thread: UUID) -> HttpResponse:
    """Stop what rings."""
    on_duty(request.actor, ThreadId(thread))
    stop_about(request.actor, thread=ThreadId(thread))
    return redirect("referral:call", thread)


def _mark(seen: CallSeen | None) -> str:
    """Give what changes whenever there is something new to see; it stands in an address, so it says nothing."""
    if seen is None:
        return "0"
    return f"{seen.state}-{seen.since.timestamp():.0f}" if seen.since else str(seen.state)


def _national() -> list[tuple[str, str]]:
    numbers = national_numbers(settings.IEUMGIL_COUNTRY)
    korean = get_language() == "ko"
    return [(one.number, one.label.ko if korean else one.label.en) for one in numbers]


paths = [
    path("threads/<uuid:thread>/phone/", call, name="call"),
    path("threads/<uuid:thread>/phone/stop/", stop, name="call_stop"),
]
