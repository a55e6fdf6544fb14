"""The first questions as a form: every one may be left out, and every answer may be in the person's own words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ieumgil.identification import queries
from ieumgil.identification.queries import ScreeningView
from ieumgil.identification.rules import AgeFacts, Choice, ImpossibleDatesError, Question, span
from ieumgil.shell.forms import HouseForm, Words
from ieumgil.shell.templatetags.house import said

YEARS: Final = (1900, 2100)


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the page asks it: in the page's language, and in the other one beside it."""

    code: str
    number: int
    ask: str
    other: str
    other_language: str
    why: str
    sensitive: bool
    choice: forms.BoundField
    words: forms.BoundField
    before: str  # what was answered in an earlier screening


def _part(label: Any, least: int, most: int) -> forms.IntegerField:  # noqa: ANN401  a lazy text
    box = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, widget=box)


class QuestionsForm(HouseForm):
    """At most twelve questions, and what is known of the age."""

    born_year = _part(_("Year of birth"), *YEARS)
    born_month = _part(_("Month of birth"), 1, 12)
    born_day = _part(_("Day of birth"), 1, 31)
    said = forms.CharField(
        label=_("Age, in the person's words"), required=False, max_length=200,
        help_text=_("With the way of counting, as it was said: “19 by Korean counting”. It is kept as said; no rule reads it."),
    )  # fmt: skip
    act_year = _part(_("Year it began"), *YEARS)
    act_month = _part(_("Month it began"), 1, 12)
    act_day = _part(_("Day it began"), 1, 31)
    may_be_child = forms.ChoiceField(
        label=_("May the person have been under 18 when it began?"), widget=forms.RadioSelect, required=False,
        choices=(("yes", _("Yes, or not known")), ("no", _("No"))), initial="yes",
        help_text=_("Used where the dates do not tell. If in doubt, leave it at yes: the person is then protected as a child."),
    )  # fmt: skip

    def __init__(self, *args: Any, before: ScreeningView | None = None, **more: Any) -> None:  # noqa: ANN401  as of Form
        """Make a choice and a box for every question; an earlier screening fills them."""
        super().__init__(*args, **more)
        self.before = before
        korean = get_language() == "ko"
        choices = [(choice.value, _label(choice.value, korean=korean)) for choice in Choice]
        for one in queries.question_set().questions:
            self.fields[f"answer_{one.code}"] = forms.ChoiceField(
                label=one.ko if korean else one.en, choices=choices, required=False, widget=forms.RadioSelect
            )
            self.fields[f"words_{one.code}"] = Words(
                label=_("In the person's own words"), required=False, rows=3
            )

    def shown(self) -> Iterator[Shown]:
        """Give the questions in their order."""
        korean = get_language() == "ko"
        for number, one in enumerate(queries.question_set().questions, 1):
            ask, other = (one.ko, one.en) if korean else (one.en, one.ko)
            yield Shown(
                one.code, number, ask, other, "en" if korean else "ko", one.why_ko if korean else one.why_en, one.sensitive,
                self[f"answer_{one.code}"], self[f"words_{one.code}"], self._before(one, korean=korean),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Make age facts of the dates; impossible ones are said at their field."""
        whole = super().clean() or {}
        if not self.errors:
            try:
                self.age = self._age(whole)
            except ImpossibleDatesError as wrong:
                self.add_error("born_year", said(wrong.code, "refused"))
        return whole

    @property
    def answers(self) -> dict[str, Choice]:
        """Give what was answered; a question left out has no answer."""
        return {name: Choice(value) for name, value in self._by_code("answer_").items() if value}

    @property
    def own_words(self) -> dict[str, str]:
        """Give what was said in the person's own words."""
        return {name: value for name, value in self._by_code("words_").items() if value.strip()}

    def _by_code(self, stem: str) -> dict[str, str]:
        return {
            name.removeprefix(stem): value
            for name, value in self.cleaned_data.items()
            if name.startswith(stem)
        }

    def _age(self, whole: Mapping[str, Any]) -> AgeFacts:
        born, born_until = span(*(whole.get(f"born_{part}") for part in ("year", "month", "day")))
        began, act_until = span(*(whole.get(f"act_{part}") for part in ("year", "month", "day")))
        return AgeFacts(
            timezone.localdate(),
            born,
            began,
            whole.get("may_be_child") != "no",
            whole.get("said") or None,
            born_until,
            act_until,
        )

    def _before(self, question: Question, *, korean: bool) -> str:
        answer = self.before.answers.get(question.code) if self.before else None
        return _label(answer.value, korean=korean) if answer else ""


def already_said(view: ScreeningView) -> dict[str, object]:
    """Give an earlier screening as the form's own values, so that nothing is asked twice."""
    facts = view.age_facts
    told: dict[str, object] = {f"answer_{code}": choice.value for code, choice in view.answers.items()}
    told |= {f"words_{code}": text for code, text in view.own_words.items()}
    told |= _parts("born", facts.born, facts.born_until) | _parts("act", facts.act_began, facts.act_until)
    return told | {"said": facts.said or "", "may_be_child": "yes" if facts.may_be_child else "no"}


def _parts(stem: str, first: date | None, last: date | None) -> dict[str, object]:
    if first is None:
        return {}
    whole_year = last is not None and (last - first).days > 31  # noqa: PLR2004  a month has no more days
    told: dict[str, object] = {f"{stem}_year": first.year}
    if not whole_year:
        told[f"{stem}_month"] = first.month
    if last is None:
        told[f"{stem}_day"] = first.day
    return told


def _label(code: str, *, korean: bool) -> str:
    label = queries.labels()[code]
    return label.ko if korean else label.en
