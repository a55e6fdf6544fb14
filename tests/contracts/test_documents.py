"""The documents point to what is there, and the two front pages say the same."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.support.source import ROOT, expect_none, files

LINK: Final = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED: Final = re.compile(r"`((?:assure/)?test_[a-z_]+)?(?:::(test_[a-z_0-9]+)(_…)?)?`")
THREATS: Final = ROOT / "docs" / "threat-model.md"
SHAPES: Final = (r"^#+ ", r"^- ", r"^\d\. ", r"^\|", r"^ {4}[a-zA-Z]+-?>>", r"^ {4}make ", r"\]\([^)]+\)")


def pages() -> list[tuple[Path, str]]:
    return [(path, path.read_text("utf-8")) for path in files() if path.suffix == ".md"]


def links_that_lead_nowhere(written: Iterable[tuple[Path, str]]) -> Iterator[str]:
    for path, text in written:
        for target in LINK.findall(text):
            if "://" not in target and not (path.parent / target).exists():
                yield f"{path.relative_to(ROOT)} points to {target}"


def names_of_no_test(page: str) -> Iterator[str]:
    last = ""
    for line in page.splitlines():
        for where, name, cut in NAMED.findall(line):
            if not (where or name):
                continue
            last = where or last
            found = list((ROOT / "tests").glob(f"{last}.py" if "/" in last else f"*/{last}.py"))
            start = f"def {name}" if cut else f"def {name}("
            if not any(not name or start in path.read_text("utf-8") for path in found):
                yield f"{last}::{name}"


def shape(page: str) -> dict[str, int]:
    return {part: len(re.findall(part, page, re.MULTILINE)) for part in SHAPES}


def test_every_link_leads_somewhere() -> None:
    expect_none(links_that_lead_nowhere(pages()))
    planted = [(ROOT / "README.md", "[here](docs/nowhere.md) and [there](README.md#status)")]
    assert list(links_that_lead_nowhere(planted)) == ["README.md points to docs/nowhere.md"]


def test_the_tests_that_the_threat_model_names_are_there() -> None:
    page = THREATS.read_text("utf-8")
    assert len(NAMED.findall(page)) > 20
    expect_none(names_of_no_test(page))
    assert list(names_of_no_test("`test_vault::test_nobody_…`, `test_valut`")) == [
        "test_vault::test_nobody",
        "test_valut::",
    ]


def test_both_front_pages_have_the_same_parts() -> None:
    english, korean = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.ko.md"))
    assert shape(english) == shape(korean)
    assert shape(english) != shape(korean + "\n## More\n")
