"""Forms of consent: what was told and how, and what the person said to it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ieumgil.agreements import queries as agreed
from ieumgil.consent.queries import languages_with_texts
from ieumgil.consent.rules import Feedback, Form, GivenBy, How, RefusedWhat, Text
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.ids import CategoryCode, PurposeCode
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.telling import language_name
from ieumgil.shell.templatetags.house import category_label, purpose_label

MONTHS: Final = ("1", "3", "6", "12")
DAYS_A_MONTH: Final = 30
HOW: Final = (
    (How.READ_ALOUD.value, _("Read aloud")),
    (How.SHOWN.value, _("Shown to read")),
    (How.INTERPRETED.value, _("Interpreted")),
    (How.EASY_READ.value, _("In easy words and pictures")),
    (How.SIGNED.value, _("In sign language")),
)
BY_WHOM: Final = (
    (GivenBy.PERSON.value, _("The person alone")),
    (GivenBy.GUARDIAN.value, _("A child, with the guardian beside")),
    (GivenBy.ADVOCATE.value, _("A child, with an independent advocate beside")),
)
FEEDBACK: Final = (
    (Feedback.ARRIVAL.value, _("That the person arrived")),
    (Feedback.PROGRESS.value, _("How it goes")),
    (Feedback.OUTCOME.value, _("How it ended")),
)
WHAT: Final = (
    (RefusedWhat.ENQUIRY.value, _("Asking other agencies, also without a name")),
    (RefusedWhat.SHARING.value, _("Sharing what the person said")),
    (RefusedWhat.SERVICE.value, _("The help that was offered")),
)
SHAREABLE: Final = ("identity", "contact", "safety", "needs", "experience", "documents")
NAMED: Final = ("health", "status")


class Told(HouseForm):
    """In which language and how it was told: part of every answer of the person."""

    language = forms.ChoiceField(label=_("Language in which it was explained"))
    how = forms.ChoiceField(label=_("How it was explained"), choices=HOW, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the languages that there are texts in, and any other by an interpreter."""
        super().__init__(*args, **kwargs)
        texts = [(code, language_name(code)) for code in languages_with_texts()]
        self.fields["language"].choices = [*texts, ("und", _("Another, through an interpreter"))]  # type: ignore[attr-defined]


class LeaveForm(Told):
    """The person's word on asking other agencies without a name."""

    answer = forms.ChoiceField(
        label=_("May we ask other agencies, without your name, whether they have a place or help?"),
        choices=(
            ("yes", pgettext_lazy("the person says", "Yes, ask")),
            ("no", pgettext_lazy("the person says", "No, do not ask")),
        ),
        widget=forms.RadioSelect,
    )


class RefusalForm(Told):
    """A no, kept so that nobody asks again as if nothing had been said."""

    what = forms.ChoiceField(label=_("What the person does not want"), choices=WHAT, widget=forms.RadioSelect)


class ConsentForm(Told):
    """What the person agrees to, for this one agency."""

    by_whom = forms.ChoiceField(label=_("Who agrees"), choices=BY_WHOM, widget=forms.RadioSelect)
    of_child = forms.BooleanField(label=_("The person is, or may be, under 18"), required=False)
    form = forms.ChoiceField(
        label=_("The answer was"),
        choices=((Form.SPOKEN.value, _("spoken")), (Form.WRITTEN.value, _("signed on paper"))),
        widget=forms.RadioSelect,
    )
    purposes = forms.MultipleChoiceField(label=_("What it is for"), widget=forms.CheckboxSelectMultiple)
    categories = forms.MultipleChoiceField(label=_("What may be shared"), widget=forms.CheckboxSelectMultiple)
    named = forms.MultipleChoiceField(
        label=_("Only if the person names it: health, residence status"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    feedback = forms.MultipleChoiceField(
        label=_("What we may hear back"),
        choices=FEEDBACK,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    months = forms.ChoiceField(widget=forms.HiddenInput, choices=tuple((each, each) for each in MONTHS))

    def __init__(self, *args: Any, text: Text, receiver: AgencyClass, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer what this kind of agency may be told for and what can be shared, in the person's words beside the worker's."""
        super().__init__(*args, **kwargs)
        known = agreed.purposes().items()
        may = [code for code, purpose in known if purpose.needs and receiver in purpose.receivers]
        self._offer("purposes", "purposes", may, text)
        self._offer("categories", "categories", SHAREABLE, text)
        self._offer("named", "categories", NAMED, text)
        back = [(code, _beside(words, text.feedback[code], text)) for code, words in FEEDBACK]
        self.fields["feedback"].choices = back  # type: ignore[attr-defined]

    def _offer(
        self, field: str, of: Literal["purposes", "categories"], codes: Iterable[str], text: Text
    ) -> None:
        words, own = (text.purposes, purpose_label) if of == "purposes" else (text.categories, category_label)
        choices = [(code, _beside(own(code), words[code], text)) for code in codes]
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def until_of(months: str) -> datetime:
        """Give the moment on which a consent of so many months, given now, ends by itself."""
        return timezone.now() + timedelta(days=DAYS_A_MONTH * int(months))

    def agreed_purposes(self) -> frozenset[PurposeCode]:
        """Give the purposes that were ticked."""
        return frozenset(map(PurposeCode, self.cleaned_data["purposes"]))

    def agreed_categories(self, field: str) -> frozenset[CategoryCode]:
        """Give the categories ticked in a field."""
        return frozenset(map(CategoryCode, self.cleaned_data[field]))


def _beside(own: str | Promise, theirs: str, text: Text) -> str:
    """Give the worker's word with the person's beside it, marked as what it is."""
    if text.language == get_language():
        return theirs
    return format_html(
        '<span>{} <span class="quiet" lang="{}" dir="{}">{}</span></span>',
        own,
        text.language,
        text.direction,
        theirs,
    )
