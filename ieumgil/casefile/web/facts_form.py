"""What is known of a case besides the person's identity: each field as its page asks for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ieumgil.agreements import queries as agreements
from ieumgil.agreements.rules import PurposeKind
from ieumgil.casefile.web.versions import VersionForm
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import FieldPath
from ieumgil.shell.forms import YES_NO, Words
from ieumgil.shell.telling import language_name
from ieumgil.shell.templatetags.house import field_label, said

LANGUAGES: Final = (
    "ko", "en", "ar", "bn", "es", "fa", "fr", "hi", "id", "ja", "km", "kk", "lo", "mn", "my", "ne", "pt", "ru", "si", "sw",
    "th", "tl", "tr", "ur", "uz", "vi", "zh", "kvk", "sgn",
)  # fmt: skip
ACCESS: Final = ("step-free", "sign-language", "personal-assistance", "low-vision", "easy-read", "quiet-room")


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as it is asked for: its path, its kind (line, words, many, number, yes-no), and a hint."""

    path: str
    kind: str
    hint: Promise | str = ""

    @property
    def name(self) -> str:
        """Give the name of its control."""
        return self.path.replace(".", "__")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading, with a word before them."""

    title: Promise | str
    asked: tuple[Asked, ...]
    first: Promise | str = ""


GROUPS: Final = (
    Group(
        _("How to reach the person safely"),
        (
            Asked("contact.safe_channel", "line", _("As the person says it is safe: “text message, never a call”.")),
            Asked("contact.safe_hours", "line", _("When a call or message does no harm: “09:00 to 11:00”.")),
            Asked("contact.code_word", "line", _("A word agreed with the person, by which each knows the other.")),
        ),
        _("Whoever threatens the person may read a telephone or open a letter."),
    ),
    Group(
        _("Safety"),
        (
            Asked("safety.threats", "words", _("Who or what the person fears. Leave out what the next worker need not know.")),
            Asked("safety.regions_to_avoid", "many"),
        ),
    ),
    Group(
        _("Needs"),
        (
            Asked("needs.services", "many"),
            Asked("needs.languages", "many"),
            Asked("needs.children_along", "number"),
            Asked("needs.accessibility", "many"),
        ),
    ),
    Group(
        _("Health"),
        (Asked("health.urgent", "line"), Asked("health.allergies", "line"), Asked("health.pregnancy", "yes-no")),
        _("It leaves this agency only where the person names it in a consent."),
    ),
    Group(
        _("Papers, and what happened"),
        (
            Asked("documents.held", "words", _("Which papers there are, and who has them.")),
            Asked("experience.summary", "words", _("A few sentences, no details: they may be read in court.")),
            Asked("others.names", "words", _("One in each line. They never leave this agency.")),
        ),
    ),
)  # fmt: skip
EVERY: Final = tuple(asked for group in GROUPS for asked in group.asked)
STATUS: Final = (
    Asked("status.residence", "line", _("As far as the person wants to say.")),
    Asked("status.removal_date", "day"),
)
LISTS: Final = frozenset({"others.names"})


class FactsForm(VersionForm):
    """Fields of a case; only what differs from what is recorded is written."""

    def __init__(self, *args: Any, asked: tuple[Asked, ...] = EVERY, **more: Any) -> None:  # noqa: ANN401  as of Form
        """Make a control for each field."""
        super().__init__(*args, **more)
        self.asked = asked
        for one in asked:
            self.fields[one.name] = _control(one, self.initial.get(one.name))

    def groups(self) -> Iterator[tuple[Group, list[forms.BoundField]]]:
        """Give the controls by their headings."""
        return ((group, [self[one.name] for one in group.asked]) for group in GROUPS)

    def changed(self, recorded: Mapping[FieldPath, Json]) -> dict[FieldPath, Json]:
        """Give what was entered and is not what is recorded; null takes a field away."""
        entered = {FieldPath(one.path): _written(one, self.cleaned_data[one.name]) for one in self.asked}
        before = {
            FieldPath(one.path): _written(one, _shown(one, recorded.get(FieldPath(one.path))))
            for one in self.asked
        }
        return {path: value for path, value in entered.items() if _plain(value) != _plain(before[path])}


def known(recorded: Mapping[FieldPath, Json], asked: tuple[Asked, ...] = EVERY) -> dict[str, object]:
    """Give what is recorded as the form's own values."""
    return {one.name: _shown(one, recorded.get(FieldPath(one.path))) for one in asked}


def _control(one: Asked, held: object) -> forms.Field:
    told: dict[str, Any] = {"label": field_label(one.path), "required": False, "help_text": one.hint}
    if one.kind == "many":
        return forms.MultipleChoiceField(
            choices=_choices(one.path, held), widget=forms.CheckboxSelectMultiple, **told
        )
    if one.kind == "number":
        return forms.IntegerField(
            min_value=0, max_value=20, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **told
        )
    if one.kind == "yes-no":
        return forms.ChoiceField(choices=[("", _("Not said")), *YES_NO], widget=forms.RadioSelect, **told)
    if one.kind == "day":
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **told)
    return Words(**told) if one.kind == "words" else forms.CharField(max_length=400, **told)


def _choices(path: str, held: object) -> list[tuple[str, str]]:
    offered = list(_offered(path))
    there = {code for code, _label in offered}
    return offered + [(code, code) for code in (held if isinstance(held, list) else []) if code not in there]


def _offered(path: str) -> Iterable[tuple[str, str]]:
    if path == "needs.languages":
        return [(code, language_name(code)) for code in LANGUAGES]
    if path == "needs.accessibility":
        return [(code, said(code, "accessibility")) for code in ACCESS]
    if path == "safety.regions_to_avoid":
        regions = agreements.country(settings.IEUMGIL_COUNTRY)["regions"]
        return [(row["code"], row["ko" if get_language() == "ko" else "en"]) for row in regions]
    labels, korean = agreements.labels("purposes"), get_language() == "ko"
    helping = [code for code, one in agreements.purposes().items() if one.kind is PurposeKind.PROTECTION]
    return [(code, labels[code].ko if korean else labels[code].en) for code in helping]


def _shown(one: Asked, value: Any) -> Any:  # noqa: ANN401  a field holds text, a number, a list
    if one.kind == "many":
        return [str(each) for each in (value if isinstance(value, list) else [value] if value else [])]
    if one.kind == "yes-no":
        return {True: "yes", False: "no"}.get(value, value or "")
    if one.path in LISTS and isinstance(value, list):
        return "\n".join(map(str, value))
    if one.kind == "number":
        return value
    return "" if value is None else str(value)


def _written(one: Asked, value: Any) -> Json:  # noqa: ANN401  as above
    if one.kind == "yes-no":
        return {"yes": True, "no": False}.get(value, value or None)
    if one.path in LISTS:
        return [line.strip() for line in str(value).splitlines() if line.strip()] or None
    if one.kind == "number":
        return None if value in (None, "") else int(value)
    if one.kind == "many":
        return list(value) or None
    return str(value).strip() or None if value else None


def _plain(value: Json) -> Json:
    return (
        sorted(map(str, value)) if isinstance(value, list) else value
    )  # a browser sends a choice in the page's order
