"""What every test has: how long properties are tried, and where the test database lies."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support import postgres

# Reproducible in the daily run; `make assure` searches further, each time elsewhere.
settings.register_profile("test", max_examples=100, deadline=None, derandomize=True)
settings.register_profile(
    "assure", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose how long properties are tried, unless the command line says."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("test")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file, as on a node, so that two connections can meet in it."""
    from django.db import connections

    kept = connections["default"].settings_dict
    if kept["ENGINE"].endswith("sqlite3"):
        kept["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    """Give a PostgreSQL of the test's own, which it may kill and start again."""
    with postgres.cluster() as running:
        yield running
