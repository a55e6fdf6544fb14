"""What the receiver says, each on a small page of its own: a page that is old overwrites nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions import answer
from ieumgil.referral.actions.say import Click
from ieumgil.referral.queries.answering import Answering, answering
from ieumgil.referral.rules import Kind
from ieumgil.referral.web import receiver_forms as forms
from ieumgil.referral.web.stepping import kept_words, opened_from, tried
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, View, page, show

Say = Callable[[Actor, ThreadId, Any, Click], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the receiver may say: its form, how it is said, and what the pages say about it."""

    kind: Kind
    form: type[HouseForm]
    say: Say
    title: Promise
    about: Promise
    button: Promise
    done: Promise


def _can_take(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  the step's own form
    until = form.until(timezone.now())
    return answer.can_take(actor, thread=thread, place_until=until, spoken=form.spoken(), click=click)


def _cannot_take(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    reason = form.cleaned_data["reason"]
    return answer.cannot_take(actor, thread=thread, reason=reason, suggested=form.suggests(), click=click)


def _decline(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    reason = form.cleaned_data["reason"]
    return answer.decline(actor, thread=thread, reason=reason, suggested=form.suggests(), click=click)


def _query(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    return answer.query(actor, thread=thread, question=form.cleaned_data["question"], click=click)


def _accept(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    return answer.accept(actor, thread=thread, spoken=form.spoken(), click=click)


def _arrived(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    came = form.cleaned_data["came"]
    return answer.arrived(actor, thread=thread, at=came, spoken=form.spoken(), click=click)


def _not_arrived(actor: Actor, thread: ThreadId, _form: Any, click: Click) -> object:  # noqa: ANN401  as above
    return answer.not_arrived(actor, thread=thread, click=click)


def _progress(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    return answer.progress(actor, thread=thread, code=form.cleaned_data["code"], click=click)


def _outcome(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    return answer.outcome(actor, thread=thread, code=form.cleaned_data["code"], click=click)


def _ask_onward(actor: Actor, thread: ThreadId, form: Any, click: Click) -> object:  # noqa: ANN401  as above
    to, purpose = form.onward()
    return answer.ask_onward(actor, thread=thread, to=to, purpose=purpose, click=click)


STEPS: Final = (
    Step(
        Kind.CAN_TAKE,
        forms.CanTakeForm,
        _can_take,
        _("We can take the person"),
        _("The place is kept until the time you say. Nothing about the person has been sent yet."),
        _("Say that we can"),
        _("The other agency hears that you can take the person."),
    ),
    Step(
        Kind.CANNOT_TAKE,
        forms.NoForm,
        _cannot_take,
        _("We cannot take the person"),
        _(
            "The other agency looks further at once. If somebody who lives with you is the reason, choose safety and say no more."
        ),
        _("Say that we cannot"),
        _("The other agency hears that you cannot take the person."),
    ),
    Step(
        Kind.DECLINE,
        forms.NoForm,
        _decline,
        _("Decline the referral"),
        _("Declining late is better than silence: the other agency looks further at once."),
        _("Decline"),
        _("The referral is declined."),
    ),
    Step(
        Kind.QUERY,
        forms.QueryForm,
        _query,
        _("Ask back"),
        _("It is the other agency's turn then. One question may be open at a time."),
        _("Send the question"),
        _("Your question is on its way."),
    ),
    Step(
        Kind.ACCEPT,
        forms.PlainForm,
        _accept,
        _("Accept the referral"),
        _("A case of your own is opened. It points to the packet and copies nothing from it."),
        _("Accept"),
        _("The referral is accepted, and a case of your own is open."),
    ),
    Step(
        Kind.ARRIVED,
        forms.ArrivedForm,
        _arrived,
        _("The person has arrived"),
        _("Somebody is waiting to hear it."),
        _("Say that the person is here"),
        _("The other agency hears that the person has arrived."),
    ),
    Step(
        Kind.NOT_ARRIVED,
        forms.PlainForm,
        _not_arrived,
        _("The person has not arrived"),
        _(
            "This is a question of safety: the other agency looks for the person. If the person comes later, say so then."
        ),
        _("Say that the person has not come"),
        _("The other agency hears that the person has not come, and looks for them."),
    ),
    Step(
        Kind.PROGRESS,
        forms.CodeForm,
        _progress,
        _("How it goes"),
        _("The other agency hears only this, and only because the person agreed to it."),
        _("Tell it"),
        _("The other agency hears how it goes."),
    ),
    Step(
        Kind.ASK_ONWARD,
        forms.OnwardForm,
        _ask_onward,
        _("Ask to refer onward"),
        _("The other agency asks the person, and says yes or no. It becomes a referral of its own."),
        _("Ask"),
        _("The other agency is asked."),
    ),
    Step(
        Kind.OUTCOME,
        forms.CodeForm,
        _outcome,
        _("How it ended"),
        _("The other agency then closes the thread. Help may go on in your own case."),
        _("Tell it"),
        _("The other agency hears how it ended."),
    ),
)
TOLD_AS_AGREED: Final = frozenset({Kind.PROGRESS, Kind.OUTCOME})
NAMES_OTHERS: Final = frozenset({Kind.CANNOT_TAKE, Kind.DECLINE, Kind.ASK_ONWARD})


def _view(step: Step) -> View[[UUID]]:
    @page(verb=f"referral.{step.kind.value}", right=Permission.REFERRAL_ANSWER, methods=GET_POST)
    def answered(request: Signed, thread: UUID) -> HttpResponse:
        """Show the form of a step under the line of its thread, and take it."""
        key = ThreadId(thread)
        known = answering(request.actor, key, step.kind)
        form = step.form.of(
            request,
            initial=opened_from(request, known.item) | kept_words(request, key, "question"),
            **_more(request, step, known),
        )
        done, stale = tried(form, lambda _said: step.say(request.actor, key, form, _click(form)))
        if done:
            messages.success(request, str(step.done))
            return redirect("referral:thread", thread)
        old = request.method == "GET" and not _is_current(request, known)
        context = {
            "step": step,
            "form": form,
            "item": known.item,
            "thread": thread,
            "stale": stale,
            "still": known.legal,
            "old": old,
            "legal": known.legal or request.method == "POST",
            "silent": step.kind in TOLD_AS_AGREED and known.legal and step.kind.value not in known.feedback,
            "is_outcome": step.kind is Kind.OUTCOME,
            "spoken": "how" in form.fields,
        }
        return show(
            request, "referral/answer.html", context, status=HTTPStatus.CONFLICT if stale else form.status
        )

    return answered


def _more(request: Signed, step: Step, known: Answering) -> dict[str, Any]:
    more: dict[str, Any] = {"about": known}
    if step.kind in TOLD_AS_AGREED:
        more["kind"] = step.kind.value
    if step.kind in NAMES_OTHERS:
        more["own"] = request.actor.agency
    return more


def _is_current(request: Signed, known: Answering) -> bool:
    return request.GET.get("heads", ",".join(known.item.heads)) == ",".join(known.item.heads)


def _click(form: HouseForm) -> Click:
    said = form.cleaned_data
    return Click(form.shown_heads, said["once"] or None, said.get("question", ""))


def _path(step: Step) -> URLPattern:
    name = step.kind.value
    return path(f"threads/<uuid:thread>/{name}/", _view(step), name=name.replace("-", "_"))


paths = [_path(step) for step in STEPS]
