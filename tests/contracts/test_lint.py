"""The tools of the house: ruff with every rule, its form, and strict types."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT, expect_none


def run(tool: str, *arguments: str, source: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", tool, *arguments]
    return subprocess.run(command, cwd=ROOT, input=source, check=False, capture_output=True, text=True)


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    said = (done.stdout + done.stderr).splitlines()
    return (said or [f"exit status {done.returncode}"]) if done.returncode else []


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        pytest.param(("check", "--output-format=concise"), "import os\n", id="rules"),
        pytest.param(("check", "--output-format=concise"), "import pickle\n\npickle.dumps\n", id="bans"),
        pytest.param(("format", "--check", "--output-format=concise"), "x = 'single'\n", id="form"),
    ],
)
def test_ruff_has_nothing_to_say(arguments: tuple[str, ...], fault: str) -> None:
    expect_none(complaints(run("ruff", *arguments)))
    assert complaints(run("ruff", *arguments, "--stdin-filename=ieumgil/planted.py", "-", source=fault))


def test_mypy_has_nothing_to_say_in_strict_mode(tmp_path: Path) -> None:
    expect_none(complaints(run("mypy")))
    fault = tmp_path / "planted.py"
    fault.write_text(
        "from ieumgil.journey import JOURNEY\n\nfirst: int = JOURNEY[0].name\n", encoding="utf-8"
    )
    planted = complaints(run("mypy", "--config-file=pyproject.toml", str(fault)))
    assert any("Incompatible types in assignment" in complaint for complaint in planted)
