"""Forms made from one version of a case: a save that comes too late loses no word, and shows what was written meanwhile."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from ieumgil.kernel.outcome import StaleError
from ieumgil.shell.forms import Done, HouseForm

T = TypeVar("T")


class VersionForm(HouseForm):
    """A form that carries the version it was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    moved: bool = False
    kept: str | None = None

    def save(self, do: Callable[[dict[str, Any]], T]) -> Done[T] | None:
        """As `act`; where the case moved on meanwhile, the form is shown again with what was typed (`show_newer`)."""
        try:
            return self.act(do)
        except StaleError as stale:
            self.moved, self.kept, self.status = True, stale.kept, HTTPStatus.CONFLICT
            return None

    def show_newer(self, now: Mapping[str, object]) -> None:
        """Where the case moved on, say beside each field what stands there now; saved again, it is from this version."""
        if not self.moved:
            return
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(now["version"])
        self.data = data
        for name in self.fields:
            bound = self[name]
            if not bound.is_hidden and _plain(bound.value()) != _plain(now.get(name)):
                bound.help_text = _("Recorded meanwhile: %(value)s") % {
                    "value": _told(bound.field, now.get(name)) or "–"
                }


def _plain(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value))
    return "" if value in (None, False) else str(value)


def _told(field: forms.Field, value: object) -> str:
    labels = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    many = value if isinstance(value, list | tuple) else [] if value in (None, "", False) else [value]
    return ", ".join(labels.get(str(one), str(one)) for one in many)
