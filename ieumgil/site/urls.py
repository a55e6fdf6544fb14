"""Root addresses of a node."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ieumgil.site.demo import phone, sign_in
from ieumgil.site.home import views as home


def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the node serves, and nothing else."""
    return HttpResponse(b"alive\n", content_type="text/plain")


urlpatterns = [
    path("", home.home, name="home"),
    path("alive", alive, name="alive"),
    path("exchange/", include("ieumgil.ground.exchange.web")),
    path("", include("ieumgil.consent.web.urls")),
    path("", include("ieumgil.referral.web.urls")),
    path("", include("ieumgil.casefile.web.urls")),
    path("", include("ieumgil.identification.web.urls")),
    path("", include("ieumgil.assistance.web.urls")),
    path("", include("ieumgil.shell.urls")),
    path("", include("ieumgil.shell.accounts.urls")),
    *phone.paths,
    *sign_in.paths,
]
handler404 = "ieumgil.shell.views.not_found"
handler500 = "ieumgil.shell.views.failed"
