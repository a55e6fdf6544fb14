"""Read the source of the house as syntax trees, for the contracts that an import linter cannot say."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "ieumgil"
NOT_OURS: Final = {
    ".git",
    ".venv",
    ".demo",
    ".hypothesis",
    "__pycache__",
    "node_modules",
    "htmlcov",
    "build",
    "dist",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: where it lies in the repository, and its tree."""

    path: Path  # from the root of the repository
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        """Give the room's name: 'casefile', or 'ground.audit' for a room of the ground."""
        parts = self.path.with_suffix("").parts[1:]
        return ".".join(parts[:2]) if parts[0] == "ground" else parts[0]

    @property
    def kind(self) -> str:
        """Give which file of the room it is: 'rules', 'actions', 'web' …, also where that is a folder."""
        parts = self.path.with_suffix("").parts[1:]
        depth = 2 if parts[0] == "ground" else 1
        return parts[depth] if len(parts) > depth else ""

    def functions(self) -> Iterator[Function]:
        """Give every function and method, at any depth."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def public_functions(self) -> Iterator[Function]:
        """Give the functions other files may call."""
        return (
            node for node in self.tree.body if isinstance(node, Function) and not node.name.startswith("_")
        )

    def imported(self) -> Iterator[str]:
        """Give the full name of each module imported, and of each name taken out of one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[ast.Call]:
        """Give every call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Give where a node stands, as an editor takes it."""
        return f"{self.path}:{node.lineno}"


def planted(source: str, path: str) -> Module:
    """Give a module that does not exist, to see that a check finds the fault in it."""
    return Module(Path(path), ast.parse(source), source.count("\n"))


@cache
def modules() -> tuple[Module, ...]:
    """Give every module of the program but the migrations, which Django writes."""
    return tuple(module for module in python_files("ieumgil") if "migrations" not in module.path.parts)


def python_files(*folders: str) -> Iterator[Module]:
    """Give every Python file in these folders of the repository."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not NOT_OURS & set(path.parts):
                source = path.read_text(encoding="utf-8")
                yield Module(
                    path.relative_to(ROOT), ast.parse(source, filename=str(path)), source.count("\n")
                )


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Give every file of the repository that is ours, whatever its kind."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith("_cache"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def expect_none(faults: Iterable[str]) -> None:
    """Fail with one line for each fault, if there is any."""
    if found := list(faults):
        pytest.fail("\n".join(found), pytrace=False)


def name_of(node: ast.expr) -> str:
    """Give the dotted name an expression spells, or nothing: `datetime.now` of `datetime.now(UTC)`."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def parameters(function: Function) -> list[str]:
    """Give the names of a function's parameters in order."""
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
