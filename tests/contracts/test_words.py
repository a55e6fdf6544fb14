"""The Korean catalogues are whole, and both languages use the words of the glossary."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.contracts.test_glossary import GLOSSARY, rows, words, words_of_the_offence
from tests.support.source import expect_none
from tools import messages

_NOT_HELD: Final[dict[str, str]] = {
    "what Korean leaves out where it is clear": "person agency worker case",
    "also everyday words, said of other things": """
        name law message node reading return key sex sealed asked opened closed notice session urgent
    """,
    "clauses, said in sentences": "who-the-person-is what-happened",
    "states, said in sentences as verbs": """
        accepted declined recalled referred erased reopened arrived crossed moved-on can-take cannot-take frozen held-back
        not-arrived
    """,
}
NOT_HELD: Final = {word.replace("-", " "): why for why, held in _NOT_HELD.items() for word in held.split()}
# Text and term: why the Korean says it otherwise.
OTHERWISE: Final[dict[tuple[str, str], str]] = {
    ("The agreement has not begun yet.", "not begun"): "said of an agreement, not of a thread",
    ("It has not begun.", "not begun"): "a sentence of its own",
}


class Pair(NamedTuple):
    """The same text in both languages."""

    where: str
    en: str
    ko: str


def terms(page: str) -> dict[str, set[str]]:
    """Give the Korean words allowed for each English term that is held to, the longest term first."""
    found = defaultdict(set)
    for _, label in rows(page):
        if "," not in label.en + label.ko:
            found[label.en.lower()].add(label.ko)
    found["coordinator"] = found["coordinating body"]  # its short name, and the beginning of the role's
    return {term: found[term] for term in sorted(found, key=len, reverse=True)}


def terms_said_otherwise(pairs: Iterable[Pair], held: Mapping[str, set[str]]) -> Iterator[str]:
    spelt = {term: re.compile(rf"(?<![\w-]){re.escape(term)}(?:e?s)?(?![\w-])") for term in held}
    for where, english, korean in pairs:
        left = english.lower()
        for term, pattern in spelt.items():
            if term not in left:
                continue
            left, count = pattern.subn("#", left)
            known = term in NOT_HELD or (english, term) in OTHERWISE
            if count and not known and not any(said in korean for said in held[term]):
                yield f"{where}: {term} is {' or '.join(sorted(held[term]))}: {english!r} {korean!r}"


def catalogued() -> list[Pair]:
    return [
        Pair(f"{room.name}: {key[1][:40]}", " ".join(messages.both(message)), form)
        for room in messages.rooms()
        for key, message in messages.texts(messages.written(room)).items()
        for form in messages.forms(message)
        if form
    ]


def shown_codes() -> list[Pair]:
    return [Pair(code, label.en, label.ko) for code, label in words().items()]


def test_every_text_of_a_screen_has_its_korean() -> None:
    expect_none(messages.faults())


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Give a small house of two rooms whose catalogues have nothing wrong."""
    for room in ("consent", "ground/post"):
        (tmp_path / room).mkdir(parents=True)
        (tmp_path / room / "__init__.py").touch()
    page = tmp_path / "consent" / "templates" / "leave.html"
    page.parent.mkdir()
    page.write_text(
        """
        {% translate "Leave" %} <c-button label="{% translate 'Send' context 'verb' %}" />
      {% blocktranslate trimmed count n=n %}
        {{ n }} case
          {% plural %}
        {{ n }} cases
      {% endblocktranslate %}
        """
    )
    (tmp_path / "ground" / "post" / "web.py").write_text('_("Dear %(who)s"), gettext_lazy("Leave")\n')
    consent, post = messages.rooms(tmp_path)
    assert sorted(messages.update(consent)) == ["%(n)s case", "Leave", "Send"]
    write(
        consent.po,
        ('"Leave"\nmsgstr ""', '"Leave"\nmsgstr "허락"'),
        ('"Send"\nmsgstr ""', '"Send"\nmsgstr "보내기"'),
        ('[0] ""', '[0] "%(n)s건"'),
    )
    assert messages.update(post, messages.texts(messages.written(consent)).values()) == ["Dear %(who)s"]
    write(post.po, ('"Dear %(who)s"\nmsgstr ""', '"Dear %(who)s"\nmsgstr "%(who)s님께"'))
    for each in (consent, post):
        messages.compile_catalogue(each)
    return tmp_path


