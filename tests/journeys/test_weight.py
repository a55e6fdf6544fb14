"""The first page weighs under 150 kB on the line, fonts aside: offices in the country have slow ones."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Nodes
from tests.support.browser import Desk, desk
from tests.support.journeying import NIGHT, OFFICER, SECRETARY, sign_in

MOST = 150_000


def weighed(sitting: Desk, path: str) -> dict[str, float]:
    """Give the bytes of every answer that a fresh visit of a page brings, by address, without fonts."""
    line = sitting.page.context.new_cdp_session(sitting.page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: dict[str, dict[str, Any]] = {}
    bytes_of: dict[str, float] = {}
    line.on("Network.responseReceived", lambda event: asked.update({event["requestId"]: event}))
    line.on(
        "Network.loadingFinished",
        lambda event: bytes_of.update({event["requestId"]: event["encodedDataLength"]}),
    )
    sitting.go(path)
    sitting.page.wait_for_load_state("networkidle")
    line.detach()
    return {
        event["response"]["url"]: bytes_of.get(key, 0)
        for key, event in asked.items()
        if event["type"] != "Font"
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_first_page_is_light(nodes: Nodes, browser: Browser, language: str) -> None:
    with desk(browser, nodes.front.address, language, "weight") as fresh:
        heavy = {"sign-in": weighed(fresh, "/sign-in/")}
        sign_in(fresh, OFFICER)
        heavy["first responder"] = weighed(fresh, "/")
    for node, handle in ((nodes.protection, NIGHT), (nodes.protection, SECRETARY)):
        with desk(browser, node.address, language, "weight") as fresh:
            sign_in(fresh, handle)
            heavy[handle] = weighed(fresh, "/")
    for page, parts in heavy.items():
        print(f"{language} {page}: {sum(parts.values()) / 1000:.1f} kB in {len(parts)} answers")  # noqa: T201  the size is what one reads here
        assert len(parts) > 3, "the style sheet and the scripts were not weighed"
        assert sum(parts.values()) < MOST, parts
