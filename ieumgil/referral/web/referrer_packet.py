"""The packet as the receiver will see it, what is held back and why, live; and what danger lets be sent at once."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from ieumgil.kernel.ids import MessageId, ThreadId
from ieumgil.kernel.outcome import StaleError
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import refer
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries.mark import mark_of
from ieumgil.referral.queries.work import look
from ieumgil.referral.web.referrer_forms import PacketForm, this_minute
from ieumgil.referral.web.referrer_shown import about, changes, packet_context
from ieumgil.shell.page import GET_POST, Signed, page, show


@page(verb="referral.refer", right=Permission.REFERRAL_SEND, methods=GET_POST)
def packet(request: Signed, thread: UUID) -> HttpResponse:
    """Show what would be sent and what is held back, and send exactly that; a poll that saw all this gets nothing."""
    key, now = ThreadId(thread), timezone.now()
    mark = mark_of(request.actor, key, now=now)
    if request.method == "GET" and request.GET.get("mark") == mark:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    item = look(request.actor, key)
    form = PacketForm.of(request, initial={"at": this_minute(), "heads": ",".join(item.heads)})
    moved, done = False, None
    try:
        done = form.act(lambda said: _refer(request, key, form, said))
    except StaleError:
        moved = True
    if done:
        messages.success(request, _("The referral is on its way. The answer comes into your work list."))
        return redirect("referral:thread", thread)
    preview = refer.preview(request.actor, thread=key)
    context = {"form": form, "mark": mark, "moved": moved, **about(item), **packet_context(preview)}
    context["changes"] = changes(form, preview) if moved else None
    whole = "referral/_packet_live.html" if _polls(request) else "referral/packet.html"
    return show(request, whole, context, status=HTTPStatus.CONFLICT if moved else form.status)


def _polls(request: Signed) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers and "mark" in request.GET


def _refer(request: Signed, thread: ThreadId, form: PacketForm, said: dict[str, Any]) -> MessageId:
    click = Click(form.shown_heads, said["once"] or None)
    shown = said["shown"] or "none"  # without it nothing was shown: never send what nobody saw
    return refer.refer(request.actor, thread=thread, shown=shown, spoken=form.spoken(), click=click)


paths = [
    path("threads/<uuid:thread>/packet/", packet, name="packet"),
]
