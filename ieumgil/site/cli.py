"""The command line of a node: `ieumgil --as WORKER ROOM VERB …`."""

import json
import os
import sys
from pathlib import Path

import click
import django
from django.utils.module_loading import import_string

from ieumgil.ground.vault.rules import LockedAgencyError, WrongPassphraseError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.site.words import told

ROOMS = (
    "ieumgil.ground.audit.commands",
    "ieumgil.ground.vault.commands",
    "ieumgil.ground.exchange.commands",
    "ieumgil.ground.post.commands",
    "ieumgil.directory.commands",
    "ieumgil.agreements.commands",
    "ieumgil.casefile.commands",
    "ieumgil.consent.commands",
    "ieumgil.identification.commands",
    "ieumgil.referral.commands",
    "ieumgil.assistance.commands",
    "ieumgil.site.commands",
    "ieumgil.site.first_run",
    "ieumgil.site.demo.commands",
)
IN_A_BATCH = "in a batch"


class Session:
    """Who acts at this terminal; looked up anew for each command, so that a right that was taken back is gone."""

    def __init__(self, handle: str | None, *, prints: bool) -> None:
        """Keep the name that the worker signs in with, and whether answers are printed here."""
        self.handle, self.prints = handle, prints

    @property
    def actor(self) -> Actor:
        """Give the facts about the worker; raises UsageError if none was named."""
        from ieumgil.ground.accounts.queries import actor_for  # noqa: PLC0415  Django must be set up first

        if self.handle is None:
            raise click.UsageError("say who acts: ieumgil --as NAME …")
        actor = actor_for(self.handle)
        open_for_terminal(actor.agency)
        return actor


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--as", "handle", default=None, envvar="IEUMGIL_AS", help="The worker who acts.")
@click.pass_context
def ieumgil(context: click.Context, handle: str | None) -> None:
    """Ieumgil: a national referral mechanism. The node's folder is $IEUMGIL_HOME."""
    context.obj = Session(handle, prints=context.obj is not IN_A_BATCH)


@ieumgil.result_callback()
@click.pass_obj
def show(session: Session, /, value: object, **_options: object) -> object:
    """Print what a command answers: lists and objects as JSON, an id or a number as it is."""
    if session.prints and value is not None:
        click.echo(plain(value) if isinstance(value, dict | list | tuple) else value)
    return value


def open_for_terminal(agency: AgencyId) -> None:
    """Unlock an agency with the passphrase that this process was given, or that whoever sits here types."""
    from ieumgil.ground.vault import actions as vault  # noqa: PLC0415  Django must be set up first

    if vault.is_unlocked(agency) or vault.unlock_all().get(agency):
        return
    if sys.stdin.isatty():
        vault.unlock(agency, click.prompt("passphrase of the agency", hide_input=True, err=True))


def plain(value: object) -> str:
    """Write an answer as JSON; ids, times and codes as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def set_up() -> None:
    """Set Django up and add every room's commands."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieumgil.site.settings")
    django.setup()
    for room in ROOMS:
        for command in import_string(f"{room}.commands"):
            ieumgil.add_command(command)


def run(arguments: list[str]) -> object:
    """Run one command in this process and give its answer, unprinted; raises what it raises."""
    return ieumgil.main(arguments, standalone_mode=False, obj=IN_A_BATCH)


def main() -> None:
    """Run the command line; a refusal says its reason and exits with 1."""
    set_up()
    home = os.environ.get("IEUMGIL_HOME")
    if home and not Path(home).exists() and "init" not in sys.argv:
        sys.exit(f"there is no node at {home}: make one with ieumgil init")
    try:
        ieumgil.main()
    except (AbsentError, DeniedError, StaleError, LockedAgencyError, WrongPassphraseError) as refusal:
        sys.exit(f"{told(refusal)} ({refusal.code})")
