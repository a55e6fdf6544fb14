"""Sign in to a demo by a link, as any of its invented workers; on the pages of a demo alone."""

from typing import cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from ieumgil.ground.accounts.queries import known
from ieumgil.shell.accounts.adapter import ByHandle
from ieumgil.shell.accounts.second_factor import mark_second_factor
from ieumgil.site.checks import THIS_MACHINE


@require_GET
def sign_in_as(request: HttpRequest, handle: str) -> HttpResponse:
    """Sign in as this worker, as if with a second factor; outside a demo, and for another machine, there is nothing here."""
    is_here = request.META.get("REMOTE_ADDR") in THIS_MACHINE and "X-Forwarded-For" not in request.headers
    worker = known(handle) if settings.IEUMGIL_DEMO and is_here else None
    user = ByHandle().get_user(worker.worker) if worker else None
    if user is None:
        raise Http404
    if request.user.is_authenticated:
        logout(request)
    response = cast("HttpResponse", perform_login(request, user, redirect_url="/"))
    mark_second_factor(request, user.pk)
    return response


paths = [path("demo/as/<str:handle>/", sign_in_as, name="demo-sign-in")]
