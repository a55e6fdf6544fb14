"""The fields of a packet as people read them: by category, with labels, codes in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import formats
from django.utils.html import format_html_join
from django.utils.translation import get_language

from ieumgil.agreements import queries as agreements
from ieumgil.consent.queries import reason_label
from ieumgil.consent.rules import HeldBack
from ieumgil.ground.words.queries import word
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import FieldPath
from ieumgil.referral.enquiry import ASK_LATER
from ieumgil.shell import telling

OTHERS = "others"
_KINDS = {
    "age_band": "age-band", "sex": "sex", "pregnant": "yes-no", "urgent_medical": "yes-no",
    "accessibility": "accessibility",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its path, and what it says or why it is not sent."""

    path: str
    told: str


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one category."""

    category: str
    lines: tuple[Line, ...]


def told_by_category(fields: Mapping[FieldPath, Json]) -> list[Group]:
    """Give the fields of a packet with what they say, in the order of the catalogue's categories."""
    return _grouped([Line(str(path), told(str(path), value)) for path, value in fields.items()])


def held_by_category(held: Iterable[HeldBack]) -> list[Group]:
    """Give what is held back with the words of the reason; what the case knows nothing of is left out."""
    language = "ko" if get_language() == "ko" else "en"
    known = [each for each in held if each.reason_code.value != "nothing-known"]
    return _grouped([Line(str(h.path), reason_label(h.reason_code.value, language)) for h in known])


def told(path: str, value: Json) -> str:
    """Say a field's value in the language of the page: names in their scripts, codes in words, dates as people write them."""
    say = _SAY.get(path)
    if say is None:
        return _plain(value)
    return say(value)


def told_asked(name: str, value: Json) -> str:
    """Say one part of what is asked without a name, as it travels; what would be rare is told as asked later."""
    if value == ASK_LATER:
        return _word("asked", ASK_LATER)
    if name == "languages":
        later = _word("asked", ASK_LATER)
        return ", ".join(later if code == ASK_LATER else telling.language_name(code) for code in _each(value))
    say, kind = _SAY_ASKED.get(name), _KINDS.get(name)
    if say is not None:
        return say(value)
    return ", ".join(_word(kind, code) for code in _each(value)) if kind else _plain(value)


def _grouped(lines: Iterable[Line]) -> list[Group]:
    known, by_category = agreements.fields(), dict[str, list[Line]]()
    for line in lines:
        field = known.get(FieldPath(line.path))
        by_category.setdefault(str(field.category) if field else OTHERS, []).append(line)
    order = [*agreements.labels("categories"), OTHERS]
    return [Group(code, tuple(by_category[code])) for code in dict.fromkeys(order) if code in by_category]


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return _word("yes-no", "yes" if value else "no")
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return "" if value is None else str(value)


def _each(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _word(kind: str, code: str) -> str:
    return word(f"{kind}.{code}", get_language() or "en") or code


def _name(value: Json) -> str:
    return telling.person_name(None if value is None else str(value))


def _forms(value: Json) -> str:
    forms: list[Any] = value if isinstance(value, list) else []
    given = [(telling.language_of(str(form["script"])), str(form["text"])) for form in forms]
    return format_html_join(", ", '<bdi lang="{}">{}</bdi>', given)


def _birth(value: Json) -> str:
    try:
        return formats.date_format(date.fromisoformat(str(value)), "DATE_FORMAT")
    except ValueError:  # known to the month or the year only
        return str(value)


def _languages(value: Json) -> str:
    return ", ".join(map(telling.language_name, _each(value)))


def _countries(value: Json) -> str:
    return ", ".join(map(telling.country_name, _each(value)))


def _purposes(value: Json) -> str:
    labels, korean = agreements.labels("purposes"), get_language() == "ko"
    named = ((labels.get(code), code) for code in _each(value))
    return ", ".join((label.ko if korean else label.en) if label else code for label, code in named)


def _regions(value: Json) -> str:
    return ", ".join(map(region_name, _each(value)))


def region_name(code: str) -> str:
    """Give what a region of this node's country is called; the code itself for one of elsewhere."""
    rows = agreements.country(settings.IEUMGIL_COUNTRY)["regions"]
    row: dict[str, str] = next((row for row in rows if row["code"] == code), {})
    return str(row.get("ko" if get_language() == "ko" else "en", code))


_SAY = {
    "identity.name": _name,
    "identity.name_forms": _forms,
    "identity.birth_date": _birth,
    "identity.nationality": _countries,
    "identity.sex": lambda value: _word("sex", str(value)),
    "needs.languages": _languages,
    "needs.services": _purposes,
    "needs.accessibility": lambda value: ", ".join(_word("accessibility", code) for code in _each(value)),
    "safety.regions_to_avoid": _regions,
    "status.removal_date": _birth,
}
_SAY_ASKED = {"need": _purposes, "region": _regions, "avoid": _regions}
