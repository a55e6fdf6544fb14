"""Root addresses of a node."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the node serves, and nothing else."""
    return HttpResponse(b"alive\n", content_type="text/plain")


urlpatterns = [
    path("alive", alive, name="alive"),
    path("exchange/", include("ieumgil.ground.exchange.web")),
]
