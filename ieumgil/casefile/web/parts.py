"""What belongs to a case and is kept in the rooms above: they tell it by functions that the settings name (`CASE_PARTS`)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from ieumgil.casefile.queries import CaseView
from ieumgil.kernel.actor import Actor

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Moment:
    """One point on the line of a case: what happened, or is due; `state` is done, now, due or late."""

    label: Text
    when: datetime | None
    state: str = "done"
    url: str = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of the case with a page of its own: how it stands, until when, its points on the line, whether it comes next."""

    title: Text
    url: str
    says: Text = ""
    due: datetime | None = None
    late: bool = False
    moments: tuple[Moment, ...] = ()
    next: bool = False


Teller = Callable[[Actor, CaseView], list[Part]]


def parts_of(actor: Actor, case: CaseView) -> list[Part]:
    """Ask every room that the settings name, in their order."""
    named = cast("Iterable[str]", getattr(settings, "CASE_PARTS", ()))
    return [part for name in named for part in cast("Teller", import_string(name))(actor, case)]
