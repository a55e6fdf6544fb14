"""Time left, ages, names, languages and agencies, as the pages tell them in both languages."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import hypothesis.strategies as st
import pytest
import time_machine
from django.template import Context, Template
from django.utils import formats, timezone, translation
from hypothesis import given
from pytest_django import DjangoAssertNumQueries

from ieumgil.casefile.rules import Birth, NameForm, NameNotKnown, PersonName, Script
from ieumgil.shell import telling
from ieumgil.shell.agencies import agency_name, asked_once
from tests.rooms.conftest import People

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
LANGUAGES = ["ko", "en"]
# Trial D09: birth, day of the interview, completed years.
AGES = [
    ("T-901", date(2008, 12, 31), date(2026, 1, 1), 17),
    ("T-902", date(2008, 1, 1), date(2026, 1, 1), 18),
    ("T-903", date(2008, 2, 29), date(2026, 2, 27), 17),
    ("T-904", date(2008, 12, 31), date(2026, 1, 1), 17),
]
# Trial D10: what is stored, how it is told in Korean and in English.
NAMES: list[tuple[str, PersonName | NameNotKnown, str, str]] = [
    ("T-1001", PersonName("Alphaone"), "Alphaone", "Alphaone"),
    ("T-1002", PersonName("예시가"), "예시가", "예시가"),
    ("T-1003", PersonName("Delta Beta Gamma"), "Delta Beta Gamma", "Delta Beta Gamma"),
    ("T-1004", NameNotKnown(), "이름을 알지 못함", "name not known"),
]


def told(source: str, language: str, **values: object) -> str:
    with translation.override(language):
        return Template("{% load house %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("minutes", "english", "korean"),
    [
        (0, "due now", "지금이 기한"),
        (1, "1 minute left", "1분 남음"),
        (59, "59 minutes left", "59분 남음"),
        (60, "1 hour left", "1시간 남음"),
        (47 * 60 + 59, "47 hours left", "47시간 남음"),
        (48 * 60, "2 days left", "2일 남음"),
        (-1, "1 minute overdue", "1분 지남"),
        (-60 * 26, "26 hours overdue", "26시간 지남"),
        (-60 * 24 * 9, "9 days overdue", "9일 지남"),
    ],
)
def test_time_left_is_told_coarsely_in_words(minutes: int, english: str, korean: str) -> None:
    moment = NOW + timedelta(minutes=minutes)
    assert told("{{ moment|due:now }}", "en", moment=moment, now=NOW) == english
    assert told("{{ moment|due:now }}", "ko", moment=moment, now=NOW) == korean


def test_where_nothing_is_due_nothing_is_told() -> None:
    assert told("[{{ moment|due }}{% if moment|is_overdue %}late{% endif %}]", "en", moment=None) == "[]"
    assert (
        told("{% if moment|is_overdue %}late{% endif %}", "en", moment=NOW - timedelta(days=9999)) == "late"
    )


@given(st.timedeltas(timedelta(minutes=-90_000), timedelta(minutes=90_000)))
def test_time_left_is_never_told_longer_than_it_is(span: timedelta) -> None:
    with translation.override("en"):
        words = telling.due(NOW + span, NOW)
    number, _, rest = words.partition(" ")
    if number == "due":
        assert abs(span) < timedelta(minutes=1)
        return
    unit = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
    told_span = int(number) * unit[rest.split(" ")[0].removesuffix("s")]
    assert ("overdue" in rest) == (span < timedelta())
    assert told_span <= abs(span)
    assert abs(span) < told_span + unit[rest.split(" ")[0].removesuffix("s")]


@pytest.mark.parametrize(("record", "birth", "interviewed", "years"), AGES)
@pytest.mark.parametrize("looked_at", [date(2026, 1, 1), date(2030, 6, 1)])
def test_the_age_at_the_interview_stays_what_it_was(
    record: str, birth: date, interviewed: date, years: int, looked_at: date
) -> None:
    known = Birth(birth.year, birth.month, birth.day, "19 by Korean counting")
    with time_machine.travel(looked_at):
        for each in (birth, known):
            assert told("{{ birth|age:day }}", "en", birth=each, day=interviewed) == f"{years} years old"
            assert told("{{ birth|age:day }}", "ko", birth=each, day=interviewed) == f"만 {years}세"


def test_an_age_is_told_as_narrowly_as_the_birth_is_known() -> None:
    day = date(2026, 11, 25)
    assert told("{{ b|age:d }}", "en", b=Birth(2010), d=day) == "15 to 16 years old"
    assert told("{{ b|age:d }}", "ko", b=Birth(2010), d=day) == "만 15~16세"
    assert told("{{ b|age:d }}", "en", b=Birth(2025, 3, 1), d=day) == "1 year old"
    assert told("{{ b|age:d }}", "en", b=Birth(), d=day) == "age not known"
    assert told("{{ b|age:d }}", "ko", b=date(2027, 1, 1), d=day) == "나이를 알지 못함"


def test_somebody_born_on_a_leap_day_completes_a_year_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    ages = [told("{{ b|age:d }}", "en", b=born, d=date(2026, month, day)) for month, day in [(2, 28), (3, 1)]]
    assert ages == ["17 years old", "18 years old"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("record", "name", "korean", "english"), NAMES)
def test_a_name_is_told_whole_without_a_filler(
    language: str, record: str, name: PersonName | NameNotKnown, korean: str, english: str
) -> None:
    expected = korean if language == "ko" else english
    shown = told("{{ name|person_name }}", language, name=name)
    plain = told("{{ name|person_name_text }}", language, name=name)
    assert re.sub("<[^>]+>", "", shown) == plain == expected
    assert plain == " ".join(plain.split()).strip(", ")
    assert "None" not in shown
    assert ("name-not-known" in shown) == (record == "T-1004")


def test_a_name_stands_beside_its_forms_each_with_its_language() -> None:
    name = PersonName("예시가", (NameForm(Script.LATIN, "Yesi Ga"), NameForm(Script.ARABIC, "مثال")))
    shown = told("{{ name|person_name }}", "en", name=name)
    assert shown == (
        '<bdi class="name" lang="ko">예시가</bdi> <bdi class="name-form" lang="und-Latn">Yesi Ga</bdi>'
        ' <bdi class="name-form" lang="und-Arab">مثال</bdi>'
    )


def test_a_name_cannot_bring_markup_along() -> None:
    shown = told("{{ name|person_name }}", "en", name=PersonName("<b>Alphaone"))
    assert "<b>" not in shown
    assert "&lt;b&gt;Alphaone" in shown


def test_languages_and_countries_have_names_in_the_language_of_the_page() -> None:
    source = (
        '{{ "vi"|language_name }}, {{ "zh-Hans"|language_name }}, {{ "kvk"|language_name }}, '
        '{{ "VN"|country_name }}, {{ "stateless"|country_name }}'
    )
    assert told(source, "en") == "Vietnamese, Simplified Chinese, Korean Sign Language, Vietnam, stateless"
    assert told(source, "ko") == "베트남어, 중국어(만다린, 간체), 한국수어, 베트남, 무국적"
    assert told('{{ "q!"|language_name }}{{ "XX"|country_name }}', "en") == "q!XX"
    assert told('{{ "ar"|direction }} {{ "vi"|direction }} {{ "q!"|direction }}', "en") == "rtl ltr ltr"


def test_a_code_is_told_in_words() -> None:
    assert told('{{ "can-take"|said:"kind" }}', "en") == "can take"
    assert told('{{ "can-take"|said:"kind" }}', "ko") == "받을 수 있음"
    assert told('{{ "identity.name"|field_label }}, {{ "health"|category_label }}', "ko") == "이름, 건강"
    assert told('{{ "shelter"|purpose_label }}, {{ "no.such"|field_label }}', "en") == "Safe shelter, no.such"


def test_dates_and_times_are_written_as_people_write_them() -> None:
    afternoon = datetime(2026, 11, 25, 15, 20, tzinfo=UTC)
    with timezone.override(UTC):
        source = '{{ at|date:"DATETIME_FORMAT" }}; {{ at|date:"DATE_FORMAT" }}; {{ at|time:"TIME_FORMAT" }}'
        assert told(source, "ko", at=afternoon) == (
            "2026년 11월 25일 오후 3시 20분; 2026년 11월 25일; 오후 3시 20분"
        )
        assert told(source, "en", at=afternoon) == "25 November 2026, 15:20; 25 November 2026; 15:20"
    with translation.override("ko"):
        assert formats.date_format(afternoon.date(), "SHORT_DATE_FORMAT") == "2026. 11. 25."


def test_an_agency_is_told_by_its_name_on_the_roll(mechanism: People) -> None:
    assert told("{{ agency|agency }}", "en", agency=mechanism.shelter) == "Garam shelter"
    assert told("{{ agency|agency }}", "en", agency=str(mechanism.shelter)) == "Garam shelter"
    assert told("{{ agency|agency }}", "en", agency=uuid4()) == "an agency that is not on the roll"
    assert told("{{ agency|agency }}", "ko", agency="nobody") == "명부에 없는 기관"


def test_an_agency_is_asked_for_once_a_page(
    mechanism: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agency_name(mechanism.shelter)
    with django_assert_num_queries(1), asked_once():
        assert [agency_name(mechanism.shelter) for _ in range(5)] == ["Garam shelter"] * 5
    with django_assert_num_queries(2):
        agency_name(mechanism.shelter)
        agency_name(mechanism.shelter)
