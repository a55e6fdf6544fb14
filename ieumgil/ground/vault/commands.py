"""The vault on the command line: are the agencies open, back up, restore, how does it stand."""

import sqlite3
import subprocess
from pathlib import Path

import click

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.vault import actions, queries
from ieumgil.ground.vault.rules import TamperedError
from ieumgil.kernel.ids import AgencyId

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def vault() -> None:
    """Keys of cases and packets: open, back up, restore."""


@vault.command("unlock-check")
def unlock_check() -> None:
    """Try the passphrases that the service was given; exit 1 if an agency stays locked."""
    opened = actions.unlock_all()
    for agency in accounts.hosted():
        click.echo(f"{agency.slug}: {'open' if opened[AgencyId(agency.id)] else 'locked'}")
    if not all(opened.values()):
        raise SystemExit(1)


@vault.command("backup")
@click.argument("folder", type=FOLDER)
@click.option(
    "--keys", "keys_folder", type=FOLDER, help="Where the keys go; default FOLDER/keys. Kept 30 days at most."
)
def back_up(folder: Path, keys_folder: Path | None) -> None:
    """Copy the database without keys into FOLDER, and the keys apart."""
    made = actions.backup(folder, keys_folder=keys_folder)
    click.echo(
        f"data: {made.data}\nkeys: {made.keys} (30 days at most; key files of agencies are in neither)"
    )


@vault.command("restore")
@click.argument("data", type=FILE)
@click.option(
    "--keys", type=FILE, help="The copy of the keys; without it nothing that is sealed can be read."
)
@click.option(
    "--tombstones", "copies", type=FILE, multiple=True, help="A copy of tombstones.jsonl kept elsewhere."
)
@click.confirmation_option(prompt="The node must be stopped. Replace its database with this copy?")
def bring_back(data: Path, keys: Path | None, copies: tuple[Path, ...]) -> None:
    """Replace the node's database with DATA; what was destroyed since stays destroyed."""
    try:
        returned = actions.restore(data, keys, tombstone_copies=copies)
    except (TamperedError, sqlite3.Error, subprocess.CalledProcessError) as error:
        raise click.ClickException("a file is damaged; do not serve until somebody has looked") from error
    click.echo(f"restored; {returned} keys came back, destroyed ones did not")


@vault.command("status")
def tell_status() -> None:
    """Say for each agency whether its key file is there and opens, how many keys live and were destroyed."""
    actions.unlock_all()
    for one in queries.status():
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(one.keys.items())) or "none"
        file = "key file" if one.has_key_file else "no key file"
        state = "open" if one.is_open else "locked"
        click.echo(f"{one.slug}: {file}, {state}; keys: {kinds}; destroyed: {one.destroyed}")


commands = [vault]
