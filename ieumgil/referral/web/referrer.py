"""The referrer's later steps in a thread: answer, recall, close, put aside. A page that is old overwrites nothing."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from ieumgil.casefile import queries as casefile
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.kernel.outcome import AbsentError, StaleError
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import enquire, recall, refer
from ieumgil.referral.actions.refer import Preview
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries.work import Conversation, Turn, WorkItem, conversation, look
from ieumgil.referral.web import referrer_ask, referrer_at_once, referrer_packet, referrer_recorded
from ieumgil.referral.web.referrer_forms import ReasonForm, ReplyForm
from ieumgil.referral.web.referrer_shown import about, packet_context
from ieumgil.referral.web.stepping import kept_words, opened_from, tried
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show

ASKS = frozenset({"query", "ask-onward"})
CLOSING: dict[str, tuple[str, ...]] = {
    "ENQUIRED": ("no-longer-needed", "taken-elsewhere", "not-wished", "error"),
    "OFFERED": ("no-longer-needed", "taken-elsewhere", "not-wished", "error"),
    "REFUSED": ("cannot-take",),
    "NOT ARRIVED": ("not-arrived", "taken-elsewhere", "not-wished"),
    "DECLINED": ("declined",),
    "OUTCOME": ("complete",),
    "ERASED": ("recalled",),
}
CLOSABLE = frozenset({*CLOSING, "REOPENED"})


@page(verb="referral.reply", right=Permission.REFERRAL_SEND, methods=GET_POST)
def reply(request: Signed, thread: UUID) -> HttpResponse:
    """Answer what the other side asked, in words, with yes or no, or with what was agreed since."""
    key = ThreadId(thread)
    told = conversation(request.actor, key)
    form = ReplyForm.of(
        request,
        initial=opened_from(request, told.item) | kept_words(request, key, "text"),
        onward=told.item.state == "ONWARD ASKED",
    )
    done, stale = tried(
        form,
        lambda said: refer.reply(request.actor, thread=key, answer=form.answer(), click=_click(form, said)),
    )
    if done:
        messages.success(request, _("Your answer is on its way."))
        return redirect("referral:thread", thread)
    preview = _could_add(request, key, told)
    context = {"form": form, "asked": _question(told), "stale": stale, **about(told.item)}
    if preview is not None:
        context |= packet_context(preview)
    return show(request, "referral/reply.html", context, status=HTTPStatus.CONFLICT if stale else form.status)


@page(verb="referral.recall", right=Permission.REFERRAL_SEND, methods=GET_POST)
def recall_(request: Signed, thread: UUID) -> HttpResponse:
    """Take a referral back, after saying what that does and what it cannot do."""
    key = ThreadId(thread)
    item = look(request.actor, key)
    form = ReasonForm.of(request, initial=opened_from(request, item), kind="recalling")
    done, stale = tried(
        form,
        lambda said: recall.recall(
            request.actor, thread=key, reason=said["reason"], click=_click(form, said)
        ),
    )
    if done:
        messages.success(
            request, _("The recall is on its way. You hear when the other side has erased what it was sent.")
        )
        if form.cleaned_data["reason"] == "consent-withdrawn":
            messages.info(
                request, _("A recall ends this referral only. Record the withdrawal in the case, too.")
            )
        return redirect("referral:thread", thread)
    return _page_of(request, "referral/recall.html", form, item, stale)


@page(verb="referral.close", right=Permission.REFERRAL_SEND, methods=GET_POST)
def close(request: Signed, thread: UUID) -> HttpResponse:
    """Close a thread, with a reason."""
    key = ThreadId(thread)
    item = look(request.actor, key)
    form = ReasonForm.of(
        request, initial=opened_from(request, item), kind="closing", codes=CLOSING.get(item.state, ())
    )
    done, stale = tried(
        form,
        lambda said: enquire.close(
            request.actor, thread=key, reason=said["reason"], click=_click(form, said)
        ),
    )
    if done:
        messages.success(request, _("The thread is closed, unless the other side has just said something."))
        return redirect("referral:thread", thread)
    return _page_of(request, "referral/close.html", form, item, stale, legal=item.state in CLOSABLE)


@page(verb="referral.close", right=Permission.REFERRAL_SEND, methods=GET_POST)
def let_go(request: Signed, thread: UUID) -> HttpResponse:
    """Put a thread aside that never reached the other side."""
    key = ThreadId(thread)
    item = look(request.actor, key)
    if item.case is None:
        raise AbsentError
    casefile.case(request.actor, CaseId(item.case))
    form = HouseForm.of(request, initial=opened_from(request, item))
    done, stale = tried(form, lambda _said: enquire.let_go(request.actor, thread=key))
    if done:
        messages.success(request, _("It is put aside. Ask anew, in a thread of its own."))
        return redirect("referral:asked", item.case) if item.case else redirect("referral:work")
    return _page_of(request, "referral/let_go.html", form, item, stale)


def _page_of(
    request: Signed,
    template: str,
    form: HouseForm,
    item: WorkItem,
    stale: StaleError | None,
    *,
    legal: bool = True,
) -> HttpResponse:
    context = {"form": form, "stale": stale, "legal": legal, **about(item)}
    return show(request, template, context, status=HTTPStatus.CONFLICT if stale else form.status)


def _click(form: HouseForm, said: dict[str, Any]) -> Click:
    return Click(form.shown_heads, said["once"] or None, said.get("text") or "")


def _question(told: Conversation) -> Turn | None:
    asks = [turn for turn in told.turns if turn.kind in ASKS and turn.effect == "moved"]
    return asks[-1] if asks else None


def _could_add(request: Signed, thread: ThreadId, told: Conversation) -> Preview | None:
    if told.item.state not in {"QUERIED", "ONWARD ASKED"}:
        return None
    return refer.preview(request.actor, thread=thread)


paths = [
    *referrer_ask.paths,
    *referrer_recorded.paths,
    *referrer_packet.paths,
    *referrer_at_once.paths,
    path("threads/<uuid:thread>/reply/", reply, name="reply"),
    path("threads/<uuid:thread>/recall/", recall_, name="recall"),
    path("threads/<uuid:thread>/close/", close, name="close"),
    path("threads/<uuid:thread>/let-go/", let_go, name="let_go"),
]
