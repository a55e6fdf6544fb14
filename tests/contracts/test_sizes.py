"""The size ceilings: a reader holds a function, a file, a template in one look."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.source import PACKAGE, ROOT, Module, expect_none, planted, python_files

FUNCTION = 40
FILE = 300
TEST_FILE = 400
TEMPLATE = 120


def long_functions(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for function in module.functions():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION:
                yield f"{module.at(function)}: {function.name} has {lines} lines"


def long_files(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        ceiling = TEST_FILE if module.path.parts[0] == "tests" else FILE
        if module.lines > ceiling and "migrations" not in module.path.parts:
            yield f"{module.path} has {module.lines} lines"


def long_templates(templates: Iterable[Path]) -> Iterator[str]:
    for template in templates:
        lines = template.read_text(encoding="utf-8").count("\n")
        if lines > TEMPLATE:
            yield f"{template} has {lines} lines"


def everything() -> Iterator[Module]:
    return python_files(
        *(folder for folder in ("ieumgil", "tests", "tools", "bench") if (ROOT / folder).exists())
    )


def test_a_function_has_at_most_forty_lines() -> None:
    expect_none(long_functions(everything()))


def test_a_file_has_at_most_three_hundred_lines_and_a_test_file_four_hundred() -> None:
    expect_none(long_files(everything()))


def test_a_template_has_at_most_a_hundred_and_twenty_lines() -> None:
    expect_none(long_templates(PACKAGE.rglob("*.html")))


def test_what_is_too_long_is_found(tmp_path: Path) -> None:
    body = "    pass\n"
    just_right = planted("def rest():\n" + body * 39, "ieumgil/casefile/actions.py")
    too_long = planted("def drag():\n" + body * 40, "ieumgil/casefile/actions.py")
    assert not list(long_functions([just_right]))
    assert list(long_functions([too_long]))

    assert not list(long_files([planted("\n" * 300, "ieumgil/casefile/queries.py")]))
    assert list(long_files([planted("\n" * 301, "ieumgil/casefile/queries.py")]))
    assert not list(long_files([planted("\n" * 400, "tests/rooms/test_casefile.py")]))
    assert list(long_files([planted("\n" * 401, "tests/rooms/test_casefile.py")]))

    template = tmp_path / "page.html"
    template.write_text("<p>\n" * 121, encoding="utf-8")
    assert list(long_templates([template]))
