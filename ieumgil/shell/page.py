"""What a view declares, and what becomes of a refusal: every page of every room goes through `page`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from ieumgil.ground.accounts.queries import SignedIn
from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError, Deny, StaleError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.kept import is_secret

P = ParamSpec("P")
GET: Final = ("GET",)
POST: Final = ("POST",)
GET_POST: Final = ("GET", "POST")
NO_RIGHT: Final = "no-right"


class Signed(HttpRequest):
    """A request of a worker who signed in with a second factor."""

    actor: Actor
    worker: SignedIn


View = Callable[Concatenate[Signed, P], HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """What a view does (`verb`, as in the ledger), the right it asks for (None: any worker), the methods it answers."""

    verb: str
    right: Permission | None
    methods: tuple[str, ...]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods it answers, HEAD with GET."""
        return (*self.methods, "HEAD") if "GET" in self.methods else self.methods


def page(
    *, verb: str, right: Permission | None = None, methods: tuple[str, ...] = GET
) -> Callable[[View[P]], View[P]]:
    """Declare a view; refusals of the actions it calls become pages that say what happened, what was kept, what to do.

    Absent, another's and erased are one page with 404; a role without the right gets 403 before anything is looked for; things
    that moved on 409, a locked agency 503 with the words still in the form.
    """
    declared = Page(verb, right, methods)

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: Signed, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in declared.allowed:
                return HttpResponseNotAllowed(declared.allowed)
            if right is not None and isinstance(request.actor.may(right), Deny):
                return refused(request, DeniedError(NO_RIGHT))
            try:
                return view(request, *args, **kwargs)
            except AbsentError:
                return absent(request)
            except (DeniedError, StaleError, LockedAgencyError) as refusal:
                return refused(request, refusal)

        answer.page = declared  # type: ignore[attr-defined]
        return cast("View[P]", answer)

    return declare


def show(
    request: HttpRequest, template: str, context: Mapping[str, object] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page; a fragment asked for by htmx has the same address, so caches must tell them apart."""
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, ("HX-Request", "Cookie"))
    return response


def absent(request: HttpRequest) -> HttpResponse:
    """Give the one page for what is absent, another agency's, another team's or erased: nothing can be learnt from it."""
    return render(request, "shell/absent.html", status=404)


def refused(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """Say in words why something was not done, and offer the words again where they are not kept elsewhere."""
    code = str(getattr(refusal, "code", "error"))
    kept = getattr(refusal, "kept", None)
    context = {
        "code": code,
        "kept": kept,
        "again": [] if kept else typed_again(request),
        "back": request.path,
    }
    return render(request, "shell/refused.html", context, status=status_of(refusal))


def status_of(refusal: Exception) -> int:
    """Give the status of an answer that refuses: 403 without the right, 503 while locked, 409 for all else."""
    if isinstance(refusal, LockedAgencyError):
        return 503
    return 403 if getattr(refusal, "code", "") == NO_RIGHT else 409


def typed_again(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what was typed, to stand in the page that says why nothing came of it: one press tries again.

    No password and no code comes back.
    """
    if request.method != "POST":
        return []
    posted = cast("QueryDict", request.POST)
    return [
        (name, str(value))
        for name, values in posted.lists()
        if name != "csrfmiddlewaretoken" and not is_secret(name)
        for value in values
    ]
