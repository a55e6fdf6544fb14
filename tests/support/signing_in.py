"""Sign in as a worker does: a password, then a code of a device; both invented."""

import time
from dataclasses import dataclass, field

from django.test import Client

from ieumgil.kernel.actor import Actor

PASSWORD = "seven paper boats drift home"


@dataclass
class Device:
    """An authenticator: it shows codes for a secret; each code is asked for once."""

    secret: str
    shown: set[str] = field(default_factory=set)

    def code(self) -> str:
        """Give a code that is good now and was not given before, of this half minute or a neighbouring one."""
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        now = int(time.time()) // 30
        for step in (now, now + 1, now - 1):
            code = str(format_hotp_value(hotp_value(self.secret, step)))
            if code not in self.shown:
                self.shown.add(code)
                return code
        raise RuntimeError("three codes were asked for within half a minute")


def with_password(handle: str, password: str = PASSWORD) -> None:
    """Give a worker this password."""
    from ieumgil.ground.accounts import actions
    from ieumgil.ground.accounts.queries import known

    worker = known(handle)
    assert worker is not None
    actions.set_password(agency=worker.agency, handle=handle, password=password)


def with_device(handle: str) -> Device:
    """Give a worker a device, as after enrolment, with codes for paper."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth import get_user_model

    worker = get_user_model().objects.get(handle=handle)
    secret = generate_totp_secret()
    TOTP.activate(worker, secret)
    RecoveryCodes.activate(worker)
    return Device(secret)


def give_password(client: Client, handle: str, password: str = PASSWORD) -> int:
    """Post handle and password; gives the status: 302 goes on, 200 says why not."""
    return client.post("/sign-in/", {"login": handle, "password": password}).status_code


def give_code(client: Client, code: str) -> int:
    """Post a code; gives the status as above."""
    return client.post("/sign-in/code/", {"code": code}).status_code


def sign_in(handle: str, device: Device) -> Client:
    """Give a client in which the worker signed in with both."""
    client = Client()
    assert give_password(client, handle) == 302
    assert give_code(client, device.code()) == 302
    return client


def is_in(client: Client) -> bool:
    """Say whether a page of somebody signed in opens."""
    return client.get("/account/").status_code == 200


def entries_of(actor: Actor, action: str) -> list[str]:
    """Give the decisions of an agency's ledger entries of one action, in their order."""
    from ieumgil.ground.audit.queries import entries
    from ieumgil.ground.audit.rules import AuditAction

    return [one.decision for one in entries(actor, limit=1000, action=AuditAction(action))]
