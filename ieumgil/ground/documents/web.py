"""A document as the browser gets it: to be kept as a file, under a name that says nothing."""

from django.http import HttpResponse
from django.utils import timezone

from ieumgil.ground.documents.rules import file_name


def download(made: bytes, kind: str) -> HttpResponse:
    """Give a PDF as a file named by a plain word and the day; nothing on the way keeps a copy."""
    response = HttpResponse(made, content_type="application/pdf")
    name = file_name(kind, timezone.localdate())
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
