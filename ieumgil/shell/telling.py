"""How things are told in the language of the page: time left, age, names of people, languages and countries."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from babel import Locale
from babel.core import UnknownLocaleError
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from ieumgil.kernel.age import completed_years

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STATELESS: Final = "stateless"
# Not in the data of Babel, and needed by people who sign.
SIGNED: Final[dict[str, Promise]] = {
    "sgn": gettext_lazy("sign language"),
    "kvk": gettext_lazy("Korean Sign Language"),
}
# A script that one language in the main is written in is read aloud in it; for the others only the script is known.
READ_AS: Final = {
    "Beng": "bn", "Geor": "ka", "Hang": "ko", "Jpan": "ja", "Khmr": "km", "Laoo": "lo", "Mymr": "my", "Sinh": "si",
    "Taml": "ta", "Thai": "th", "Zyyy": "und",
}  # fmt: skip


class Ages(Protocol):
    """The completed years that what is known of a birth allows, from the least to the most."""

    @property
    def least(self) -> int:
        """The least."""

    @property
    def most(self) -> int:
        """The most."""


class Born(Protocol):
    """What is known of a birth."""

    def ages_on(self, on: date) -> Ages | None:
        """Give the ages on a day; None if nothing is known, ValueError if the birth lies after it."""


class Form(Protocol):
    """A name in another script (code of ISO 15924) or spelling."""

    @property
    def script(self) -> str:
        """The code."""

    @property
    def text(self) -> str:
        """The whole name in it."""


def due(moment: datetime, now: datetime) -> str:
    """Say how long is left, or since when something is overdue: minutes under an hour, hours under two days, then days."""
    overdue, span = moment < now, abs(moment - now)
    if span < MINUTE:
        return gettext("due now")
    if span < HOUR:
        return _minutes(span // MINUTE, overdue=overdue)
    if span < 2 * DAY:
        return _hours(span // HOUR, overdue=overdue)
    return _days(span // DAY, overdue=overdue)


def _minutes(count: int, *, overdue: bool) -> str:
    if overdue:
        return ngettext("%(n)s minute overdue", "%(n)s minutes overdue", count) % {"n": count}
    return ngettext("%(n)s minute left", "%(n)s minutes left", count) % {"n": count}


def _hours(count: int, *, overdue: bool) -> str:
    if overdue:
        return ngettext("%(n)s hour overdue", "%(n)s hours overdue", count) % {"n": count}
    return ngettext("%(n)s hour left", "%(n)s hours left", count) % {"n": count}


def _days(count: int, *, overdue: bool) -> str:
    if overdue:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", count) % {"n": count}
    return ngettext("%(n)s day left", "%(n)s days left", count) % {"n": count}


def age(birth: date | Born, on: date) -> str:
    """Say the age on a day in completed years, as narrow as is known; a birth that lies after the day gives none."""
    try:
        if isinstance(birth, date):
            least = most = completed_years(birth, on)
        elif (ages := birth.ages_on(on)) is None:
            return gettext("age not known")
        else:
            least, most = ages.least, ages.most
    except ValueError:
        return gettext("age not known")
    if least == most:
        return ngettext("%(n)s year old", "%(n)s years old", most) % {"n": most}
    return gettext("%(least)s to %(most)s years old") % {"least": least, "most": most}


def person_name(as_given: str | None, forms: Sequence[Form] = ()) -> SafeString:
    """Write the whole name and its forms in other scripts side by side, each marked with its language or script.

    None is a name not known: it is told in the words of the page, and looks like no name.
    """
    if as_given is None:
        return format_html('<span class="name-not-known">{}</span>', gettext("name not known"))
    others = [form for form in forms if form.text != as_given]
    return format_html(
        '<bdi class="name" lang="{}">{}</bdi>{}',
        language_of(script_of(as_given)),
        as_given,
        format_html_join(
            "",
            ' <bdi class="name-form" lang="{}">{}</bdi>',
            ((language_of(form.script), form.text) for form in others),
        ),
    )


def person_name_text(as_given: str | None) -> str:
    """Give the whole name as plain words, for a list to choose from, a letter or a file."""
    return gettext("name not known") if as_given is None else as_given


def script_of(text: str) -> str:
    """Give the script of the first letter: Hangul and Latin are told apart, all else is left open."""
    for sign in text:
        if "\uac00" <= sign <= "\ud7a3" or "\u1100" <= sign <= "\u11ff" or "\u3130" <= sign <= "\u318f":
            return "Hang"
        if sign.isalpha():
            return "Latn" if sign < "\u0250" or "\u1e00" <= sign <= "\u1eff" else "Zyyy"
    return "Zyyy"


def language_of(script: str) -> str:
    """Give the value of a `lang` attribute for a text of which only the script is known."""
    return READ_AS.get(script, f"und-{script}")


def language_name(code: str) -> str:
    """Give the name of a language (BCP 47) in the language of the page; the code itself if nobody knows it."""
    if code in SIGNED:
        return str(SIGNED[code])
    try:
        known = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return str(_page().languages.get(code, code))
    return str(_page().languages.get(code.replace("-", "_")) or known.get_display_name(_page()) or code)


def country_name(code: str) -> str:
    """Give the name of a country (ISO 3166-1 alpha-2) in the language of the page; "stateless" in words."""
    if code == STATELESS:
        return gettext("stateless")
    return str(_page().territories.get(code, code))


def direction(code: str) -> str:
    """Give the direction in which a language is written: `rtl` or `ltr`."""
    try:
        return str(Locale.parse(code, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def _page() -> Locale:
    return Locale.parse("ko" if get_language() == "ko" else "en")
