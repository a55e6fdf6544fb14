"""Who is signed in, for how long, in which language and time zone; what was typed after a session ended is sealed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone

from ieumgil.ground.accounts.queries import SignedIn, signed_in
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import WorkerId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.shell.accounts.second_factor import ENROL, has_second_factor
from ieumgil.shell.agencies import asked_once
from ieumgil.shell.kept import keep_form

Answer = Callable[[HttpRequest], HttpResponse]
IDLE: Final = timedelta(minutes=15)  # security page, c10
ABSOLUTE: Final = timedelta(hours=8)
NOTE_EVERY: Final = timedelta(seconds=30)  # a write for each request would cost more than the page
POLL: Final = "X-Poll"
OVER: Final = "over"  # whose session ended: what this browser still sends is kept for that worker


class SignInMiddleware:
    """Set `request.signed` (who signed in, or None) and end what was idle for 15 minutes or is 8 hours old."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find out who is there; answer in their language and time zone."""
        asked = cast("Any", request)
        asked.signed = _who(request, timezone.now())
        asked.actor = asked.signed.actor if asked.signed else None
        asked.worker = asked.signed
        timezone.activate(ZoneInfo(settings.IEUMGIL_TIME_ZONE))
        try:
            with asked_once():
                return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, view: object, *_called: object) -> HttpResponse | None:
        """Let only who signed in with a second factor reach a page; keep what was typed after a session ended."""
        if getattr(view, "page", None) is None:
            return None
        signed: SignedIn | None = cast("Any", request).signed
        if signed is None:
            return _to_sign_in(request)
        if not has_second_factor(request):
            return HttpResponseRedirect(resolve_url(ENROL))
        return None


def _who(request: HttpRequest, now: datetime) -> SignedIn | None:
    user = request.user
    if not user.is_authenticated:
        return None
    if _is_over(request, now):
        _end(request)
        return None
    try:
        signed = signed_in(WorkerId(user.pk), now=now)
    except AbsentError:
        request.session.flush()
        request.user = AnonymousUser()
        return None
    _note(request, now)
    return signed


def _is_over(request: HttpRequest, now: datetime) -> bool:
    since: float | None = request.session.get("since")
    seen: float | None = request.session.get("seen")
    if since is None or seen is None:
        return False
    return now.timestamp() - seen > IDLE.total_seconds() or now.timestamp() - since > ABSOLUTE.total_seconds()


def _end(request: HttpRequest) -> None:
    """Leave of an ended session only whose it was: it opens nothing, and what it still sends can be given back."""
    whose = str(request.user.pk)
    for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, "since", "seen"):
        request.session.pop(name, None)
    for name in [name for name in request.session.keys() if str(name).startswith("account_")]:  # noqa: SIM118  a session has keys only
        del request.session[name]
    request.session[OVER] = whose
    request.session.cycle_key()
    request.user = AnonymousUser()


def _note(request: HttpRequest, now: datetime) -> None:
    session, moment = request.session, now.timestamp()
    if POLL in request.headers and "since" in session:
        return  # the page asks, not the worker: an empty chair does not keep a session open
    session.setdefault("since", moment)
    session.pop(OVER, None)
    if moment - session.get("seen", 0) > NOTE_EVERY.total_seconds():
        session["seen"] = moment


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers and request.method == "GET":
        return HttpResponse(
            status=204
        )  # what stands on the page stays: its words are sealed when they are sent
    back = request.get_full_path()
    if request.method == "POST":
        whose = request.session.get(OVER)
        kept = keep_form(_depositor(whose), request, why="session-over") if whose else None
        back = f"{request.path}?kept={kept}" if kept else request.path
        request.session["kept"] = bool(kept)
    sign_in = resolve_url(settings.LOGIN_URL)
    return HttpResponseRedirect(f"{sign_in}?next={quote(back, safe='/')}", status=303)


def _depositor(worker: str) -> Actor | None:
    """Give somebody who may leave words behind and nothing else."""
    try:
        found = signed_in(WorkerId(UUID(worker)))
    except AbsentError:
        return None
    return Actor(found.actor.agency, found.id, frozenset(), found.actor.role)
