"""Give each test process a node folder and a database of its own, before Django reads its settings.

`IEUMGIL_TEST_ENGINE` says which engine: sqlite (the default) runs every test, postgresql those of the rooms.
`make test` runs one process of each side by side, so that one closing line counts both.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.support import postgres

ENGINE: Final = "IEUMGIL_TEST_ENGINE"
CLUSTER: Final = "IEUMGIL_TEST_CLUSTER"
SKIP: Final = "IEUMGIL_SKIP_POSTGRES"
ON_BOTH: Final = ("tests/rooms", "tests/contracts/test_migrations.py")
NOT_RUN: Final = f"PostgreSQL: not run ({SKIP}=1); the promises are shown on SQLite only"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Set the node's folder and database; start PostgreSQL once for all processes, and stop it at the end."""
    home = Path(tempfile.mkdtemp(prefix="ieumgil-tests-"))
    early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["IEUMGIL_HOME"] = str(home)
    os.environ["IEUMGIL_DATABASE_URL"] = f"sqlite:///{home / 'node.sqlite3'}"
    (home / "secret.key").write_text("a secret for tests only", encoding="ascii")
    if _is_asked_for(early_config) and CLUSTER not in os.environ:
        _start_cluster(early_config)
    if os.environ.get(ENGINE) == "postgresql":
        os.environ["IEUMGIL_DATABASE_URL"] = os.environ[CLUSTER]
    return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the SQLite process what needs no second engine."""
    if os.environ.get(ENGINE) != "postgresql":
        return
    shared = [config.rootpath / path for path in ON_BOTH]
    kept = [item for item in items if any(item.path.is_relative_to(path) for path in shared)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests passed on which engine, and loudly when one was left out."""
    here = os.environ.get(ENGINE, "sqlite")
    workers = (getattr(report, "worker_id", here) for report in terminalreporter.stats.get("passed", []))
    passed = Counter(worker if worker == "postgresql" else here for worker in workers)
    terminalreporter.write_line(", ".join(f"{engine}: {count} passed" for engine, count in passed.items()))
    if os.environ.get(SKIP) == "1":
        terminalreporter.write_line(NOT_RUN, red=True)


def _is_asked_for(config: pytest.Config) -> bool:
    workers: list[str] = config.known_args_namespace.tx
    return os.environ.get(ENGINE) == "postgresql" or any(f"{ENGINE}=postgresql" in spec for spec in workers)


def _start_cluster(config: pytest.Config) -> None:
    until_the_end = ExitStack()
    config.add_cleanup(until_the_end.close)
    try:
        running = until_the_end.enter_context(postgres.cluster())
    except postgres.PostgresMissingError as error:
        raise pytest.UsageError(f"{error}; `make test` installs it or says how") from error
    os.environ[CLUSTER] = running.address("ieumgil")
