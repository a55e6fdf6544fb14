"""A node at the terminal: make it, serve it, run its clock, run many commands in one process."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command

from ieumgil.agreements.queries import country
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts import queries as accounts_queries
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.site import clock
from ieumgil.site.checks import refuse_unsafe_node
from ieumgil.site.cli import plain, run
from ieumgil.site.first_run import link
from ieumgil.site.hosting import hosted_with_keys, secret_text
from ieumgil.site.start import start
from ieumgil.site.words import told

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
GUNICORN = """gunicorn ieumgil.site.wsgi:application --workers 1 --threads 4 --worker-class gthread
    --log-level warning --graceful-timeout 5"""


@click.group("node")
def node() -> None:
    """Make a node, host agencies on it, serve it."""


@node.command("init")
def init() -> None:
    """Make this node's folder, its secret and its database; what is there already stays as it is."""
    settings.IEUMGIL_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.IEUMGIL_HOME / "secret.key"
    if not path.exists():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    click.echo(f"node: {settings.IEUMGIL_HOME}")


@node.command("host")
@click.argument("slug", metavar="AGENCY")
@click.option("--address", required=True, help="The node's address, as other nodes reach it.")
@click.option("--passphrase-file", type=FILE, required=True, help="The vault's; the node holds it.")
@click.option(
    "--root-passphrase-file",
    type=FILE,
    required=True,
    help="The root key's: another one, that no node holds.",
)
@click.option(
    "--root-out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Keep this file away from the node.",
)
@click.option(
    "--card-out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="For the coordinator's roll.",
)
def host(
    *,
    slug: str,
    address: str,
    passphrase_file: Path,
    root_passphrase_file: Path,
    root_out: Path,
    card_out: Path,
) -> str:
    """Host an agency of this node's country: its vault, its keys and its card. Gives its id."""
    entry = _listed(slug)
    passphrase, root_passphrase = secret_text(passphrase_file), secret_text(root_passphrase_file)
    if root_passphrase in {"", passphrase}:
        raise click.UsageError(
            "the root key needs a passphrase of its own: whoever has the node has the vault's"
        )
    if root_out.exists():
        raise click.UsageError(f"{root_out} is there already")
    agency, _ = hosted_with_keys(
        entry,
        address=address,
        passphrase=passphrase,
        root_passphrase=root_passphrase,
        root_out=root_out,
        card_out=card_out,
    )
    _say_what_goes_away(root_out, root_passphrase_file)
    if accounts_queries.shares_a_node_badly():
        click.echo(
            "warning: a body of protection and a body of enforcement share this node; they should not",
            err=True,
        )
    return str(agency)


def _listed(slug: str) -> dict[str, str]:
    for one in country(settings.IEUMGIL_COUNTRY)["agencies"]:
        if one["slug"] == slug:
            return dict(one)
    raise click.UsageError(f"the country's profile lists no agency {slug!r}")


def _say_what_goes_away(root: Path, passphrase: Path) -> None:
    click.echo(
        f"take {root} and the passphrase in {passphrase} away from this node, and apart from each other:"
        " whoever has both is the agency",
        err=True,
    )


@node.command("invite")
@click.argument("slug", metavar="AGENCY")
@click.argument("handle")
@click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True
)
def invite(slug: str, handle: str, roles: tuple[str, ...]) -> str:
    """Invite a worker of a hosted agency."""
    agency = AgencyId(accounts_queries.hosted_agency(slug).pk)
    clock = accounts_queries.clock(agency)
    with attempt(clock, AuditAction.WORKER_INVITE, reason=" ".join(sorted(roles))) as entry:
        worker = accounts.invite_worker(
            agency=agency, handle=handle, display_name=handle, roles=map(Role, roles)
        )
        entry.subject = accounts_queries.ledger_handle(accounts_queries.actor_for(handle))
    return str(worker)


@node.command("link")
@click.argument("slug", metavar="AGENCY")
@click.argument("handle")
def link_(slug: str, handle: str) -> str:
    """Give a link with which a worker sets a password, once, within three days; the second factor stays."""
    agency = AgencyId(accounts_queries.hosted_agency(slug).pk)
    with attempt(accounts_queries.clock(agency), AuditAction.WORKER_INVITE, reason="new link") as entry:
        token = accounts.add_invitation(agency=agency, handle=handle, made_by=None)
        entry.subject = accounts_queries.ledger_handle(accounts_queries.actor_for(handle))
    return link(settings.IEUMGIL_ADDRESS, token)


@node.command("take-back-role")
@click.argument("slug", metavar="AGENCY")
@click.argument("handle")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def take_back_role(slug: str, handle: str, role: str) -> None:
    """Take a role back from a worker of a hosted agency; the worker's next command already lacks it."""
    agency = AgencyId(accounts_queries.hosted_agency(slug).pk)
    with attempt(
        accounts_queries.clock(agency), AuditAction.WORKER_ROLE, reason=f"taken back: {role}"
    ) as entry:
        accounts.take_back_role(agency=agency, handle=handle, role=Role(role))
        entry.subject = accounts_queries.ledger_handle(accounts_queries.actor_for(handle))


@node.command("serve")
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
def serve(bind: str) -> None:
    """Serve the node and run its clock, until stopped; refuses a database that may forget what was acknowledged."""
    refuse_unsafe_node(bind)
    web = [sys.executable, "-m", *GUNICORN.split(), "--bind", bind]
    clock = [sys.executable, "-m", "ieumgil.site", "node", "work"]
    children = [subprocess.Popen(command) for command in (web, clock)]  # noqa: S603  both command lines are ours
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)


@node.command("work")
@click.option("--once", is_flag=True, help="One round of everything, then stop.")
def work(*, once: bool) -> None:
    """Run the node's clock: deliver, ring, recall what lapsed, tell of what is overdue, erase what ran out."""
    start()
    if once:
        clock.round_of_all()
    else:
        clock.run()


@node.command("batch")
def batch() -> None:
    """Run commands given as JSON lists of words, a line each, in one process; answers with a JSON line each."""
    start()
    for line in sys.stdin:
        answer: dict[str, object]
        with contextlib.redirect_stdout(sys.stderr):
            try:
                answer = {"answer": run(json.loads(line))}
            except (AbsentError, DeniedError, StaleError, vault.LockedAgencyError) as refusal:
                answer = {"refused": refusal.code, "words": told(refusal)}
            except (ValueError, KeyError) as wrong:  # said of the input, never of the person
                answer = {"refused": getattr(wrong, "code", "wrong-input"), "words": type(wrong).__name__}
            except click.ClickException as wrong:
                answer = {"refused": "wrong-command", "words": wrong.format_message()}
        sys.stdout.write(plain(answer) + "\n")
        sys.stdout.flush()


commands = [node]
