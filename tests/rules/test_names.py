"""Names are the same to a search however they were typed, and a frequent surname alone is no name."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ieumgil.ground.vault.rules import (
    BACKUP_EVERY,
    Context,
    ErasedError,
    is_full_name,
    keys_backup_is_over,
    name_form,
    same_name,
    searchable_forms,
    stamped,
    taken_at,
)
from ieumgil.kernel.ids import KeyId
from ieumgil.kernel.outcome import AbsentError

FREQUENT = frozenset({"김", "이", "kim", "nguyễn"})
HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6)
LATIN = st.text(
    st.characters(min_codepoint=0x41, max_codepoint=0x24F, categories=["L"]), min_size=1, max_size=12
)
WORDS = st.one_of(HANGUL, LATIN)
ANYTHING = st.text(max_size=20)
BLANKS = st.sampled_from([" ", "  ", "\t", "\u3000", "\u00a0", "\u200b", "-", "·", ", "])
NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


@given(WORDS)
@example("예시가")
def test_composed_and_decomposed_letters_are_the_same_name(name: str) -> None:
    assert name_form(unicodedata.normalize("NFD", name)) == name_form(unicodedata.normalize("NFC", name))
    assert same_name(unicodedata.normalize("NFKD", name), name)


def test_composition_alone_would_miss_the_same_name() -> None:
    decomposed = unicodedata.normalize("NFD", "예시가")
    assert decomposed != "예시가"
    assert same_name(decomposed, "예시가")


@given(st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_blanks_hyphens_and_dots_do_not_matter(parts: list[str], data: st.DataObject) -> None:
    spaced = parts[0] + "".join(data.draw(BLANKS) + part for part in parts[1:])
    assert name_form(spaced) == name_form("".join(parts))
    assert name_form(f" {spaced}\n") == name_form(spaced)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12))
def test_full_width_letters_are_the_same_name(name: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in name)
    assert name_form(wide) == name_form(name)


@given(LATIN)
@example("Straße")
@example("İpek")
def test_capitals_do_not_matter(name: str) -> None:
    assert name_form(name.casefold()) == name_form(name)
    assert name_form(name.upper().casefold()) == name_form(name.upper())


@given(ANYTHING)
def test_the_form_of_a_form_is_itself(name: str) -> None:
    assert name_form(name_form(name)) == name_form(name)


@given(ANYTHING)
def test_a_form_holds_nothing_that_cannot_be_read(name: str) -> None:
    assert all(unicodedata.category(sign)[0] in "LMN" for sign in name_form(name))


@given(HANGUL, HANGUL)
def test_the_order_of_the_parts_is_kept_as_given(family: str, own: str) -> None:
    assert same_name(f"{family} {own}", f"{own} {family}") == (family + own == own + family)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("예시가", "예시나"),
        ("Delta Beta", "Beta Delta"),
        ("Nguyen", "Nguyễn"),
        ("김예시", "Kim Yesi"),
        ("Alphaone", "Alpha"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert not same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("예시가", "예 시가"),
        ("ｴﾓ", "エモ"),
        ("Ye-si  GA", "yesi ga"),
        ("O’Marker", "o'marker"),
        ("예\u3164시가", "예시가"),
        ("예시가\u200b", "예시가"),
    ],
)
def test_the_same_name_typed_in_two_ways_is_found(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    "name", ["김", " 김 ", unicodedata.normalize("NFD", "김"), "KIM", "Ｋｉｍ", "Kim.", "NGUYỄN"]
)
def test_a_frequent_surname_alone_is_never_looked_for(name: str) -> None:
    assert not is_full_name(name, FREQUENT)
    assert searchable_forms([name], FREQUENT) == frozenset()


def test_a_frequent_surname_with_a_given_name_is_looked_for() -> None:
    assert is_full_name("김 예시", FREQUENT)
    assert is_full_name("Kim Yesi", FREQUENT)


@pytest.mark.parametrize("name", ["Alphaone", "예시가", "Delta Beta Gamma"])
def test_people_who_have_one_name_are_looked_for_by_it(name: str) -> None:
    assert is_full_name(name, FREQUENT)


@pytest.mark.parametrize("unknown", ["", "   ", "-", "?", "\u3164", "…"])
def test_an_unknown_name_is_looked_for_by_nothing_and_equals_no_other(unknown: str) -> None:
    assert not is_full_name(unknown, FREQUENT)
    assert not same_name(unknown, unknown)


@given(st.lists(ANYTHING, max_size=5))
def test_searchable_forms_are_the_full_names_and_only_those(names: list[str]) -> None:
    assert searchable_forms(names, FREQUENT) == {name_form(n) for n in names if is_full_name(n, FREQUENT)}


@given(st.integers(min_value=0, max_value=60 * 24), st.integers(min_value=0, max_value=24))
def test_with_one_run_a_day_no_copy_of_keys_grows_older_than_thirty_days(age: int, late: int) -> None:
    taken = NOW - timedelta(hours=age)
    next_run = NOW + BACKUP_EVERY - timedelta(hours=late)
    assert keys_backup_is_over(taken, NOW) or next_run - taken <= timedelta(days=30)


def test_a_copy_of_keys_is_kept_while_it_may_be() -> None:
    assert not keys_backup_is_over(NOW - timedelta(days=28), NOW)
    assert keys_backup_is_over(NOW - timedelta(days=29), NOW)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(9000, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_backup_says_in_its_name_when_it_was_taken(moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC, microsecond=0)
    assert taken_at(stamped("keys", "jsonl", at)) == at
    assert taken_at("keys-of-the-house.jsonl") is None


@given(st.permutations(["aa", "bb", "cc", "dd"]))
def test_no_two_places_are_bound_to_the_same_bytes(parts: list[str]) -> None:
    key = KeyId(UUID(int=1))
    bound = Context(*parts).bound_to(key, 1)
    assert (bound == Context("aa", "bb", "cc", "dd").bound_to(key, 1)) == (parts == ["aa", "bb", "cc", "dd"])
    assert bound != Context(*parts).bound_to(key, 2)


def test_a_part_of_a_place_that_could_pass_for_two_is_refused() -> None:
    with pytest.raises(ValueError, match="bar"):
        Context("case", "name|x", "row", "case")


def test_erased_is_the_same_answer_as_absent() -> None:
    assert (ErasedError().code, str(ErasedError())) == (AbsentError().code, str(AbsentError()))
