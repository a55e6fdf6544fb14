"""Who a person is, as the person says it: one name is a whole name, and what is not known stays not known."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ieumgil.casefile.rules import (
    STATELESS,
    Birth,
    Identity,
    Name,
    NameForm,
    NameNotKnown,
    NotAnIdentityError,
    PersonName,
    Script,
    Sex,
)
from ieumgil.casefile.web.versions import VersionForm
from ieumgil.shell.telling import country_name
from ieumgil.shell.templatetags.house import said

SPARE: Final = 2
NO_COUNTRY: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
ALPHA_2: Final = 2
YEARS: Final = (1900, 2100)
SEXES: Final = (
    ("", _("Not said")),
    (Sex.FEMALE.value, _("Female")),
    (Sex.MALE.value, _("Male")),
    (Sex.ANOTHER.value, _("Another")),
)
AT: Final = {"birth-impossible": "year", "not-a-country": "nation_1"}  # which field a refusal belongs to


def _number(label: Any, least: int, most: int) -> forms.IntegerField:  # noqa: ANN401  a lazy text
    box = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, widget=box)


class PersonForm(VersionForm):
    """What is known of who the person is; `identity` once it is valid."""

    identity: Identity

    name = forms.CharField(
        label=_("Name, as the person gives it"), required=False, max_length=200,
        help_text=_("One name is a whole name. Write it in the person's own order and script."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    name_not_known = forms.BooleanField(label=_("The name is not known"), required=False)
    year = _number(_("Year of birth"), *YEARS)
    month = _number(_("Month of birth"), 1, 12)
    day = _number(_("Day of birth"), 1, 31)
    age_said = forms.CharField(
        label=_("Age, in the person's words"), required=False, max_length=200,
        help_text=_("With the way of counting, as it was said: “19 by Korean counting”. It is kept as said; no rule reads it."),
    )  # fmt: skip
    sex = forms.ChoiceField(
        label=_("Sex, as the person says"), choices=SEXES, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  as of Form
        """Make room for every form of the name and every nationality that is known, and two more."""
        super().__init__(*args, **more)
        held = self.initial
        self.rows = list(range(1, _filled(held, "form_") + SPARE + 1))
        self.nations = list(range(1, _filled(held, "nation_") + SPARE + 1))
        scripts = [("", gettext("Choose")), *((one.value, said(one.value, "script")) for one in Script)]
        countries = _countries(str(held.get(f"nation_{row}") or "") for row in self.nations)
        spelling, script, nation = (
            gettext("Name in another script or spelling"),
            gettext("Script"),
            gettext("Nationality"),
        )
        for row in self.rows:
            self.fields[f"form_{row}"] = forms.CharField(
                label=f"{spelling} ({row})", required=False, max_length=200
            )
            self.fields[f"script_{row}"] = forms.ChoiceField(
                label=f"{script} ({row})", choices=scripts, required=False
            )
        for row in self.nations:
            self.fields[f"nation_{row}"] = forms.ChoiceField(
                label=f"{nation} ({row})", choices=countries, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Make an identity of it; what is no name, date or country is said at its field."""
        whole = super().clean() or {}
        name = self._name(whole)
        if name is not None and not self.errors:
            self._identify(name, whole)
        return whole

    def name_rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """Give each other form of the name with its script."""
        return ((self[f"form_{row}"], self[f"script_{row}"]) for row in self.rows)

    @property
    def has_other_forms(self) -> bool:
        """Say whether a form of the name in another script is filled in or refused: it is shown open then."""
        return any(text.value() or text.errors for text, _script in self.name_rows())

    def nation_rows(self) -> Iterator[forms.BoundField]:
        """Give the boxes for nationalities."""
        return (self[f"nation_{row}"] for row in self.nations)

    def _name(self, whole: dict[str, Any]) -> Name | None:
        given, unknown = whole.get("name", ""), whole.get("name_not_known")
        if unknown and given:
            self.add_error("name_not_known", gettext("A name is written above. Take out one of the two."))
        elif not unknown and not given:
            self.add_error("name", gettext("Write the name, or tick below that it is not known."))
        elif unknown:
            return NameNotKnown()
        else:
            try:
                return PersonName(given, tuple(self._forms(whole)))
            except NotAnIdentityError as wrong:
                self.add_error("name", said(wrong.code, "refused"))
        return None

    def _forms(self, whole: dict[str, Any]) -> Iterator[NameForm]:
        for row in self.rows:
            if text := whole.get(f"form_{row}"):
                try:
                    yield NameForm(Script(whole.get(f"script_{row}") or Script.ANOTHER), text)
                except NotAnIdentityError as wrong:
                    self.add_error(f"form_{row}", said(wrong.code, "refused"))

    def _identify(self, name: Name, whole: dict[str, Any]) -> None:
        nations = dict.fromkeys(whole[f"nation_{row}"] for row in self.nations if whole.get(f"nation_{row}"))
        try:
            birth = Birth(whole["year"], whole["month"], whole["day"], whole["age_said"] or None)
            self.identity = Identity(name, birth, Sex(whole["sex"]) if whole["sex"] else None, tuple(nations))
        except NotAnIdentityError as wrong:
            self.add_error(AT[wrong.code], said(wrong.code, "refused"))


def known(identity: Identity | None) -> dict[str, object]:
    """Give what is recorded of the person as the form's own values."""
    if identity is None:
        return {}
    name, birth = identity.name, identity.birth
    told: dict[str, object] = {
        "name_not_known": isinstance(name, NameNotKnown),
        "year": birth.year,
        "month": birth.month,
    }
    told |= {"day": birth.day, "age_said": birth.age_said, "sex": identity.sex.value if identity.sex else ""}
    if isinstance(name, PersonName):
        told["name"] = name.as_given
        for row, form in enumerate(name.forms, 1):
            told |= {f"form_{row}": form.text, f"script_{row}": form.script.value}
    return told | {f"nation_{row}": code for row, code in enumerate(identity.nationality, 1)}


def _filled(held: Mapping[str, Any], stem: str) -> int:
    return sum(1 for name, value in held.items() if name.startswith(stem) and value)


def _countries(held: Iterator[str]) -> list[tuple[str, str]]:
    territories = Locale.parse("ko" if get_language() == "ko" else "en").territories
    codes = {code for code in map(str, territories) if len(code) == ALPHA_2 and code.isalpha()} - NO_COUNTRY
    codes |= {code for code in held if code and code != STATELESS}
    named = sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1])
    return [("", gettext("Not known")), (STATELESS, country_name(STATELESS)), *named]
