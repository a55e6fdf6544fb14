"""What the referrer fills in: what is asked without a name, the packet that was shown, and the later steps of a thread."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import PurposeKind, Urgency
from ieumgil.ground.words.queries import word, words
from ieumgil.referral.actions.refer import Answer
from ieumgil.referral.contents import How, Spoken, SpokenWith
from ieumgil.referral.enquiry import ACCESSIBILITY, AGE_BANDS, MOST_CHILDREN, Enquiry
from ieumgil.referral.queries.asking import Askable, regions
from ieumgil.referral.web.fields import region_name
from ieumgil.shell.forms import YES_NO, HouseForm, Words
from ieumgil.shell.page import Signed
from ieumgil.shell.telling import language_name

LANGUAGES: Final = (
    "ko", "en", "vi", "th", "tl", "id", "zh", "ru", "uz", "mn", "km", "my", "ne", "bn", "si", "ur", "ar", "kvk",
)  # fmt: skip
SEXES: Final = ("unknown", "female", "male", "other")
THREE: Final = ("unknown", "yes", "no")
SENDING: Final = "send"


def of_kind(kind: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Give choices with the words of their codes in the language of the page."""
    return [(code, word(f"{kind}.{code}", get_language() or "en") or code) for code in codes]


def codes_of(kind: str) -> list[str]:
    """Give every code of a kind that has words."""
    return [code.removeprefix(f"{kind}.") for code in words() if code.startswith(f"{kind}.")]


