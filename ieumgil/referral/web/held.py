"""The packet at its receiver: opened on the record, and erased once it was taken back or its time is over."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from ieumgil.consent.rules import Feedback
from ieumgil.kernel.ids import PurposeCode, ThreadId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import recall
from ieumgil.referral.actions.opened import open_packet
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries.answering import Erasing, erasing
from ieumgil.referral.queries.moves import moves_of
from ieumgil.referral.queries.packet import PacketView
from ieumgil.referral.queries.work import look
from ieumgil.referral.rules import Side, State
from ieumgil.referral.web.fields import told_by_category
from ieumgil.referral.web.receiver_forms import EraseForm
from ieumgil.referral.web.stepping import opened_from, tried
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show
from ieumgil.shell.templatetags.house import category_label, field_label


@page(verb="packet.open", right=Permission.REFERRAL_READ, methods=GET_POST)
def opened(request: Signed, thread: UUID) -> HttpResponse:
    """Say that to open is put on record; open on a POST, so that no link and no reload in the background ever does."""
    key = ThreadId(thread)
    item = look(request.actor, key)
    if item.side != Side.R:
        raise AbsentError
    form = HouseForm.of(request)
    done = form.act(lambda _said: open_packet(request.actor, thread=key, asked_for=PurposeCode(item.purpose)))
    view: PacketView | None = done.value if done else None
    context = {
        "item": item,
        "thread": thread,
        "form": form,
        "view": view,
        "groups": told_by_category(view.fields) if view else [],
        "not_after": datetime.fromisoformat(view.not_after) if view else None,
        "feedback": [code.value for code in Feedback if code.value in view.feedback] if view else [],
        "may_open": moves_of(request.actor, key).opens,
        "recalled": item.state == State.RECALLED,
        "role": request.actor.role,
    }
    return show(request, "referral/opened.html", context, status=form.status)


@page(verb="referral.erased", right=Permission.REFERRAL_ANSWER, methods=GET_POST)
def erase(request: Signed, thread: UUID) -> HttpResponse:
    """Ask first what the person lets this agency keep, and what a law demands; then destroy the packet's key."""
    key = ThreadId(thread)
    known = erasing(request.actor, key, now=timezone.now())
    form = EraseForm.of(request, initial=opened_from(request, known.item), about=known)
    form.name(_fields(known), _categories(known))
    done, stale = tried(
        form, lambda said: recall.erase(request.actor, thread=key, keep=form.kept(), click=_click(form, said))
    )
    if done:
        messages.success(
            request, _("The packet is erased. The other agency hears it, and what you keep and why.")
        )
        return redirect("referral:thread", thread)
    context = {
        "item": known.item,
        "thread": thread,
        "form": form,
        "stale": stale,
        "known": known,
        "own": request.actor.agency,
        "legal": known.legal or request.method == "POST",
        "not_agreed": [field for field in known.fields if not field.agreed],
    }
    return show(request, "referral/erase.html", context, status=HTTPStatus.CONFLICT if stale else form.status)


def _click(form: EraseForm, said: dict[str, object]) -> Click:
    return Click(form.shown_heads, str(said["once"]) or None)


def _fields(known: Erasing) -> list[tuple[str, str]]:
    return [(field.path, field_label(field.path)) for field in known.fields if field.agreed]


def _categories(known: Erasing) -> list[tuple[str, str]]:
    codes = dict.fromkeys(field.category for field in known.fields)
    return [(code, category_label(code)) for code in codes]


paths = [
    path("threads/<uuid:thread>/opened/", opened, name="opened"),
    path("threads/<uuid:thread>/erase/", erase, name="erase"),
]
