"""The commands of the exchange as somebody types them, at a moment of the test's own."""

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace

import time_machine
from click.testing import CliRunner, Result

from ieumgil.ground.exchange.commands import commands
from ieumgil.kernel.actor import Actor


def terminal(group: str, arguments: Iterable[str], actor: Actor, now: datetime) -> Result:
    """Type one command as a worker; gives what it answered, raised and wrote."""
    named = {command.name: command for command in commands}
    with time_machine.travel(now, tick=False):
        return CliRunner().invoke(
            named[group],
            list(arguments),
            obj=SimpleNamespace(actor=actor),
            standalone_mode=False,
        )
