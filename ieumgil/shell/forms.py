"""Forms that lose no words: bound once, tried once, shown again with what happened."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, Self, TypeVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.ground.words.queries import word
from ieumgil.kernel.outcome import DeniedError
from ieumgil.shell.kept import kept_fields
from ieumgil.shell.page import Signed, status_of

T = TypeVar("T")
MAX_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """That a form was taken, and what the action gave; true even where that is nothing."""

    value: T


class HouseForm(forms.Form):
    """A form with a key of its own, so that a double click is one; refusals are told in it, and the words stay."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    heads = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    use_required_attribute = False  # the browser would speak its own language, not the page's
    status: int = HTTPStatus.OK

    @classmethod
    def of(cls, request: Signed, *, initial: Mapping[str, object] | None = None, **more: Any) -> Self:  # noqa: ANN401  a form's own arguments
        """Give the form of a request: what was posted, or what is known, or the words kept from before (`?kept=`)."""
        if request.method == "POST":
            return cls(cast("QueryDict", request.POST), request.FILES, initial=dict(initial or {}), **more)
        form = cls(initial={"once": secrets.token_urlsafe(16), **(initial or {})}, **more)
        for name, values in kept_fields(request.actor, request).items() if "kept" in request.GET else ():
            if name in form.fields:
                many = isinstance(form.fields[name], forms.MultipleChoiceField)
                form.initial[name] = values if many else values[-1]
        return form

    def act(self, do: Callable[[dict[str, Any]], T]) -> Done[T] | None:
        """Do it with what was entered, if that is whole; a refusal becomes an error of the form, and nothing typed is lost.

        StaleError and AbsentError go on to the page: there is nothing to try again here.
        """
        if not self.is_bound:
            return None
        if not self.is_valid():
            self.status = HTTPStatus.UNPROCESSABLE_ENTITY
            return None
        try:
            return Done(do(self.cleaned_data))
        except (DeniedError, LockedAgencyError) as refusal:
            self.refuse(str(refusal.code), status_of(refusal))
        except ValueError as wrong:  # a rule of the room: its code names the words, never what was entered
            self.refuse(str(getattr(wrong, "code", "wrong-input")), HTTPStatus.UNPROCESSABLE_ENTITY)
        return None

    def refuse(self, code: str, status: int) -> None:
        """Say in the form why it was not taken."""
        said = word(f"refused.{code}", get_language() or "en") or word(
            "refused.wrong-input", get_language() or "en"
        )
        self.add_error(None, forms.ValidationError(said, code=code))
        self.status = status

    @property
    def shown_heads(self) -> tuple[str, ...] | None:
        """The heads of the thread that this page was made from; None where it was made from none."""
        said = str(self["heads"].value() or "")
        return tuple(said.split(",")) if said else None


class Words(forms.CharField):
    """Free words in a box; said to be seen only by who may."""

    def __init__(self, *, rows: int = 4, max_length: int = MAX_WORDS, **more: Any) -> None:  # noqa: ANN401  as of CharField
        """Make a box of so many rows."""
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=max_length, widget=widget, **more)


YES_NO = (("yes", _("Yes")), ("no", _("No")))
