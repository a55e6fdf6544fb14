"""What is asked of the ledger at a terminal: verify it, write it out, write out what it holds of partners."""

import sys
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ieumgil.ground.accounts import queries as accounts
from ieumgil.ground.audit import queries
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.audit.verify import Finding, verify
from ieumgil.ground.audit.verify.copies import read_copies
from ieumgil.ground.audit.verify.line import LineError, public_key
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def ledger() -> None:
    """Verify and write out the ledgers of this node's agencies."""


@ledger.command("verify")
@click.argument("slugs", metavar="[AGENCY]...", nargs=-1)
@click.option("--key", "keys", multiple=True, help="Public log key from the agency's card (base64).")
@click.option("--held", "files", multiple=True, type=_FILE, help="File of checkpoints that a partner holds.")
def verify_ledgers(slugs: tuple[str, ...], keys: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Verify the ledgers of these agencies, or of all; exit status 1 if anything was found."""
    if (keys or files) and len(slugs) != 1:
        raise click.UsageError("--key and --held are about one agency: name it")
    held = _held(files)
    chosen = slugs or tuple(agency.slug for agency in accounts.hosted())
    sound = [_verify(slug, keys, held) for slug in chosen]
    if not all(sound):
        sys.exit(1)


@ledger.command("export")
@click.argument("slug", metavar="AGENCY")
@click.option(
    "--out", type=click.File("wb"), default="-", help="File to write to (default: standard output)."
)
def export_ledger(slug: str, out: BinaryIO) -> None:
    """Write out an agency's ledger for whoever verifies it elsewhere; this is itself recorded."""
    agency = _agency(slug)
    with attempt(accounts.clock(agency), AuditAction.LEDGER_EXPORT):
        pass
    out.writelines(queries.export(agency))


@ledger.command("size")
@click.argument("slug", metavar="AGENCY")
def size(slug: str) -> int:
    """Say how many entries an agency's ledger has."""
    return queries.head(_agency(slug))[0]


@ledger.command("held")
@click.argument("slug", metavar="AGENCY")
@click.option("--peer", type=click.UUID, help="Only the checkpoints of this partner.")
def write_held(slug: str, peer: UUID | None) -> None:
    """Write out the checkpoints of partners that an agency holds."""
    for line in queries.held(_agency(slug), peer):
        click.echo(line.decode(), nl=False)


def _verify(slug: str, keys: tuple[str, ...], held: list[str]) -> bool:
    agency = _agency(slug)
    findings: list[Finding] = verify(
        queries.export(agency), keys=[_key(key) for key in keys], held=[*held, *queries.held_of(agency)]
    )
    for finding in findings:
        click.echo(f"{slug}: {finding}")
    if not findings:
        click.echo(f"{slug}: sound, {queries.head(agency)[0]} entries")
    return not findings


def _agency(slug: str) -> AgencyId:
    try:
        return AgencyId(accounts.hosted_agency(slug).id)
    except AbsentError as error:
        raise click.UsageError(f"this node hosts no agency {slug!r}") from error


def _key(text: str) -> Ed25519PublicKey:
    try:
        return public_key(text)
    except LineError as error:
        raise click.UsageError(f"--key: {error}") from error


def _held(files: tuple[Path, ...]) -> list[str]:
    try:
        return [note for path in files for note in read_copies(path.read_text(encoding="utf-8"))]
    except LineError as error:
        raise click.UsageError(f"--held: {error}") from error


commands = [ledger]
