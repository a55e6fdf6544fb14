"""The home page of whoever signed in: it answers one question."""

from django.http import HttpResponse

from ieumgil.shell.page import Signed, page, show


@page(verb="home.read")
def home(request: Signed) -> HttpResponse:
    """Show the home page of the worker's role."""
    return show(request, "site/home.html")