class SpokenForm(HouseForm):
    """A step that may have been said by telephone or on paper before; an empty `how` says that it is said now."""

    how = forms.ChoiceField(label=_("It was said before, outside this program"), required=False)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    to_role = forms.ChoiceField(label=_("With whom, by role"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the ways and roles in words."""
        super().__init__(*args, **kwargs)
        blank = [("", _("No, it is said now"))] if not self.fields["how"].required else []
        self.fields["how"].choices = [*blank, *of_kind("spoken", How)]  # type: ignore[attr-defined]
        self.fields["to_role"].choices = [("", _("Not known")), *of_kind("spoken-with", SpokenWith)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the time where something was said before."""
        said = super().clean() or self.cleaned_data
        if said.get("how") and not said.get("at") and "at" not in self.errors:
            self.add_error("at", _("Say when it was."))
        return said

    def spoken(self) -> Spoken | None:
        """Give how and when it was said before, or None."""
        said = self.cleaned_data
        if not said["how"]:
            return None
        to = SpokenWith(said["to_role"]) if said["to_role"] else None
        return Spoken(How(said["how"]), said["at"], to)


class AboutForm(HouseForm):
    """What is asked without a name: codes only, no free text."""

    need = forms.ChoiceField(label=_("What is needed"))
    region = forms.ChoiceField(label=_("Region, never an address"))
    urgency = forms.ChoiceField(label=_("How soon an answer is needed"), widget=forms.RadioSelect)
    sex = forms.ChoiceField(label=_("Sex"), required=False)
    age_band = forms.ChoiceField(label=_("Age"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages the person speaks"), required=False, widget=forms.CheckboxSelectMultiple
    )
    children_along = forms.IntegerField(
        label=_("Children along"), required=False, min_value=0, max_value=MOST_CHILDREN
    )
    pregnant = forms.ChoiceField(label=_("Pregnant"), required=False)
    urgent_medical = forms.ChoiceField(label=_("Urgent medical need"), required=False)
    accessibility = forms.MultipleChoiceField(
        label=_("Mobility and accessibility"), required=False, widget=forms.CheckboxSelectMultiple
    )
    avoid = forms.MultipleChoiceField(
        label=_("Regions to avoid"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer what can be asked, in words."""
        super().__init__(*args, **kwargs)
        places = sorted((code, region_name(code)) for code in regions())
        offered = {
            "need": needs(),
            "region": [("", _("Choose a region")), *places],
            "urgency": of_kind("urgency", Urgency),
            "sex": of_kind("sex", SEXES),
            "age_band": of_kind("age-band", ("unknown", *AGE_BANDS)),
            "languages": [(code, language_name(code)) for code in LANGUAGES],
            "pregnant": of_kind("yes-no", THREE),
            "urgent_medical": of_kind("yes-no", THREE),
            "accessibility": of_kind("accessibility", ACCESSIBILITY),
            "avoid": places,
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> Enquiry:
        """Give what is asked, as far as it is filled in; what is not whole counts as not known."""
        said = self.cleaned_data
        return Enquiry(
            need=said.get("need") or "shelter",
            region=said.get("region") or "",
            avoid=tuple(said.get("avoid") or ()),
            languages=tuple(said.get("languages") or ())[:8],
            age_band=said.get("age_band") or "unknown",
            sex=said.get("sex") or "unknown",
            children_along=said.get("children_along") or 0,
            pregnant=said.get("pregnant") or "unknown",
            urgent_medical=said.get("urgent_medical") or "no",
            accessibility=tuple(said.get("accessibility") or ()),
        )

    def asked_urgency(self) -> Urgency:
        """Give how soon an answer is needed, "urgent" until somebody says."""
        return Urgency(self.cleaned_data.get("urgency") or Urgency.URGENT)


class AskForm(AboutForm):
    """Which agencies are asked."""

    agencies = forms.MultipleChoiceField(
        label=_("Whom to ask"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one agency.")},
    )

    def __init__(self, *args: Any, found: Iterable[Askable] = (), **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the agencies that may be asked for the need."""
        super().__init__(*args, **kwargs)
        self.fields["agencies"].choices = named(found)  # type: ignore[attr-defined]


class RecordedForm(SpokenForm, AboutForm):
    """What was agreed by telephone or on paper, with whom and when."""

    agency = forms.ChoiceField(label=_("With which agency"), widget=forms.RadioSelect)
    agreed = forms.ChoiceField(
        label=_("What was arranged"),
        widget=forms.RadioSelect,
        choices=(
            ("asked", _("We asked whether they can take the person")),
            ("offered", _("They said that they can take the person")),
            ("referred", _("The person was referred, and is on the way or there")),
        ),
    )

    def __init__(self, *args: Any, found: Iterable[Askable] = (), **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Ask how and when, always."""
        super().__init__(*args, **kwargs)
        how, at = self.fields["how"], self.fields["at"]
        how.required, how.label, at.required = True, _("How it was said"), True
        how.choices = of_kind("spoken", How)  # type: ignore[attr-defined]
        self.fields["agency"].choices = named(found)  # type: ignore[attr-defined]


class PacketForm(SpokenForm):
    """The packet that was shown: nothing else is sent."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    before = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)


class ReplyForm(HouseForm):
    """The answer to a question, or to a wish to refer onward."""

    onward = forms.ChoiceField(
        label=_("May the person be referred onward?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        required=False,
    )
    text = Words(label=_("Your answer"), required=False)
    with_packet = forms.BooleanField(label=_("Add what the person has agreed to since"), required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, onward: bool = False, **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Ask yes or no only where the other side asked to refer onward."""
        super().__init__(*args, **kwargs)
        self.fields["onward"].required = onward
        if not onward:
            del self.fields["onward"]

    def clean(self) -> dict[str, Any]:
        """Refuse an answer that says nothing."""
        said = super().clean() or self.cleaned_data
        if not (said.get("text") or said.get("onward") or said.get("with_packet")):
            self.add_error("text", _("Write an answer."))
        return said

    def answer(self) -> Answer:
        """Give the answer as it is sent."""
        said = self.cleaned_data
        return Answer(
            said["text"] or None,
            said.get("onward") or None,
            bool(said["with_packet"]),
            said["shown"] or "none",
        )


class ReasonForm(HouseForm):
    """Why a thread is recalled or closed, as a code."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, kind: str, codes: Iterable[str] = (), **kwargs: Any) -> None:  # noqa: ANN401  as of a form
        """Offer the codes of a kind, these alone if any are named."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = of_kind(kind, list(codes) or codes_of(kind))  # type: ignore[attr-defined]


def only_looks(request: Signed) -> bool:
    """Say whether a form was sent only to see what it leads to."""
    return request.method == "POST" and request.POST.get("do") != SENDING


def filled(request: Signed, form: type[HouseForm], known: dict[str, Any], **more: Any) -> Any:  # noqa: ANN401  a form of the kind that is given
    """Give a form: bound where it is to be done; else with what is known, or with what was entered so far."""
    if only_looks(request):
        posted = cast("QueryDict", request.POST)
        many = {
            name for name, field in form.base_fields.items() if isinstance(field, forms.MultipleChoiceField)
        }
        said = {name: posted.getlist(name) if name in many else posted.get(name) for name in form.base_fields}
        return form(initial=known | said, **more)
    return form.of(request, initial=known, **more)


def needs() -> list[tuple[str, str]]:
    """Give the purposes that a person can be referred for, in words."""
    korean = get_language() == "ko"
    labels = agreements.labels("purposes")
    return [
        (code, labels[code].ko if korean else labels[code].en)
        for code, purpose in agreements.purposes().items()
        if purpose.kind is not PurposeKind.STATISTICS
    ]


def named(found: Iterable[Askable]) -> list[tuple[str, str]]:
    """Give the agencies by name in the language of the page."""
    korean = get_language() == "ko"
    return [(str(one.agency), one.card.name_ko if korean else one.card.name_en) for one in found]


def offers(found: Iterable[Askable]) -> list[tuple[str, Askable]]:
    """Give the agencies with their names, which the roll has told already."""
    listed = list(found)
    return [(name, one) for (_ref, name), one in zip(named(listed), listed, strict=True)]


def this_minute() -> datetime:
    """Give now, in the node's own time, to the minute: what a field of date and time begins with."""
    return timezone.localtime().replace(second=0, microsecond=0)
