"""Small pages of the frame itself: the language, the quick exit and where it leads, all elements in development."""

import calendar
import io
import tarfile
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from ieumgil.shell.gallery import sample
from ieumgil.shell.kept import keep_form
from ieumgil.shell.page import typed_again

LANGUAGE_KEPT_FOR = 365 * 24 * 3600  # seconds
PACKAGE = Path(__file__).resolve().parents[1]
FORGET = '"cache", "cookies", "storage"'


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and stay at the place; what was being typed comes along (the page sends it with the switch)."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    signed = getattr(request, "signed", None)
    if signed is not None and request.POST.get("typed"):
        request.path = back.partition("?")[0]  # the words belong to the page they were typed in
        kept = keep_form(signed.actor, request, why="language-switched")
        back = f"{request.path}?kept={kept}" if kept else back
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=LANGUAGE_KEPT_FOR, secure=settings.SESSION_COOKIE_SECURE,
            httponly=True, samesite="Lax",
        )  # fmt: skip
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leave at once: sign out, have the browser forget, and show a page that says nothing. What was typed is kept first."""
    signed = getattr(request, "signed", None)
    if signed is not None:
        request.path = request.POST.get("from", "/").partition("?")[0][:120]
        keep_form(signed.actor, request, why="left-quickly")
    logout(request)
    response = redirect("shell:plain")
    response["Clear-Site-Data"] = FORGET
    return response


@require_GET
def plain(request: HttpRequest) -> HttpResponse:
    """Show the calendar of this month: what somebody sees who looks over a shoulder."""
    today = timezone.localdate()
    weeks = calendar.Calendar(firstweekday=6).monthdatescalendar(today.year, today.month)
    return render(request, "shell/plain.html", {"today": today, "weeks": weeks})


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every element in its states, in development and in the demo alone."""
    if not settings.IEUMGIL_DEMO:
        raise Http404
    return render(request, "shell/gallery.html", sample())


@require_GET
def source(_request: HttpRequest) -> HttpResponse:
    """Give the program's own source as it runs here, to whoever uses it (AGPL, section 13)."""
    response = HttpResponse(_packed(), content_type="application/gzip")
    response["Content-Disposition"] = 'attachment; filename="ieumgil-source.tar.gz"'
    return response


@cache
def _packed() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        archive.add(PACKAGE, "ieumgil", filter=lambda item: None if "__pycache__" in item.name else item)
        for beside in ("LICENSE", "NOTICE", "README.md", "pyproject.toml", "requirements.lock"):
            if (PACKAGE.parent / beside).is_file():
                archive.add(PACKAGE.parent / beside, beside)
    return made.getvalue()


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's own signature
    """Give the one answer for an address that leads nowhere, the same as for what is absent."""
    return render(request, "shell/absent.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the node failed, without any detail of it."""
    try:
        return render(request, "shell/failed.html", status=500)
    except Exception:  # noqa: BLE001  what failed may be what the frame stands on
        return HttpResponse(b"This was not done. Use the telephone.\n", status=500, content_type="text/plain")


def no_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  as above
    """Say that a form came from a page that is no longer good, with the words still in it to be sent again.

    Without them where a page of somebody else sent it: one press would send its words in the worker's name.
    """
    again = typed_again(request) if _came_from_here(request) else []
    context = {"code": "old-form", "again": again, "back": request.path}
    return render(request, "shell/refused.html", context, status=403)


def _came_from_here(request: HttpRequest) -> bool:
    """Say whether a page of this node sent a form, as every browser says with it since 2020."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    here = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") in {here, *settings.CSRF_TRUSTED_ORIGINS}
