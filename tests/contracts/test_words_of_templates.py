"""Every code that a page says in words has words: else the page shows the code itself."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ieumgil.consent.rules import Feedback, How, RefusedWhat
from ieumgil.ground.words.queries import words
from ieumgil.site.home.coordination import BANDS
from tests.support.source import PACKAGE, expect_none

SAID: Final = re.compile(r'said:"([\w-]+)"')
WHOLE: Final = {"feedback": Feedback, "how": How, "no": RefusedWhat, "band": BANDS}


def kinds_without_words(templates: Iterable[tuple[str, str]], known: Iterable[str]) -> Iterator[str]:
    there = {code.split(".", maxsplit=1)[0] for code in known}
    for name, text in templates:
        yield from (f"{name}: {kind}" for kind in SAID.findall(text) if kind not in there)


def codes_without_words(known: Iterable[str]) -> Iterator[str]:
    there = set(known)
    yield from (
        f"{kind}.{code}" for kind, codes in WHOLE.items() for code in codes if f"{kind}.{code}" not in there
    )


def test_every_code_that_a_page_says_has_words() -> None:
    templates = [
        (str(path), path.read_text(encoding="utf-8")) for path in PACKAGE.glob("*/templates/**/*.html")
    ]
    assert list(kinds_without_words([("planted", '{{ x|said:"no-such-kind" }}')], words())) == [
        "planted: no-such-kind"
    ]
    assert "how.shown" in list(codes_without_words(set(words()) - {"how.shown"}))
    expect_none(kinds_without_words(templates, words()))
    expect_none(codes_without_words(words()))
