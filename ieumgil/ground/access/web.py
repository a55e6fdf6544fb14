"""Closed by default: an address that is not on the open list answers as if it did not exist."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ieumgil.ground.access.rules import OPEN_ROUTES

Answer = Callable[[HttpRequest], HttpResponse]
ABSENT = b"not found\n"


class ClosedByDefault:
    """Let through only routes on the open list; every other request gets the one answer for what is absent."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forbid every cache to keep the answer."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Refuse a route that is not open, before its view runs."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in OPEN_ROUTES:
            return None
        return HttpResponse(ABSENT, status=404, content_type="text/plain")
