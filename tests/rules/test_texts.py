"""What people are told before they agree: the same in every language, in simple sentences, and honest."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from jsonschema_rs import Draft202012Validator

from ieumgil.consent.rules import Feedback, Form, GivenBy, How, Text, text_from
from ieumgil.consent.rules.texts import BLANK, LISTS
from tests.support.source import PACKAGE

DATA: Final = PACKAGE / "consent" / "data"
AGREED: Final = PACKAGE / "agreements" / "data"
PLACEHOLDER: Final = re.compile(r"\{[^}]*\}?|\}")
BODIES: Final[dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((DATA / "texts").glob("*.json"))
}
TEXTS: Final = {language: text_from(body) for language, body in BODIES.items()}
LANGUAGES: Final = {"ar", "en", "ko", "ru", "th", "vi", "zh"}
# What would be the law's or the office's word, or would frighten; each language is looked through for its own.
HARD: Final = {
    "en": ("victim", "traffick", "data subject", "pursuant", "herein", "disclos", "third part", "refuse to"),
    "ko": ("피해자", "인신매매", "정보주체", "제3자", "귀하", "상기", "개인정보"),
    "vi": ("nạn nhân", "buôn bán người"),
    "th": ("เหยื่อ", "ค้ามนุษย์"),
    "ru": ("жертв", "торговл", "персональн"),
    "zh": ("受害", "贩", "拐卖"),
    "ar": ("ضحية", "ضحايا", "الاتجار"),
}
LONGEST_SENTENCE: Final = {"en": 24, "ru": 22, "vi": 36}  # words


def shape(text: Text) -> object:
    """Give all of a text but its words: codes, numbers, parts, questions, placeholders, and the codes of its lists."""
    passages = [
        (p.number, p.code, p.part, p.asks, sorted(PLACEHOLDER.findall(p.text))) for p in text.passages
    ]
    return passages, {name: list(getattr(text, name)) for name in LISTS}


def unlike(texts: Iterable[Text], model: Text) -> list[str]:
    """Give the languages whose texts do not have the shape of the model."""
    return [text.language for text in texts if shape(text) != shape(model)]


def said(text: Text) -> Iterator[str]:
    """Give every sentence and label of a text."""
    yield from (passage.text for passage in text.passages)
    for name in LISTS:
        yield from getattr(text, name).values()


def test_every_text_fits_the_published_form() -> None:
    form = Draft202012Validator(json.loads((DATA / "texts.schema.json").read_text("utf-8")))
    assert set(BODIES) == LANGUAGES
    assert all(form.is_valid(body) for body in BODIES.values())
    assert all(body["language"] == name for name, body in BODIES.items())
    assert not form.is_valid({**BODIES["en"], "planted": "x"})


def test_every_language_has_the_same_passages_labels_and_placeholders() -> None:
    model = TEXTS["en"]
    assert unlike(TEXTS.values(), model) == []
    fewer = replace(TEXTS["th"], passages=TEXTS["th"].passages[1:])
    first, *rest = TEXTS["vi"].passages
    planted = replace(TEXTS["vi"], passages=(replace(first, text="{agency}"), *rest))
    unnamed = replace(TEXTS["ru"], purposes={"shelter": "x"})
    assert unlike([fewer, planted, unnamed], model) == ["th", "vi", "ru"]


def test_passages_are_numbered_in_order_and_parts_are_not_torn_apart() -> None:
    passages = TEXTS["en"].passages
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
    assert list(dict.fromkeys(p.part for p in passages)) == list(TEXTS["en"].parts)
    assert [p.part for p in passages if p.asks] == ["enquiry", "consent"]


def test_labels_are_for_all_that_may_leave_and_nothing_that_never_does() -> None:
    fields = json.loads((AGREED / "fields.json").read_text("utf-8"))["fields"]
    leaving = {f["category"] for f in fields if not f.get("never_leaves") or f.get("unless_for")}
    purposes = json.loads((AGREED / "purposes.json").read_text("utf-8"))["purposes"]
    text = TEXTS["en"]
    assert set(text.categories) == leaving
    assert list(text.purposes) == [purpose["code"] for purpose in purposes]
    for of, kind in ((text.feedback, Feedback), (text.how, How), (text.form, Form), (text.by_whom, GivenBy)):
        assert list(of) == [member.value for member in kind]
    assert list(text.answers) == ["yes", "no", "not-now"]


def test_only_english_and_korean_are_our_own_wording_and_all_still_want_a_reader() -> None:
    assert {name for name, text in TEXTS.items() if not text.needs_review} == {"en", "ko"}
    assert all(text.check for text in TEXTS.values())
    assert {name for name, text in TEXTS.items() if text.direction == "rtl"} == {"ar"}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_word_names_the_offence_or_speaks_like_an_office(language: str) -> None:
    heard = " ".join(said(TEXTS[language])).lower()
    assert [word for word in HARD[language] if word in heard] == []
    assert [word for word in HARD[language] if word in f"{heard} {HARD[language][0]}"] != []


@pytest.mark.parametrize("language", sorted(LONGEST_SENTENCE))
def test_sentences_are_short_enough_to_be_read_aloud(language: str) -> None:
    sentences = [s for p in TEXTS[language].passages for s in re.split(r"[.?!] ?", p.text) if s]
    longest = max(sentences, key=lambda sentence: len(sentence.split()))
    assert len(longest.split()) <= LONGEST_SENTENCE[language], longest


def test_every_language_says_the_honest_things() -> None:
    codes = {"withdraw-honest", "withdraw-help", "refusal-help", "stop", "right-law", "right-unconditional"}
    for text in TEXTS.values():
        assert codes <= {passage.code for passage in text.passages}
        same = {p.text for p in text.passages if p.code in codes}
        assert len(same) == len(codes)


def test_names_and_days_stand_in_their_places_and_a_line_where_they_are_open() -> None:
    filled = TEXTS["ru"].told("consent", agency="{until} Гарам", until="25 ноября")
    assert {p.part for p in filled} == {"consent"}
    joined = " ".join(p.text for p in filled)
    assert "{until} Гарам" in joined
    assert "До 25 ноября" in joined
    assert "{agency}" not in joined
    open_ones = [p for p in TEXTS["ko"].told() if BLANK in p.text]
    assert [p.number for p in open_ones] == [p.number for p in TEXTS["ko"].passages if "{" in p.text]
