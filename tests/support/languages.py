"""Find words on a page that are not of its language: `foreign_words(html, "ko")` is empty, or the page is not translated.

What may stand there in another writing says so in its markup: `lang` (with `lang=""` where nobody knows the language),
`data-name` or `translate="no"` for names and `<code>`, `<kbd>`, `<samp>` for codes. What people type is theirs: the value
of a field and the content of a text area are not looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, NamedTuple

# Written like this in both languages.
ALLOWED: Final = {"Ieumgil", "AGPL", "ILO", "PDF", "QR"}
READ_ALOUD: Final = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-valuetext",
    "label",
    "placeholder",
    "title",
}
PRESSED: Final = {"submit", "button", "reset"}  # the value of these is what stands on them
NOT_WORDS: Final = {"script", "style", "template", "textarea", "code", "kbd", "samp"}
VOID: Final = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
}
LATIN: Final = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
HANGUL: Final = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
# In a list to choose from, a language has the name that those who speak it give it.
OWN_NAMES: Final = {"English", "한국어"}
# A code has a digit in it; an address is no word.
CODE: Final = re.compile(r"\S+@\S+|https?://\S+|/[\w/-]*/|(?=[\w-]*\d)[\w-]+", re.ASCII)
LETTERS: Final = {
    "ko": re.compile(rf"[^\W\d_{HANGUL}]{{2,}}"),
    "en": re.compile(rf"[^\W\d_{LATIN}]+"),
}


class Foreign(NamedTuple):
    """A word that is not of the page's language, and the text it stands in."""

    word: str
    text: str


class Text(NamedTuple):
    """A text of a page, the element it stands in, and the language that it is said to be in."""

    words: str
    tag: str
    language: str | None  # None: a name or a code


def foreign_words(html: str, language: str) -> list[Foreign]:
    """Give every word of a page in `ko` or `en` that is in another writing and not marked as such."""
    letters = LETTERS[language]
    return [
        Foreign(word, text.words.strip())
        for text in texts(html, language)
        if text.language == language and not is_own_name(text)
        for word in letters.findall(CODE.sub(" ", text.words))
        if word not in ALLOWED
    ]


def is_own_name(text: Text) -> bool:
    """Say whether a text is the name of a language in a list of choices, where a mark would not be heard."""
    return text.tag == "option" and text.words.strip() in OWN_NAMES


def language_of(html: str) -> str:
    """Give the language that the page itself says it is in; empty if it says none."""
    reader = _Reader("")
    reader.feed(html)
    return reader.of_page


def texts(html: str, language: str) -> Iterator[Text]:
    """Give every text a person reads or hears on a page."""
    reader = _Reader(language)
    reader.feed(html)
    reader.close()
    return iter(reader.found)


@dataclass
class _Open:
    tag: str
    language: str | None


@dataclass
class _Reader(HTMLParser):
    language: str
    found: list[Text] = field(default_factory=list)
    of_page: str = ""
    open: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.of_page = said.get("lang", "")
        inner = self._inner(tag, said)
        read = READ_ALOUD | ({"value"} if tag == "input" and said.get("type") in PRESSED else set())
        self.found += [Text(value, tag, inner) for name, value in said.items() if name in read]
        if tag not in VOID:
            self.open.append(_Open(tag, inner))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while any(each.tag == tag for each in self.open) and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            tag = self.open[-1].tag if self.open else ""
            self.found.append(Text(data, tag, self.open[-1].language if self.open else self.language))

    def _inner(self, tag: str, said: dict[str, str]) -> str | None:
        outer = self.open[-1].language if self.open else self.language
        keeps_translators_out = tag in {"html", "body"}  # of the whole page: that makes no name of its words
        named = "data-name" in said or (said.get("translate") == "no" and not keeps_translators_out)
        if tag in NOT_WORDS or named:
            return None
        return said["lang"].partition("-")[0].lower() if "lang" in said else outer
