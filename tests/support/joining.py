"""A worker who joins by a link, with a password and a device of their own; and a session that is older than it was."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from ieumgil.site.demo.nodes import DemoNode
from tests.support.browser import Desk
from tests.support.journeying import fill, press
from tests.support.signing_in import PASSWORD, Device

AGE: Final = """
import sys, django
django.setup()
from django.contrib.sessions.backends.db import SessionStore
session = SessionStore(sys.argv[1])
session["seen"] -= float(sys.argv[2])
session.save()
"""


@dataclass(frozen=True)
class Joined:
    """A worker who can sign in for real."""

    handle: str
    device: Device


def link_for(node: DemoNode, agency: str, handle: str, *roles: str) -> str:
    """Invite a worker, and give the link that is good once."""
    node.do(None, "node", "invite", agency, handle, *(part for role in roles for part in ("--role", role)))
    return str(node.do(None, "node", "link", agency, handle))


def join(sitting: Desk, link: str, handle: str) -> Joined:
    """Follow the link: choose a password, set up a device, see the recovery codes once."""
    page = sitting.page
    page.goto(link)
    sitting.stop("welcome")
    fill(page, {"password1": PASSWORD, "password2": PASSWORD})
    press(page)
    sitting.stop("device")
    device = Device("".join(page.locator("main code").first.inner_text().split()))
    fill(page, {"code": device.code()})
    press(page)
    assert page.locator("main .house-codes code").count() > 5
    sitting.stop("recovery-codes")
    return Joined(handle, device)


def sign_out(sitting: Desk) -> str:
    """Press the button in the head; gives what the browser is told to forget."""
    page = sitting.page
    with page.expect_response(lambda answer: answer.request.method == "POST") as told:
        page.locator('header form[action*="sign-out"] button').click()
    page.wait_for_url("**/sign-in/**")
    return told.value.header_value("clear-site-data") or ""


def sign_in_for_real(sitting: Desk, who: Joined) -> None:
    """Give name and password, then a code, on the page that asks for them."""
    fill(sitting.page, {"login": who.handle, "password": PASSWORD})
    press(sitting.page)
    sitting.stop("code")
    fill(sitting.page, {"code": who.device.code()})
    press(sitting.page)


def age_session(node: DemoNode, sitting: Desk, *, minutes: int) -> None:
    """Make the session of this browser look as if nobody had touched it for so long."""
    (key,) = [
        one["value"] for one in sitting.page.context.cookies() if str(one.get("name")).startswith("session")
    ]
    subprocess.run(
        [sys.executable, "-c", AGE, key, str(minutes * 60)], check=True,
        env=node.environment() | {"DJANGO_SETTINGS_MODULE": "ieumgil.site.settings"},
    )  # fmt: skip
