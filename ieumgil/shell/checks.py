"""A view that declares no verb stops the node before it serves."""

from collections.abc import Iterator
from typing import Final

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from ieumgil.ground.access.rules import OPEN_ROUTES

UNDECLARED: Final = "ieumgil.E010"


def check_every_view_declares(**_of_django: object) -> list[CheckMessage]:
    """Give an error for every address whose view neither declares a page nor stands on the open list."""
    return [
        Error(f"the view of {route} ({name or 'no name'}) declares no verb", id=UNDECLARED)
        for route, name, pattern in routes()
        if getattr(pattern.callback, "page", None) is None and name not in OPEN_ROUTES
    ]


def routes(resolver: URLResolver | None = None) -> Iterator[tuple[str, str, URLPattern]]:
    """Give every address that resolves, with its full name and its pattern."""
    yield from _under(resolver or get_resolver(), "", "")


def _under(resolver: URLResolver, before: str, space: str) -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _under(pattern, route, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield route, f"{space}{pattern.name or ''}", pattern
