"""The command line of a node: `ieumgil --as WORKER ROOM VERB …`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from ieumgil.kernel.actor import Actor

ROOMS = (
    "ieumgil.ground.audit.commands",
    "ieumgil.ground.vault.commands",
    "ieumgil.ground.exchange.commands",
    "ieumgil.directory.commands",
    "ieumgil.agreements.commands",
    "ieumgil.casefile.commands",
    "ieumgil.consent.commands",
    "ieumgil.identification.commands",
    "ieumgil.referral.commands",
    "ieumgil.assistance.commands",
    "ieumgil.site.commands",
    "ieumgil.site.demo.commands",
)


class Session:
    """Who acts at this terminal; looked up anew for each command, so that a right that was taken back is gone."""

    def __init__(self, handle: str | None) -> None:
        """Keep the name that the worker signs in with."""
        self.handle = handle

    @property
    def actor(self) -> Actor:
        """Give the facts about the worker; raises UsageError if none was named."""
        from ieumgil.ground.accounts.queries import actor_for  # noqa: PLC0415  Django must be set up first

        if self.handle is None:
            raise click.UsageError("say who acts: ieumgil --as NAME …")
        return actor_for(self.handle)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--as", "handle", default=None, envvar="IEUMGIL_AS", help="The worker who acts.")
@click.pass_context
def ieumgil(context: click.Context, handle: str | None) -> None:
    """Ieumgil: a national referral mechanism. The node's folder is $IEUMGIL_HOME."""
    context.obj = Session(handle)


@ieumgil.result_callback()
def show(value: object, **_options: object) -> object:
    """Print what a command answers as JSON, unless it wrote text itself."""
    if isinstance(value, dict | list) and not _BATCH.running:
        click.echo(plain(value))
    return value


class _Batch:
    running = False


_BATCH = _Batch()


def plain(value: object) -> str:
    """Write an answer as JSON; ids, times and codes as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def set_up() -> None:
    """Set Django up and add every room's commands."""
    if sys.version_info < (3, 11):  # noqa: UP036  the message is for those who run it on an old Python
        sys.exit("Ieumgil needs Python 3.11 or newer")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieumgil.site.settings")
    import django  # noqa: PLC0415
    from django.utils.module_loading import import_string  # noqa: PLC0415

    django.setup()
    for room in ROOMS:
        for command in import_string(f"{room}.commands"):
            ieumgil.add_command(command)


def run(arguments: list[str]) -> Any:  # noqa: ANN401  whatever the command answers
    """Run one command in this process and give its answer; raises what it raises."""
    _BATCH.running = True
    try:
        return ieumgil.main(arguments, standalone_mode=False)
    finally:
        _BATCH.running = False


def main() -> None:
    """Run the command line; a refusal says its reason and exits with 1."""
    set_up()
    from ieumgil.site.words import told  # noqa: PLC0415

    if (
        os.environ.get("IEUMGIL_HOME")
        and not Path(os.environ["IEUMGIL_HOME"]).exists()
        and "init" not in sys.argv
    ):
        sys.exit(f"there is no node at {os.environ['IEUMGIL_HOME']}: make one with ieumgil init")
    from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError  # noqa: PLC0415

    try:
        ieumgil.main()
    except (AbsentError, DeniedError, StaleError) as refusal:
        sys.exit(f"{told(refusal)} ({refusal.code})")
