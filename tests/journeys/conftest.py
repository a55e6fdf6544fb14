"""Two nodes of the invented country that serve, and a browser for whoever works at them."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from ieumgil.site.demo.nodes import DemoNode
from tests.support.browser import chromium, launched

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Nodes:
    """The nodes of the front line and of protection, as `make demo` founds them."""

    front: DemoNode
    protection: DemoNode


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let journeys come last: a browser under way brings a loop in which Django asks no database."""
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Found both nodes once for all journeys, and stop them at the end."""
    from ieumgil.site.demo.founding import found
    from ieumgil.site.demo.telling import Teller

    running: list[DemoNode] = []
    try:
        folder: Path = tmp_path_factory.mktemp("nodes")
        front, protection = found(folder, (_free(), _free()), "en", Teller("en"), running)
        yield Nodes(front, protection)
    finally:
        for node in running:
            node.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium once."""
    if not chromium():
        pytest.skip("no Chromium on this machine: tools/check_system.sh browser says what to do")
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
