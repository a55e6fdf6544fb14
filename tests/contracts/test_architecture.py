"""The architecture: import contracts, the journey, and relations between tables that only point down the arrow."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.db import models
from django.db.models.base import ModelBase

from ieumgil.journey import GROUND, JOURNEY
from tests.support.source import PACKAGE, ROOT, expect_none

ARROW, GROUND_ARROW, ROOM = "arrow", "ground", "room"
SHORTEST, LONGEST = 4, 14  # lines of a room's page: about ten
CONTRACTS: Final = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}


def height(contract: str) -> dict[str, tuple[int, str]]:
    """Give each layer's height in a contract, the lowest 0; rooms side by side share it and differ in name."""
    layers = enumerate(reversed(CONTRACTS[contract]["layers"]))
    return {name: (floor, name) for floor, layer in layers for name in layer.translate(NO_SIGNS).split()}


NO_SIGNS: Final = str.maketrans("()|:", "    ")


def place(model: type[models.Model]) -> tuple[int, str, int, str] | None:
    """Give where the room of a model stands on the arrow; nothing for Django's own tables."""
    package, _, rest = model.__module__.partition(".")
    room, _, ground_room = rest.partition(".")
    if package != "ieumgil":
        return None
    within = height(GROUND_ARROW)[ground_room.partition(".")[0]] if room == "ground" else (0, "")
    return (*height(ARROW)[room], *within)


def relations_up(tables: Iterable[type[models.Model]]) -> Iterator[str]:
    for table in tables:
        here = place(table)
        for field in table._meta.get_fields():
            other = field.related_model
            if field.auto_created or here is None or not isinstance(other, ModelBase):
                continue
            there = place(other)
            if there is not None and there != here and not is_below(there, here):
                yield f"{table._meta.label}.{field.name} points to {other._meta.label}"


def is_below(there: tuple[int, str, int, str], here: tuple[int, str, int, str]) -> bool:
    return there[0] < here[0] or (there[:2] == here[:2] and there[2] < here[2])


def folders(parent: Path) -> set[str]:
    return {path.parent.name for path in parent.glob("*/__init__.py")}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    # the package in `root` is read, not the one that is installed
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PYTHONPATH": str(root), "COLUMNS": "200"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    expect_none((done.stdout + done.stderr).splitlines() if done.returncode else ())


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        (
            "casefile/queries/__init__.py",
            "import ieumgil.referral.rules",
            "The arrow: a room asks only the rooms under it",
        ),
        (
            "directory/queries.py",
            "import ieumgil.agreements.rules",
            "The arrow: a room asks only the rooms under it",
        ),
        (
            "ground/audit/actions/__init__.py",
            "import ieumgil.ground.vault.rules",
            "The arrow within the ground",
        ),
        ("casefile/gate.py", "import ieumgil.casefile.actions", "Inside a room"),
        ("consent/rules/__init__.py", "import django.utils.timezone", "Rules are pure: no Django"),
        (
            "consent/rules/__init__.py",
            "import ieumgil.ground.audit.rules",
            "Rules are pure: they ask the kernel",
        ),
        (
            "casefile/actions/__init__.py",
            "import ieumgil.ground.access.web",
            "Actions do not know the browser",
        ),
        ("consent/queries.py", "import ieumgil.casefile.models", "Only casefile touches its tables"),
        ("kernel/ids.py", "import ieumgil.ground.words", "No cycles"),
    ],
)
def test_a_planted_import_breaks_its_contract(tmp_path: Path, path: str, line: str, broken: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "ieumgil", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    fault = tmp_path / "ieumgil" / path
    fault.write_text(f"{fault.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert any(said.startswith(broken) and said.endswith("BROKEN") for said in done.stdout.splitlines()), (
        done.stdout
    )


def test_the_journey_lists_the_rooms_in_the_order_of_the_arrow() -> None:
    for journey, folder, arrow in ((JOURNEY, PACKAGE, ARROW), (GROUND, PACKAGE / "ground", GROUND_ARROW)):
        names = [room.name for room in journey]
        assert set(names) == folders(folder)
        assert len(names) == len(set(names))
        heights = [height(arrow)[name][0] for name in names]
        assert heights == sorted(heights)
        assert all(room.line and "\n" not in room.line for room in journey)


def test_every_room_has_a_page_of_about_ten_lines() -> None:
    rooms = [PACKAGE / room.name for room in JOURNEY if room.name != "ground"]
    rooms += [PACKAGE / "ground" / room.name for room in GROUND]
    pages = {room: room / "README.md" for room in rooms}
    expect_none(f"{room} has no page" for room, page in pages.items() if not page.exists())
    lines = {str(room): len(page.read_text(encoding="utf-8").splitlines()) for room, page in pages.items()}
    assert not {room: count for room, count in lines.items() if not SHORTEST <= count <= LONGEST}


def test_every_room_is_under_the_contracts_that_name_rooms() -> None:
    not_of_the_way = {"kernel", "ground", "site", "shell"}
    assert set(CONTRACTS[ROOM]["containers"]) == {
        f"ieumgil.{room.name}" for room in JOURNEY if room.name not in not_of_the_way
    }
    with_tables = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for pattern in ("**/models.py", "**/models/__init__.py")
        for path in PACKAGE.glob(pattern)
    }
    guarded = {name for contract in CONTRACTS.values() for name in contract.get("protected_modules", ())}
    assert guarded == with_tables


def test_a_relation_between_tables_points_only_down_the_arrow() -> None:
    expect_none(relations_up(apps.get_models(include_auto_created=True)))


def test_a_relation_up_the_arrow_is_found() -> None:
    agency, case = apps.get_model("accounts", "Agency"), apps.get_model("casefile", "Case")

    def planted(module: str, target: type[models.Model]) -> type[models.Model]:
        class Planted(models.Model):
            up = models.ForeignKey(target, on_delete=models.PROTECT, related_name="+")

            class Meta:
                app_label = "planted"
                managed = False

            def __str__(self) -> str:
                return "planted"

        Planted.__module__ = module
        apps.all_models.pop("planted", None)
        apps.clear_cache()
        return Planted

    assert list(relations_up([planted("ieumgil.ground.audit.models", case)]))
    assert list(relations_up([planted("ieumgil.directory.models", case)]))
    assert list(relations_up([planted("ieumgil.ground.words.models", agency)]))
    assert not list(relations_up([planted("ieumgil.consent.models", case)]))
    assert not list(relations_up([planted("ieumgil.ground.audit.models", agency)]))
