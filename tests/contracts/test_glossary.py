"""One word for one thing, in Korean and in English, and never a word of the offence for a referral."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

import pytest

from ieumgil.agreements.rules import BasisKind, PurposeKind, Urgency
from ieumgil.casefile.rules import Stage
from ieumgil.ground.accounts.rules import Role
from ieumgil.kernel.actor import AgencyClass
from ieumgil.referral.words import Kind, Side, State
from tests.support.source import PACKAGE, ROOT, expect_none, files

GLOSSARY: Final = ROOT / "docs" / "glossary.md"
CODES: Final[dict[str, type[StrEnum]]] = {
    "kind": Kind,
    "state": State,
    "side": Side,
    "urgency": Urgency,
    "role": Role,
    "class": AgencyClass,
    "stage": Stage,
    "basis": BasisKind,
    "purpose-kind": PurposeKind,
}
# Put together here, so that this file does not hold what it looks for.
OF_THE_OFFENCE: Final = tuple("인" + last for last in ("계", "수"))
# Where the rule itself is told, on a line that says "never".
TELLS_THE_RULE: Final = {GLOSSARY, PACKAGE / "ground" / "words" / "README.md"}


class Label(NamedTuple):
    """What a code is called."""

    en: str
    ko: str


def words() -> dict[str, Label]:
    raw: dict[str, dict[str, str]] = json.loads(
        (PACKAGE / "ground" / "words" / "data" / "words.json").read_text("utf-8")
    )
    return {code: Label(entry.get("en", ""), entry.get("ko", "")) for code, entry in raw.items()}


def terms() -> dict[str, Label]:
    """Give every term that people read, by its code: words of the thread, purposes, categories, fields."""
    found = {code: label for code, label in words().items() if code.partition(".")[0] in CODES}
    for name, key in (("purposes", "code"), ("categories", "code"), ("fields", "path")):
        data: Any = json.loads((PACKAGE / "agreements" / "data" / f"{name}.json").read_text("utf-8"))
        found |= {f"{name}.{row[key]}": Label(row["en"], row["ko"]) for row in data[name]}
    return found


def rows(page: str) -> list[tuple[str, Label]]:
    """Give the rows of the glossary: what the last column says, and the two words."""
    cells = ([cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines())
    tabled = (row for row in cells if len(row) == 4 and row[0] not in {"English", "---"})
    return [(row[3], Label(row[0], row[1])) for row in tabled]


def codes_without_words(said: Mapping[str, Label]) -> Iterator[str]:
    for prefix, kind in CODES.items():
        for member in kind:
            label = said.get(f"{prefix}.{member.value}", Label("", ""))
            if not (label.en.strip() and label.ko.strip()):
                yield f"{prefix}.{member.value}"


def words_without_a_code(said: Iterable[str]) -> Iterator[str]:
    known = {f"{prefix}.{member.value}" for prefix, kind in CODES.items() for member in kind}
    return (code for code in said if code not in known and code.partition(".")[0] in CODES)


def said_in_one_language_only(said: Mapping[str, Label]) -> Iterator[str]:
    return (code for code, label in said.items() if not (label.en.strip() and label.ko.strip()))


def not_as_in_the_glossary(said: Mapping[str, Label], page: str) -> Iterator[str]:
    listed = {where.strip("`"): label for where, label in rows(page)}
    for code, label in said.items():
        if listed.get(code) != label:
            yield f"{code}: {label} on screen, {listed.get(code)} in the glossary"


def one_word_for_two_things(page: str) -> Iterator[str]:
    meant = defaultdict(set)
    for _, label in rows(page):
        meant[label.ko].add(label.en.lower())
    return (f"{ko}: {sorted(english)}" for ko, english in meant.items() if len(english) > 1)


def words_of_the_offence(texts: Iterable[tuple[str, str]], *, rule: bool = False) -> Iterator[str]:
    for where, text in texts:
        for number, line in enumerate(unicodedata.normalize("NFC", text).splitlines(), 1):
            if any(word in line for word in OF_THE_OFFENCE) and not (rule and "never" in line.lower()):
                yield f"{where}:{number}"


def test_every_code_a_person_may_read_has_a_word_in_both_languages() -> None:
    said = words()
    expect_none(codes_without_words(said))
    expect_none(words_without_a_code(said))
    expect_none(said_in_one_language_only(said | terms()))
    assert list(said_in_one_language_only({"reason.full": Label("full", "")})) == ["reason.full"]
    assert list(codes_without_words(said | {"kind.recall": Label("recall", " ")})) == ["kind.recall"]
    assert list(words_without_a_code(["state.LIMBO"])) == ["state.LIMBO"]


def test_every_term_stands_in_the_glossary_with_the_same_words() -> None:
    page = GLOSSARY.read_text("utf-8")
    expect_none(not_as_in_the_glossary(terms(), page))
    codes = [where.strip("`") for where, _ in rows(page) if where.strip("`").partition(".")[0] in CODES]
    expect_none(sorted(set(codes) - terms().keys()))
    assert list(not_as_in_the_glossary({"kind.refer": Label("referral", "전달")}, page))


def test_no_word_stands_for_two_things() -> None:
    page = GLOSSARY.read_text("utf-8")
    expect_none(one_word_for_two_things(page))
    assert list(one_word_for_two_things(page + "| roll call | 명부 | planted | here |\n"))


def test_no_word_of_the_offence_is_said_of_a_referral() -> None:
    everything = [(path, path.read_text("utf-8", errors="ignore")) for path in files()]
    told = [(str(path), text) for path, text in everything if path in TELLS_THE_RULE]
    expect_none(words_of_the_offence((str(p), text) for p, text in everything if p not in TELLS_THE_RULE))
    expect_none(words_of_the_offence(told, rule=True))
    assert len(told) == len(list(words_of_the_offence(told))) == len(TELLS_THE_RULE)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", OF_THE_OFFENCE)
def test_a_planted_word_of_the_offence_is_found(word: str, form: Any) -> None:  # noqa: ANN401  a literal type
    planted = unicodedata.normalize(form, f"피해자를 {word}하였다")
    assert list(words_of_the_offence([("a screen", "연계"), ("a screen", planted)])) == ["a screen:1"]
    assert list(words_of_the_offence([("a rule", planted)], rule=True))
