"""Root addresses of a node."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ieumgil.site.demo import phone
from ieumgil.site.home import views as home


def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the node serves, and nothing else."""
    return HttpResponse(b"alive\n", content_type="text/plain")


urlpatterns = [
    path("", home.home, name="home"),
    path("alive", alive, name="alive"),
    path("exchange/", include("ieumgil.ground.exchange.web")),
    path("", include("ieumgil.referral.web.urls")),
    path("", include("ieumgil.shell.urls")),
    path("", include("ieumgil.shell.accounts.urls")),
    *phone.paths,
]
handler404 = "ieumgil.shell.views.not_found"
handler500 = "ieumgil.shell.views.failed"
