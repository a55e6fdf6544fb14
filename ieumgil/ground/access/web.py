"""Closed by default: an address neither on the open list nor a page of somebody signed in answers as if it did not exist."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from ieumgil.ground.access.rules import OPEN_ROUTES

Answer = Callable[[HttpRequest], HttpResponse]
FILE_GIVEN: Final = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})
SAME_ORIGIN: Final = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class NothingKept:
    """Forbid every cache to keep an answer, and every other origin to read one; the files of the program itself may be kept."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; also redirections and refusals that no view has made."""
        response = self.get_response(request)
        if not (request.path.startswith(settings.STATIC_URL) and response.status_code in FILE_GIVEN):
            response["Cache-Control"] = "no-store"
        for name, value in SAME_ORIGIN.items():
            response[name] = value
        return response


class ClosedByDefault:
    """Let through routes on the open list, and pages to whoever signed in; all else gets the one answer for what is absent."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *_called: object) -> HttpResponse | None:
        """Refuse a route that is neither open nor a declared page of somebody signed in, before its view runs."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in OPEN_ROUTES:
            return None
        if getattr(view, "page", None) is not None and getattr(request, "signed", None) is not None:
            return None
        raise Http404
