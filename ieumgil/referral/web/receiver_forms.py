"""What the receiver fills in: for how long, why not, what is asked, when the person came, how it goes."""

from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ieumgil.ground.exchange.queries import roll
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import AgencyId, FieldPath, PurposeCode
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.actions.recall import Kept
from ieumgil.referral.queries.answering import Answering, Erasing
from ieumgil.referral.web.referrer_forms import SpokenForm, needs, of_kind, this_minute
from ieumgil.referral.words import OUTCOMES, PROGRESS, REASONS
from ieumgil.shell.agencies import agency_name
from ieumgil.shell.forms import HouseForm, Words

MOST_HOURS: Final = 240
MOST_SUGGESTED: Final = 5
SAFETY: Final = "safety"
MINUTES: Final = "%Y-%m-%dT%H:%M"
A_LITTLE: Final = timedelta(minutes=5)  # clocks of people differ
Choices = list[tuple[str, str]]


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def others(*left_out: UUID) -> Choices:
    """Give the bodies of protection on the roll by name, but for these."""
    try:
        listed = roll()
    except AbsentError:
        return []
    there = [card for card in listed.cards.values() if card.agency_class is AgencyClass.PROTECTION]
    gone = {*listed.revoked_agencies, *left_out}
    return sorted(
        ((str(c.agency), agency_name(c.agency)) for c in there if c.agency not in gone), key=_by_name
    )


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1]


class CanTakeForm(SpokenForm):
    """For how long the place is kept."""

    hours = forms.IntegerField(
        label=_("For how many hours is the place kept?"), min_value=1, max_value=MOST_HOURS, initial=12
    )

    def __init__(self, *args: Any, about: Answering, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Take what every step is given."""
        super().__init__(*args, **kwargs)
        self.about = about

    def until(self, now: datetime) -> datetime:
        """Give until when the place is kept."""
        return now + timedelta(hours=self.cleaned_data["hours"])


class NoForm(HouseForm):
    """Why the person cannot be taken, and who else might."""

    reason = forms.ChoiceField(label=_("Why not?"), widget=forms.RadioSelect)
    suggested = forms.MultipleChoiceField(
        label=_("Who else might?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most five. For reasons of safety nothing more is said: then none is sent."),
    )

    def __init__(self, *args: Any, about: Answering, own: AgencyId, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer reasons in words, and the other agencies."""
        super().__init__(*args, **kwargs)
        _offer(self, "reason", of_kind("reason", REASONS))
        _offer(self, "suggested", others(about.item.peer, own))
        if not self.fields["suggested"].choices:  # type: ignore[attr-defined]
            del self.fields["suggested"]

    def clean_suggested(self) -> list[str]:
        """Refuse more than a message holds."""
        chosen: list[str] = self.cleaned_data["suggested"]
        if len(chosen) > MOST_SUGGESTED:
            raise forms.ValidationError(_("Choose at most five."))
        return chosen

    def suggests(self) -> tuple[AgencyId, ...]:
        """Give who else might take the person; nobody where safety is the reason, for that would say something."""
        if self.cleaned_data["reason"] == SAFETY:
            return ()
        return tuple(AgencyId(UUID(agency)) for agency in self.cleaned_data.get("suggested", ()))


class PlainForm(SpokenForm):
    """A step that says nothing but itself."""

    def __init__(self, *args: Any, about: Answering, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Take what every step is given."""
        super().__init__(*args, **kwargs)
        self.about = about


class QueryForm(HouseForm):
    """What is needed to decide or to help."""

    question = Words(
        label=_("What do you need to know?"),
        help_text=_("Ask only what you need. The other agency reads it; write nothing about anybody else."),
    )

    def __init__(self, *args: Any, about: Answering, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Take what every step is given."""
        super().__init__(*args, **kwargs)
        self.about = about


class ArrivedForm(PlainForm):
    """When the person came."""

    came = forms.DateTimeField(
        label=_("When did the person come?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
        input_formats=[MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        initial=this_minute,
    )

    def clean_came(self) -> datetime:
        """Refuse what is yet to be."""
        came: datetime = self.cleaned_data["came"]
        if came > timezone.now() + A_LITTLE:
            raise forms.ValidationError(_("That is in the future."))
        return min(came, timezone.now())


class CodeForm(HouseForm):
    """How it goes, or how it ended, as a code."""

    code = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, about: Answering, kind: str, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer only as much as the person agreed that the referrer hears."""
        super().__init__(*args, **kwargs)
        agreed = kind in about.feedback
        codes = {"progress": PROGRESS, "outcome": OUTCOMES if agreed else ("ended",)}[kind]
        self.fields["code"].label = _("How does it go?") if kind == "progress" else _("How did it end?")
        _offer(self, "code", of_kind(kind, codes))
        if len(codes) == 1:
            self.fields["code"].initial = codes[0]


class OnwardForm(HouseForm):
    """To whom the person might be referred onward, and for what."""

    to = forms.ChoiceField(label=_("To which agency?"))
    purpose = forms.ChoiceField(label=_("For what?"))

    def __init__(self, *args: Any, about: Answering, own: AgencyId, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the other agencies and the purposes."""
        super().__init__(*args, **kwargs)
        blank = [("", _("Choose"))]
        _offer(self, "to", [*cast("Choices", blank), *others(about.item.peer, own)])
        _offer(self, "purpose", [*cast("Choices", blank), *needs()])

    def onward(self) -> tuple[UUID, PurposeCode]:
        """Give to whom and for what."""
        return UUID(self.cleaned_data["to"]), PurposeCode(self.cleaned_data["purpose"])


class EraseForm(HouseForm):
    """What is kept of a packet that goes: what the person lets this agency keep, and what a law demands."""

    keep = forms.MultipleChoiceField(
        label=_("What the person lets us keep"), required=False, widget=forms.CheckboxSelectMultiple
    )
    law_what = forms.MultipleChoiceField(
        label=_("What a law makes us keep"), required=False, widget=forms.CheckboxSelectMultiple
    )
    law_article = forms.CharField(label=_("Which article"), required=False, max_length=120)
    asked = forms.BooleanField(
        label=_("I have asked the person what we may keep, or could not."),
        error_messages={"required": _("Ask the person first. If that cannot be done, say so here.")},
    )

    def __init__(self, *args: Any, about: Erasing, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the fields that a consent to this agency covers, and the categories of the packet."""
        super().__init__(*args, **kwargs)
        self.about = about

    def name(self, fields: Choices, categories: Choices) -> None:
        """Give what can be chosen its names in the language of the page."""
        for name, choices in (("keep", fields), ("law_what", categories)):
            if choices:
                _offer(self, name, choices)
            else:
                del self.fields[name]
        if "law_what" not in self.fields:
            del self.fields["law_article"]

    def clean(self) -> dict[str, Any]:
        """Refuse what a law makes keep without the article, and the other way round."""
        said = super().clean() or self.cleaned_data
        what, article = said.get("law_what"), said.get("law_article", "").strip()
        if what and not article:
            self.add_error("law_article", _("Name the article that demands it."))
        if article and not what:
            self.add_error("law_what", _("Say what the article makes you keep."))
        return said

    def kept(self) -> Kept:
        """Give what stays."""
        said = self.cleaned_data
        law = tuple((what, said["law_article"].strip()) for what in said.get("law_what", ()))
        return Kept(frozenset(map(FieldPath, said.get("keep", ()))), law)
