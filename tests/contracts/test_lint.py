"""The tools of the house: ruff with every rule, its form, and strict types."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT


def run(tool: str, *arguments: str, source: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", tool, *arguments]
    return subprocess.run(command, cwd=ROOT, input=source, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("ruff", "check"), "import os\n"),
        (("ruff", "check"), "import pickle\n\nprint(pickle.dumps)\n"),
        (("ruff", "format", "--check"), "x = 'single'\n"),
    ],
)
def test_ruff_has_nothing_to_say(arguments: tuple[str, ...], fault: str) -> None:
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    planted = run(*arguments, "--stdin-filename=ieumgil/planted.py", "-", source=fault)
    assert planted.returncode == 1, planted.stdout + planted.stderr


def test_mypy_has_nothing_to_say_in_strict_mode(tmp_path: Path) -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout + done.stderr
    fault = tmp_path / "planted.py"
    fault.write_text(
        "from ieumgil.journey import JOURNEY\n\nfirst: int = JOURNEY[0].name\n", encoding="utf-8"
    )
    planted = run("mypy", "--config-file=pyproject.toml", str(fault))
    assert planted.returncode == 1
    assert "Incompatible types in assignment" in planted.stdout
