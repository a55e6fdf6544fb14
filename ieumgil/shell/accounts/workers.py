"""Who works here: invite, roles, a new link, a new second factor by two officers, closing an account."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ieumgil.ground.accounts.queries import Colleague
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.joining import queries
from ieumgil.ground.joining.actions import people
from ieumgil.kernel.outcome import AbsentError
from ieumgil.kernel.permission import Permission
from ieumgil.shell.accounts.forms import InviteForm, RoleForm
from ieumgil.shell.page import GET_POST, Signed, page, show


@page(verb="worker.list", methods=GET_POST)
def workers(request: Signed) -> HttpResponse:
    """List who works here; invite somebody, and show the link once."""
    found = queries.colleagues(request.actor)
    form = InviteForm.of(request)
    done = form.act(
        lambda said: people.invite(
            request.actor,
            handle=said["handle"],
            display_name=said["display_name"],
            roles=map(Role, said["roles"]),
        )
    )
    if done:
        return _link(request, done.value, form.cleaned_data["display_name"])
    context = {
        "workers": found,
        "form": form,
        "may_invite": Permission.WORKER_INVITE in request.actor.permissions,
    }
    return show(request, "account/workers.html", context, status=form.status)


@page(verb="worker.list", methods=GET_POST)
def worker(request: Signed, worker: UUID) -> HttpResponse:
    """Show one colleague, and do what an officer may do with the account."""
    one = _colleague(request, worker)
    if request.method == "POST":
        return _do(request, one)
    rights = request.actor.permissions
    context = {
        "one": one,
        "is_oneself": one.id == request.worker.id,
        "may_invite": Permission.WORKER_INVITE in rights,
        "may_approve": one.asked_by is not None and one.asked_by != request.worker.id,
        "give": RoleForm(roles=tuple(role for role in Role if role not in one.roles)),
    }
    return show(request, "account/worker.html", context)


def _colleague(request: Signed, worker: UUID) -> Colleague:
    for one in queries.colleagues(request.actor):
        if one.id == worker:
            return one
    raise AbsentError


def _give(request: Signed, one: Colleague) -> None:
    people.give_role(request.actor, handle=one.handle, role=_role(request))


def _take(request: Signed, one: Colleague) -> None:
    people.take_back_role(request.actor, handle=one.handle, role=_role(request))


def _ask(request: Signed, one: Colleague) -> None:
    people.ask_new_second_factor(request.actor, handle=one.handle)


def _approve(request: Signed, one: Colleague) -> str:
    return people.approve_new_second_factor(request.actor, handle=one.handle)


def _renew(request: Signed, one: Colleague) -> str:
    return people.make_invitation(request.actor, handle=one.handle)


def _end_sessions(request: Signed, one: Colleague) -> None:
    people.end_sessions_of(request.actor, handle=one.handle)


def _close(request: Signed, one: Colleague) -> None:
    people.deactivate_worker(request.actor, handle=one.handle)


DEEDS: Final[dict[str, Callable[[Signed, Colleague], str | None]]] = {
    "give": _give,
    "take": _take,
    "ask": _ask,
    "approve": _approve,
    "link": _renew,
    "sessions": _end_sessions,
    "close": _close,
}


def _do(request: Signed, one: Colleague) -> HttpResponse:
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise AbsentError
    token = deed(request, one)
    return _link(request, token, one.display_name) if token else redirect("people:worker", one.id)


def _role(request: Signed) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError as unknown:
        raise AbsentError from unknown


def _link(request: Signed, token: str, name: str) -> HttpResponse:
    link = settings.IEUMGIL_ADDRESS.rstrip("/") + reverse("people:welcome", args=[token])
    return show(request, "account/link.html", {"link": link, "name": name})
