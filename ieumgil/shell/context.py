"""What every page's frame is made of: who is signed in, where one can go, how to get the source."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from ieumgil.kernel.permission import Permission


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation: the name of its address, its words, the rights that show it (any of them; none: everybody)."""

    name: str
    label: Promise | str
    rights: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the navigation as a page shows it."""

    url: str
    label: str
    current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the frame's own values to every template: `signed`, `agency_name`, `nav`, `source_url`, `demo`."""
    signed = getattr(request, "signed", None)
    values: dict[str, Any] = {
        "signed": signed,
        "source_url": settings.IEUMGIL_SOURCE,
        "demo": settings.IEUMGIL_DEMO,
    }
    if signed is None:
        return values
    korean = get_language() == "ko"
    values["agency_name"] = signed.agency_ko if korean else signed.agency_en
    values["nav"] = [
        _shown(way, request)
        for way in import_string(settings.SHELL_NAVIGATION)
        if _may(way, signed.actor.permissions)
    ]
    return values


def _may(way: Way, rights: frozenset[Permission]) -> bool:
    return not way.rights or bool(way.rights & rights)


def _shown(way: Way, request: HttpRequest) -> Shown:
    url = reverse(way.name)
    return Shown(url, str(way.label), request.path == url or (url != "/" and request.path.startswith(url)))