def write(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('msgstr "보내기"', 'msgstr ""', "consent: untranslated: 'Send'"),
        ('msgid "Send"', '#, fuzzy\nmsgid "Send"', "consent: fuzzy: 'Send'"),
        ('msgid "Send"', 'msgid "Sent"', "consent: unused: 'Sent'"),
        ('msgid "Send"', 'msgid "Sent"', "consent: not in the catalogue: 'Send'"),
        ('msgctxt "verb"', 'msgctxt "noun"', "consent: not in the catalogue: 'Send'"),
        ("%(n)s건", "%(m)s건", "consent: placeholders or tags differ: '%(n)s case'"),
        ("%(n)s건", "<b>%(n)s건</b>", "consent: placeholders or tags differ: '%(n)s case'"),
        ("보내기", "부치기", "consent: not compiled since the last change"),
        ("허락", "동의", "consent, ground.post: translated in more than one way: 'Leave'"),
        (
            'msgid "Leave"',
            'msgid "Leave"\nmsgstr "떠나기"\n\nmsgid "Leave"',
            "consent: a text stands twice in the catalogue; update puts it right",
        ),
        (
            'msgid "Send"',
            'msgid "Send"\nmsgstr "보내기"\n\n#~ msgid "Old"',
            "consent: unused, and commented out: 'Old'",
        ),
    ],
)
def test_a_planted_fault_of_a_catalogue_is_found(house: Path, old: str, new: str, found: str) -> None:
    assert not list(messages.faults(house))
    catalogue = messages.rooms(house)[0].po
    if "#~" in new:
        catalogue.write_text(catalogue.read_text("utf-8") + '\n#~ msgid "Old"\n#~ msgstr "옛말"\n', "utf-8")
    else:
        write(catalogue, (old, new))
    assert found in list(messages.faults(house))


def test_an_update_keeps_the_korean_and_drops_what_is_not_said_any_more(house: Path) -> None:
    consent = messages.rooms(house)[0]
    before = consent.po.read_bytes(), consent.mo.read_bytes()
    assert messages.update(consent) == []
    assert (consent.po.read_bytes(), consent.mo.read_bytes()) == before
    write(house / "consent" / "templates" / "leave.html", ('{% translate "Leave" %}', "{{ _('Stay') }}"))
    assert messages.update(consent) == ["Stay"]
    assert "허락" not in consent.po.read_text("utf-8")
    assert "%(n)s건" in consent.po.read_text("utf-8")


def test_a_catalogue_of_nothing_is_no_file(house: Path) -> None:
    post = messages.rooms(house, ["post"])[0]
    (post.folder / "web.py").unlink()
    messages.update(post)
    assert not post.po.exists()
    assert not post.mo.exists()
    assert not list(messages.faults(house))


def test_both_languages_use_the_words_of_the_glossary() -> None:
    held = terms(GLOSSARY.read_text("utf-8"))
    expect_none(terms_said_otherwise([*catalogued(), *shown_codes()], held))
    planted = Pair(
        "planted", "Recall the referrals. The packet is shut.", "연계를 회수합니다. 묶음이 닫혔습니다."
    )
    assert [fault.partition(" is ")[0] for fault in terms_said_otherwise([planted], held)] == [
        "planted: packet"
    ]
    assert not list(terms_said_otherwise([Pair("sound", "Packets", "꾸러미")], held))


def test_no_word_of_the_offence_is_said_in_a_catalogue() -> None:
    expect_none(words_of_the_offence((pair.where, pair.ko) for pair in catalogued()))


def test_a_term_is_only_let_go_while_the_glossary_has_it() -> None:
    held = terms(GLOSSARY.read_text("utf-8"))
    said = {pair.en for pair in [*catalogued(), *shown_codes()]}
    expect_none(sorted(NOT_HELD.keys() - held.keys()))
    expect_none(f"{text!r} is not said" for text, _term in OTHERWISE if text not in said)
