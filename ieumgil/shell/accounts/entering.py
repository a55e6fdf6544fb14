"""Coming in: sign-in, the code, a link that is good once, a new device; and going."""

from typing import Any, cast

from allauth.account.internal.decorators import login_not_required
from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import Login
from allauth.account.views import LoginView, LogoutView, ReauthenticateView
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.generic.edit import FormView

from ieumgil.ground.accounts.queries import actor_for, invited, may_enrol
from ieumgil.ground.accounts.rules import InvitationKind
from ieumgil.ground.joining.actions import door
from ieumgil.ground.joining.actions.ending import end_other_sessions, forget_second_factor, keep_listed
from ieumgil.ground.words.queries import word
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.shell.accounts.adapter import Door
from ieumgil.shell.accounts.forms import NewPasswordForm, OwnPasswordForm
from ieumgil.shell.accounts.second_factor import has_second_factor, mark_second_factor
from ieumgil.shell.page import show
from ieumgil.shell.views import FORGET

WRONG = 422


class SignIn(LoginView):  # type: ignore[misc]
    """Handle and password; says if something typed was kept when a session ended."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401  as of allauth
        """Add whether words were kept."""
        return {**super().get_context_data(**more), "kept": self.request.session.get("kept")}


class SignOut(LogoutView):  # type: ignore[misc]
    """End the session and have the browser forget."""

    def dispatch(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:  # noqa: ANN401  as of allauth
        """Add the header that has caches, cookies and storage cleared, once it is done."""
        response: HttpResponse = super().dispatch(request, *args, **more)
        if request.method == "POST":
            response["Clear-Site-Data"] = FORGET
        return response


class Enrol(ActivateTOTPView):  # type: ignore[misc]
    """Set up the device that shows codes, or change it with the old one; after a link was made, only through that link."""

    def dispatch(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:  # noqa: ANN401  as of allauth
        """Let in whoever signed in and has no device yet, or signed in with it minutes ago."""
        if not request.user.is_authenticated:
            return redirect("account_login")
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            if not has_second_factor(request):
                logout(request)
                return redirect("account_login")
            raise_if_reauthentication_required(request, app="allauth.mfa")
            return cast("HttpResponse", FormView.dispatch(self, request, *args, **more))
        if not may_enrol(cast("Any", request.user).pk):
            return show(request, "account/link_needed.html", status=403)
        return cast("HttpResponse", super().dispatch(request, *args, **more))

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401  as of allauth
        """Add the drawn code and the secret in groups of four, for whoever types it."""
        found: dict[str, Any] = super().get_context_data(**more)
        secret = found["form"].secret
        found["drawn"] = mark_safe(found["totp_svg"])  # noqa: S308  squares of our own drawing
        found["groups"] = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return found

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401  as of allauth
        """Keep the device: from now on this session counts as signed in with it, and every other one ends."""
        request, handle = self.request, self.request.user.get_username()
        actor = actor_for(handle)
        with transaction.atomic():  # the old device goes only together with the new one's coming
            if actor.worker is not None:
                forget_second_factor(actor.worker)
            response: HttpResponse = super().form_valid(form)
        door.note_second_factor(actor, what="enrolled")
        end_other_sessions(actor, this=request.session.session_key)
        _renew_key(request, actor)
        record_authentication(request, request.user, method="mfa", type="totp", reauthenticated=True)
        mark_second_factor(request, request.user.pk)
        return response

    def get_success_url(self) -> str:
        """Lead to the codes for paper."""
        return resolve_url("mfa_view_recovery_codes")


def _renew_key(request: HttpRequest, actor: Actor) -> None:
    """Give a session that now counts for more a new key: whoever knew the old one stays outside."""
    old = str(request.session.session_key)
    request.session.cycle_key()
    if actor.worker is not None:
        keep_listed(actor.worker, old=old, new=str(request.session.session_key))


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
code = AuthenticateView.as_view()
enrol = Enrol.as_view()
_password_again = ReauthenticateView.as_view()


def password_again(request: HttpRequest) -> HttpResponse:
    """Ask whoever signed in for the password again."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return cast("HttpResponse", _password_again(request))


@rate_limit(action="welcome")  # type: ignore[untyped-decorator]
@login_not_required  # type: ignore[untyped-decorator]
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Take a link that is good once: set a password, or give it, and go on to the second factor."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        handle, kind = invited(token, now=timezone.now())
    except AbsentError:
        return show(request, "account/link_over.html", status=404)
    joins = kind is InvitationKind.JOIN
    data = request.POST if request.method == "POST" else None
    form = NewPasswordForm(data, handle=handle) if joins else OwnPasswordForm(data)
    if form.is_valid() and not (joins or _may_try(request, handle)):
        form.add_error("password1", Door.error_messages["rate_limited"])
    if form.is_valid():
        try:
            return _enter(request, token, form.cleaned_data["password1"])
        except DeniedError as refusal:
            form.add_error("password1", word(f"refused.{refusal.code}", cast("Any", request).LANGUAGE_CODE))
        except AbsentError:
            return show(request, "account/link_over.html", status=404)
    context: dict[str, object] = {"form": form, "handle": handle, "joins": joins}
    return show(request, "account/welcome.html", context, status=WRONG if form.is_bound else 200)


def _may_try(request: HttpRequest, handle: str) -> bool:
    """Count a try of the password behind a link: whoever found the link must not find the password by it."""
    return bool(ratelimit.consume(request, action="second_factor", key=f"link-{handle}"))


def _enter(request: HttpRequest, token: str, password: str) -> HttpResponse:
    handle = door.accept_invitation(token=token, password=password)
    if request.user.is_authenticated:
        logout(request)  # whoever sat here before
    credentials = {"username": handle, "password": password}
    user = authenticate(request, **credentials)
    if user is None:
        raise AbsentError
    return cast("HttpResponse", perform_password_login(request, credentials, Login(user=user)))
