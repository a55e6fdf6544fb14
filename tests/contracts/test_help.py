"""Help is whole: the same pages in both languages, links that lead somewhere, and the words of the house."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from ieumgil.shell.help import NAMES, help_page, part, source
from tests.contracts.test_glossary import GLOSSARY, words_of_the_offence
from tests.contracts.test_words import Pair, catalogued, terms, terms_said_otherwise
from tests.support.languages import foreign_words
from tests.support.source import PACKAGE, expect_none

FOLDER: Final = PACKAGE / "shell" / "help"
LANGUAGES: Final = ("en", "ko")
LINK: Final = re.compile(r"\]\(([^)]+)\)")
SHAPES: Final = (r"^# ", r"^## ", r"^### ", r"^- ", r"^\d+\. ", r"\*\*", r"`", r"^$")
BESIDE: Final = re.compile(r"\{%\s*block\s+help\s*%\}([^{]*)\{%")
# Help lies open, on any screen: it says of nobody why they are here.
NEVER: Final = ("victim", "traffick", "피해자", "인신매매")
OTHER_MANNER: Final = re.compile(r"(?:세요|해요|예요|에요|어요|아요|줘요)(?=[.!?\s]|$)")
BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")
COMMAND: Final = re.compile(r"`[^`]*`")
QUOTED: Final = re.compile(r'"[^"]*"')


def written(language: str) -> list[tuple[str, str]]:
    return [(name, source(name, language)) for name in NAMES]


def shape(page: str) -> list[int]:
    return [len(re.findall(sign, page, re.MULTILINE)) for sign in SHAPES]


def pages_that_differ(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        english, korean = (source(name, language) for language in LANGUAGES)
        if unlike(english, korean):
            yield f"{name}: {shape(english)} in English, {shape(korean)} in Korean"


def unlike(english: str, korean: str) -> bool:
    return shape(english) != shape(korean) or LINK.findall(english) != LINK.findall(korean)


def links_to_no_help(pages: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in pages:
        yield from (f"{name}: {to}" for to in LINK.findall(text) if to.removesuffix(".md") not in NAMES)


def words_never_said(pages: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in pages:
        yield from (f"{name}: {word}" for word in NEVER if word in text.lower())


def another_manner(pages: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in pages:
        yield from (f"{name}: …{found}" for found in OTHER_MANNER.findall(QUOTED.sub("", text)))


def help_that_is_not_there(templates: Iterable[tuple[Path, str]]) -> Iterator[str]:
    for path, text in templates:
        named = (name.strip().rstrip("/") for name in BESIDE.findall(text))
        yield from (f"{path.name}: {name}" for name in named if name and name not in NAMES)


def lines_beside() -> list[Pair]:
    return [
        Pair(f"{name}:{number}", COMMAND.sub("", english), COMMAND.sub("", korean))
        for name in NAMES
        for number, (english, korean) in enumerate(
            zip(*(source(name, language).splitlines() for language in LANGUAGES), strict=True), 1
        )
    ]


def buttons_named_otherwise(pairs: Iterable[Pair], shown: Mapping[str, str]) -> Iterator[str]:
    """Give what help calls a button in Korean where the button itself says something else."""
    for where, english, korean in pairs:
        for said, told in zip(BOLD.findall(english), BOLD.findall(korean), strict=True):
            label = shown.get(said.lower())
            if label and told != label:
                yield f"{where}: {said!r} is {label!r} on screen, {told!r} in help"


def test_both_languages_have_the_same_pages_in_the_same_shape() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (FOLDER / language).glob("*.md")} == set(NAMES)
    assert len(NAMES) == len(set(NAMES))
    expect_none(pages_that_differ(NAMES))
    page = source("thread", "en")
    assert unlike(page, page + "\n- one more\n")
    assert unlike(page, page.replace("kept-words.md", "sign-in.md"))


def test_every_link_leads_to_another_page_of_help() -> None:
    for language in LANGUAGES:
        expect_none(links_to_no_help(written(language)))
    assert list(links_to_no_help([("planted", "[a](nowhere.md) [b](thread.md)")])) == ["planted: nowhere.md"]


def test_every_screen_names_a_page_of_help_that_is_there() -> None:
    templates = [(path, path.read_text("utf-8")) for path in PACKAGE.rglob("*.html")]
    expect_none(help_that_is_not_there(templates))
    planted = [(Path("a.html"), "{% block help %}nowhere{% endblock %}{% block help %}thread{% endblock %}")]
    assert list(help_that_is_not_there(planted)) == ["a.html: nowhere"]


def test_help_never_says_why_somebody_is_here() -> None:
    for language in LANGUAGES:
        expect_none(words_never_said(written(language)))
        expect_none(words_of_the_offence(written(language)))
    assert list(words_never_said([("planted", "You are not a victim.")])) == ["planted: victim"]


def test_korean_help_keeps_to_one_manner_of_speaking() -> None:
    expect_none(another_manner(written("ko")))
    assert list(another_manner([("planted", '"괜찮아요." 다시 누르세요.')])) == ["planted: …세요"]


def test_help_uses_the_words_of_the_glossary() -> None:
    held = terms(GLOSSARY.read_text("utf-8"))
    expect_none(terms_said_otherwise(lines_beside(), held))


def test_help_calls_a_button_what_stands_on_it() -> None:
    shown = {pair.en.lower(): pair.ko for pair in catalogued()}
    expect_none(buttons_named_otherwise(lines_beside(), shown))
    planted = Pair("planted", "Press **Close**.", "**끝내기**를 누릅니다.")
    assert list(buttons_named_otherwise([planted], shown | {"close": "닫기"}))


@pytest.mark.parametrize("made", [help_page, part])
def test_a_page_of_help_is_in_its_language(made: object) -> None:
    assert callable(made)
    for language in LANGUAGES:
        for name in NAMES:
            assert foreign_words(made(name, language).html, language) == []
    assert foreign_words(help_page("thread", "en").html, "ko")


def test_links_and_headings_fit_where_a_page_is_shown() -> None:
    alone, together = help_page("thread", "en"), part("thread", "en")
    assert alone.title == together.title == "The conversation with the other agency"
    assert 'href="/help/kept-words"' in alone.html
    assert 'href="#kept-words"' in together.html
    assert "<h1>" in alone.html
    assert "<h1>" not in together.html
    assert "<h2>" in together.html
    with pytest.raises(KeyError):
        help_page("../settings", "en")
