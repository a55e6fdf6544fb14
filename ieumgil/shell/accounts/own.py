"""One's own account: language, notices, password, second factor, sessions."""

from collections.abc import Callable
from typing import Any, cast

from allauth.core import ratelimit
from allauth.mfa.base.views import ReauthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ieumgil.ground.joining import queries
from ieumgil.ground.joining.actions import door
from ieumgil.ground.joining.actions.ending import end_other_sessions, end_session, keep_listed
from ieumgil.ground.words.queries import word
from ieumgil.kernel.outcome import DeniedError
from ieumgil.shell.accounts.adapter import Door, keep_language
from ieumgil.shell.accounts.forms import ChangePasswordForm, ChooseForm
from ieumgil.shell.page import GET_POST, Signed, page, show

WRONG = 422
AnyView = Callable[..., HttpResponse]


@page(verb="worker.choose", methods=GET_POST)
def account(request: Signed) -> HttpResponse:
    """Show one's own account, and keep language and address for notices."""
    own = queries.own_account(request.actor)
    known = {
        "language": own.language or cast("Any", request).LANGUAGE_CODE,
        "notice_address": own.notice_address,
    }
    form = ChooseForm.of(request, initial=known)
    done = form.act(
        lambda said: door.choose(
            request.actor,
            handle=request.worker.handle,
            language=form.chosen(),
            notice_address=said["notice_address"],
        )
    )
    if done:
        messages.success(request, _("Your choice was kept."))
        response = redirect("people:account")
        keep_language(response, form.chosen().value)
        return response
    return show(request, "account/account.html", {"own": own, "form": form}, status=form.status)


@page(verb="worker.password", methods=GET_POST)
def password(request: Signed) -> HttpResponse:
    """Change one's own password; every other session ends."""
    form = ChangePasswordForm(
        request.POST if request.method == "POST" else None, handle=request.worker.handle
    )
    if form.is_valid() and not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("old", Door.error_messages["rate_limited"])
    if form.is_valid():
        try:
            _change(request, form)
        except DeniedError as refusal:
            form.add_error("old", word(f"refused.{refusal.code}", cast("Any", request).LANGUAGE_CODE))
        else:
            messages.success(request, _("The password was changed. All your other sessions have ended."))
            return redirect("people:account")
    return show(request, "account/password.html", {"form": form}, status=WRONG if form.is_bound else 200)


def _change(request: Signed, form: ChangePasswordForm) -> None:
    said, handle = form.cleaned_data, request.worker.handle
    this = request.session.session_key
    door.change_password(request.actor, handle=handle, old=said["old"], new=said["password1"], this=this)
    user = cast("Any", request.user)
    user.refresh_from_db()
    key = request.session.session_key
    update_session_auth_hash(request, user)
    keep_listed(request.worker.id, old=str(key), new=str(request.session.session_key))


@page(verb="worker.sessions", methods=GET_POST)
def sessions(request: Signed) -> HttpResponse:
    """List one's own sessions, and end one or all others."""
    this = request.session.session_key
    if request.method == "POST":
        ended = request.POST.get("session", "")
        if ended.isdecimal():
            end_session(request.actor, session=int(ended))
        else:
            end_other_sessions(request.actor, this=this)
        return redirect("people:sessions")
    found = queries.sessions_of(request.actor, this=this)
    return show(request, "account/sessions.html", {"sessions": found})


def _declared(verb: str, view: AnyView) -> AnyView:
    """Put a page of allauth behind the house's own frame: signed in with a second factor, declared."""

    def answer(request: Signed) -> HttpResponse:
        return view(request)

    return cast("AnyView", page(verb=verb, methods=GET_POST)(answer))


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Make ten new codes for paper; the old ones end."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401  as of allauth
        """Make them, and write that."""
        response: HttpResponse = super().form_valid(form)
        door.note_second_factor(cast("Signed", self.request).actor, what="new recovery codes")
        return response


code_again = _declared("worker.confirm", ReauthenticateView.as_view())
codes = _declared("worker.codes", ViewRecoveryCodesView.as_view())
new_codes = _declared("worker.codes", NewCodes.as_view())
