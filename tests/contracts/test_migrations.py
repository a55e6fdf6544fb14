"""Migrations: none missing, none forked, each named for its change, none that breaks a node that still runs."""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements, get_sql_analyser_class
from pytest_django import DjangoDbBlocker

from tests.support.source import ROOT

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("ieumgil.")]
NAMED = re.compile(r"\d{4}_(?!initial$|auto_|merge_)[a-z][a-z0-9_]+")
MUST_BE_REVERSIBLE = ["RUNPYTHON_REVERSIBLE", "RUNSQL_REVERSIBLE"]


def unnamed(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not NAMED.fullmatch(name))


def linter() -> MigrationLinter:
    return MigrationLinter(
        str(ROOT),
        include_apps=OURS,
        no_cache=True,
        warnings_as_errors_tests=MUST_BE_REVERSIBLE,
        ignore_initial_migrations=True,  # before it no node runs that it could break
    )


def test_a_migration_is_named_for_its_change() -> None:
    ours = [key for key in MigrationLoader(None).disk_migrations if key[0] in OURS]
    assert ours
    assert not list(unnamed(name for _, name in ours))
    assert len(list(unnamed(["0001_initial", "0002_auto_20261101", "0003_merge_0002", "x"]))) == 4


def test_the_migrations_of_a_room_stand_in_one_row() -> None:
    loader = MigrationLoader(None)
    assert not loader.detect_conflicts()
    planted = ("accounts", "0099_planted")
    loader.graph.add_node(planted, migrations.Migration("0099_planted", "accounts"))
    assert loader.detect_conflicts()


@pytest.mark.django_db
def test_no_table_has_drifted_from_its_migrations() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    loader = MigrationLoader(connection)
    drifted = ProjectState.from_apps(apps)
    drifted.add_model(ModelState("accounts", "Planted", [("id", models.AutoField(primary_key=True))]))
    assert MigrationAutodetector(loader.project_state(), drifted).changes(graph=loader.graph)


def test_no_migration_breaks_a_node_that_still_runs(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():  # no transaction: SQLite shows no change of schema within one
        run = linter()
        run.lint_all_migrations()
    assert run.nb_total > 0
    assert not run.has_errors


@pytest.mark.django_db
def test_a_column_dropped_and_a_change_without_a_way_back_are_found() -> None:
    analyser = get_sql_analyser_class(connection.vendor)
    errors, _, _ = analyse_sql_statements(analyser, ['ALTER TABLE "casefile_case" DROP COLUMN "stage"'])
    assert [error.code for error in errors] == ["DROP_COLUMN"]

    class Planted(migrations.Migration):
        operations: ClassVar[list[Operation]] = [migrations.RunPython(migrations.RunPython.noop)]

    _, _, warned = linter().analyse_data_migration(Planted("0099_planted", "accounts"))
    assert [warning.code for warning in warned] == ["RUNPYTHON_REVERSIBLE"]
