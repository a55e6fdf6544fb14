"""Closed by default: an address neither on the open list nor a page of somebody signed in answers as if it did not exist."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from ieumgil.ground.access.rules import OPEN_ROUTES

Answer = Callable[[HttpRequest], HttpResponse]
SAME_ORIGIN = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ClosedByDefault:
    """Let through routes on the open list, and pages to whoever signed in; all else gets the one answer for what is absent."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forbid every cache to keep the answer."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        for name, value in SAME_ORIGIN.items():
            response[name] = value
        return response

    def process_view(self, request: HttpRequest, view: object, *_called: object) -> HttpResponse | None:
        """Refuse a route that is neither open nor a declared page of somebody signed in, before its view runs."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in OPEN_ROUTES:
            return None
        if getattr(view, "page", None) is not None and getattr(request, "signed", None) is not None:
            return None
        raise Http404
