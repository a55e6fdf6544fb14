"""`{% load house %}`: how codes, moments, people, agencies and fields are told in the language of the page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ieumgil.ground.words.queries import word
from ieumgil.shell import telling
from ieumgil.shell.agencies import agency_name

register = template.Library()


@register.filter
def said(code: object, kind: str) -> str:
    """Give the words of a code: `{{ state|said:"state" }}`; the code itself if it has none."""
    return word(f"{kind}.{code}", get_language() or "en") or str(code)


@register.filter
def due(moment: datetime | None, now: datetime | None = None) -> str:
    """Say how long is left or since when it is overdue: `{{ moment|due }}`; nothing where nothing is due."""
    return telling.due(moment, now or timezone.now()) if moment else ""


@register.filter
def is_overdue(moment: datetime | None, now: datetime | None = None) -> bool:
    """Say whether a moment has passed: `{% if moment|is_overdue %}`."""
    return moment is not None and moment < (now or timezone.now())


@register.filter
def age(birth: date | telling.Born | None, on: date | datetime | None = None) -> str:
    """Say the age in completed years on a day, today if none is named: `{{ identity.birth|age:interviewed_on }}`."""
    day = timezone.localdate(on) if isinstance(on, datetime) else on or timezone.localdate()
    return telling.age(birth, day) if birth else ""


@register.filter
def person_name(name: Any) -> SafeString:  # noqa: ANN401  a room above the shell knows what a name is
    """Write a name and its forms, or say that it is not known: `{{ identity.name|person_name }}`; of a text, that text."""
    return telling.person_name(_as_given(name), getattr(name, "forms", ()))


@register.filter
def person_name_text(name: Any) -> str:  # noqa: ANN401  as above
    """Give a name as plain words: `{{ identity.name|person_name_text }}`."""
    return telling.person_name_text(_as_given(name))


def _as_given(name: Any) -> str | None:  # noqa: ANN401  as above
    given = name if isinstance(name, str) else getattr(name, "as_given", None)
    return str(given) if given else None


@register.filter
def language_name(code: str) -> str:
    """Give the name of a language: `{{ "vi"|language_name }}`."""
    return telling.language_name(code)


@register.filter
def country_name(code: str) -> str:
    """Give the name of a country, or say stateless: `{{ code|country_name }}`."""
    return telling.country_name(code)


@register.filter
def direction(code: str) -> str:
    """Give the direction in which a language is written: `<q lang="{{ code }}" dir="{{ code|direction }}">`."""
    return telling.direction(code)


@register.filter
def agency(ref: UUID | str) -> str:
    """Give the name of an agency: `{{ thread.receiver|agency }}`."""
    return agency_name(ref)


@register.filter
def field_label(path: str) -> str:
    """Give what a field of a packet is called: `{{ path|field_label }}`."""
    return _label("fields", path)


@register.filter
def category_label(code: str) -> str:
    """Give what a data category is called: `{{ code|category_label }}`."""
    return _label("categories", code)


@register.filter
def purpose_label(code: str) -> str:
    """Give what a purpose is called: `{{ code|purpose_label }}`."""
    return _label("purposes", code)


def _label(of: str, code: str) -> str:
    # the labels are of a room above: the settings name its query, as for the exchange
    labels: Mapping[str, Any] = import_string(settings.SHELL_LABELS)(of)
    label = labels.get(str(code))
    return str(getattr(label, "ko" if get_language() == "ko" else "en", code))
