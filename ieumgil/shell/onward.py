"""Where to go after something was done: back to where the worker was on the way to."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def way_on(request: HttpRequest, otherwise: str) -> str:
    """Give the address named by `next`, if it is one of this node's own, or else the given one."""
    named = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        named, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return named if safe and named.startswith("/") else otherwise


def go_on(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Send the browser there, with GET."""
    return HttpResponseRedirect(way_on(request, otherwise), status=303)
