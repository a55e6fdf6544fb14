"""The one address of the exchange: other nodes post sealed bundles here."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ieumgil.ground.exchange.actions.receive import BAD, OK, receive
from ieumgil.ground.exchange.rules import MAX_BUNDLE, RefusalReason

app_name = "exchange"


@csrf_exempt  # another node is no browser: the bundle's signature is what lets it in
@require_POST
def inbox(request: HttpRequest) -> HttpResponse:
    """Take one sealed bundle: 200 with a sealed receipt, 202 kept sealed while locked, else a bare reason."""
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_BUNDLE:
        return _reason(RefusalReason.TOO_LARGE, BAD)
    answer = receive(request.read(MAX_BUNDLE + 1), now=timezone.now())
    if answer.status == OK:  # empty for a receipt: nobody signs for one
        return HttpResponse(answer.receipt, content_type="application/octet-stream")
    return _reason(answer.reason, answer.status)


def _reason(reason: str, status: int) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=status, content_type="text/plain")


urlpatterns = [path("inbox", inbox, name="inbox")]
