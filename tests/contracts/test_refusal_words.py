"""Every reason for which something is refused has words in Korean and English: a worker is never left with a code."""

import ast
from pathlib import Path

from ieumgil.ground.exchange.cards import CardFault
from ieumgil.ground.exchange.forms import _texts
from ieumgil.ground.exchange.rules import RefusalReason
from ieumgil.ground.words.queries import words

SOURCE = Path(__file__).parents[2] / "ieumgil"
REFUSING = {"Deny", "DeniedError"}


def codes_in(text: str) -> set[str]:
    """Give the codes that a source text refuses with, and those that its error classes carry as `code`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSING and node.args:
            found |= _texts_in(node.args[0])
        elif isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            for item in node.body:
                if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "code":
                    found |= _texts_in(item.value)
    return found


def _texts_in(node: ast.AST) -> set[str]:
    return {c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)}


def without_words(codes: set[str]) -> set[str]:
    """Give the codes that have no words, neither of the house nor of the wire."""
    told = {code.removeprefix("refused.") for code in words()} | set(_texts())
    return codes - told


def test_every_reason_of_a_refusal_has_words() -> None:
    codes = {code for path in SOURCE.rglob("*.py") for code in codes_in(path.read_text("utf-8"))}
    codes |= {reason.value for reason in RefusalReason} | {fault.value for fault in CardFault}
    assert not without_words(codes)


def test_a_reason_without_words_would_be_found() -> None:
    planted = 'def f():\n    raise DeniedError("planted-reason")\n'
    assert without_words(codes_in(planted)) == {"planted-reason"}


def test_every_word_is_in_both_languages() -> None:
    assert not [code for code, entry in words().items() if not (entry.get("ko") and entry.get("en"))]
