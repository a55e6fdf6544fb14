"""A node for real: make it with few questions, back it up with keys apart, bring it back, take it to a new version."""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext as _

from ieumgil.agreements.queries import country
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts import queries as accounts_queries
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.cards import verify_card
from ieumgil.ground.exchange.voice import fingerprint
from ieumgil.ground.joining.actions.ending import end_everything
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.site.checks import refuse_unsafe_node
from ieumgil.site.hosting import hosted_with_keys, secret_text

LANGUAGE = click.Choice(["ko", "en"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on paper
FIRST_ROLES = (Role.SUPERVISOR, Role.KEY_OFFICER)
COORDINATES = "coordination"


@dataclass(frozen=True)
class Wish:
    """What the questions of a first run were answered with."""

    country: str
    agency: str
    language: str
    time_zone: str
    address: str
    handle: str
    root_out: Path
    card_out: Path
    passphrase: str
    root_passphrase: str


@click.command("init")
@click.option(
    "--language", type=LANGUAGE, default=None, help="The language of questions and of the first pages."
)
@click.option("--country", "country_code", default=None, help="The country's profile.")
@click.option("--agency", default=None, help="The agency's short name in the profile.")
@click.option("--time-zone", default=None, help="Such as Asia/Seoul.")
@click.option("--address", default=None, help="How browsers and other nodes reach this one.")
@click.option("--handle", default=None, help="Sign-in name of the first account.")
@click.option(
    "--root-out", type=NEW_FILE, default=None, help="Where the root key goes: a stick that you take away."
)
@click.option("--card-out", type=NEW_FILE, default=None, help="Where the card goes, for the coordinator.")
@click.option(
    "--passphrase-file", type=FILE, default=None, help="The vault's passphrase; one is made without it."
)
@click.option(
    "--root-passphrase-file", type=FILE, default=None, help="The root key's; one is made without it."
)
def init(language: str | None, **said: Any) -> None:  # noqa: ANN401  what click read
    """Make a node that is ready to sign in to: a few questions, keys, database, the first account."""
    home = settings.IEUMGIL_HOME
    if (home / "node.env").exists():
        raise click.ClickException(f"there is a node at {home} already: nothing was changed")
    chosen = language or click.prompt("language / 언어", type=LANGUAGE, default="ko")
    with translation.override(chosen):
        wish = _asked(chosen, said)
        _write_new(home, "secret.key", secrets.token_urlsafe(48))
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        agency, card = hosted_with_keys(
            _listed(wish.country, wish.agency),
            address=wish.address,
            passphrase=wish.passphrase,
            root_passphrase=wish.root_passphrase,
            root_out=wish.root_out,
            card_out=wish.card_out,
        )
        token = _first_account(agency, wish)
        _write_new(home, "node.env", _environment(wish))  # last: it says that the node is whole
        words = " ".join(fingerprint(verify_card(card).root, chosen))
        _say_what_to_keep(wish, words, said)
        click.echo(_("First account: open this link within three days.") + f"\n  {link(wish.address, token)}")


def link(address: str, token: str) -> str:
    """Give the address of a link that is good once."""
    return f"{address.rstrip('/')}/welcome/{token}/"


def _asked(language: str, said: dict[str, Any]) -> Wish:
    code = said["country_code"] or click.prompt(_("Country's profile"), default=settings.IEUMGIL_COUNTRY)
    agency = said["agency"] or _prompt(_("Your agency"), [one["slug"] for one in _agencies(code)])
    _listed(code, agency)
    zone = said["time_zone"] or click.prompt(_("Time zone"), default="Asia/Seoul")
    address = said["address"] or click.prompt(_("Address of this node"), default="http://127.0.0.1:8000")
    if zone not in available_timezones():
        raise click.ClickException(_("There is no time zone of this name. Nothing was made."))
    _check_address(address)
    handle = said["handle"] or click.prompt(_("Sign-in name of the first account"))
    root = said["root_out"] or Path(click.prompt(_("File for the root key, on a stick to take away")))
    card = said["card_out"] or Path(f"{agency}.card.json")
    _check_place(root)
    _check_place(card)
    passphrases = [
        secret_text(path) if path else _new_passphrase()
        for path in (said["passphrase_file"], said["root_passphrase_file"])
    ]
    if len(set(passphrases)) == 1:
        raise click.ClickException(_("The root key needs a passphrase of its own. Nothing was made."))
    return Wish(code, agency, language, zone, address.rstrip("/"), handle, root, card, *passphrases)


def _check_place(file: Path) -> None:
    if file.exists() or not os.access(file.resolve().parent, os.W_OK):
        raise click.ClickException(
            _("%(file)s is there already, or cannot be written. Nothing was made.") % {"file": file}
        )


def _prompt(question: str, among: list[str]) -> str:
    return str(click.prompt(question, type=click.Choice(among)))


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise click.ClickException(
            _("The address begins with https, unless it is this machine. Nothing was made.")
        )


def _agencies(code: str) -> list[dict[str, str]]:
    try:
        return list(country(code)["agencies"])
    except AbsentError as absent:
        raise click.ClickException(_("There is no profile of this country. Nothing was made.")) from absent


def _listed(code: str, slug: str) -> dict[str, str]:
    for one in _agencies(code):
        if one["slug"] == slug:
            return dict(one)
    raise click.ClickException(_("The country's profile lists no such agency. Nothing was made."))


def _new_passphrase() -> str:
    """Give five groups of five letters, 123 random bits, that can be written down and typed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(5))


def _write_new(home: Path, name: str, text: str) -> None:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / name).exists():
        descriptor = os.open(home / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)


def _environment(wish: Wish) -> str:
    host = urlsplit(wish.address).hostname
    proxies = 1 if wish.address.startswith("https") else 0
    values = {
        "IEUMGIL_COUNTRY": wish.country,
        "IEUMGIL_LANGUAGE": wish.language,
        "IEUMGIL_TIME_ZONE": wish.time_zone,
        "IEUMGIL_ADDRESS": wish.address,
        "IEUMGIL_HOSTS": ",".join(dict.fromkeys((str(host), "127.0.0.1", "localhost"))),
        "IEUMGIL_PROXIES": str(proxies),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _first_account(agency: AgencyId, wish: Wish) -> str:
    coordinates = _listed(wish.country, wish.agency)["class"] == COORDINATES
    roles = (*FIRST_ROLES, Role.COORDINATOR) if coordinates else FIRST_ROLES
    with attempt(accounts_queries.clock(agency), AuditAction.WORKER_INVITE, reason="first account") as entry:
        accounts.invite_worker(agency=agency, handle=wish.handle, display_name=wish.handle, roles=roles)
        entry.subject = accounts_queries.ledger_handle(accounts_queries.actor_for(wish.handle))
        return accounts.add_invitation(agency=agency, handle=wish.handle, made_by=None)


def _say_what_to_keep(wish: Wish, words: str, said: dict[str, Any]) -> None:
    home = settings.IEUMGIL_HOME
    click.echo(_("The node is made. Keep on paper, each apart from the other and from this machine:"))
    if not said["passphrase_file"]:
        click.echo("  1. " + _("Passphrase of the agency, for every start:") + f" {wish.passphrase}")
    if not said["root_passphrase_file"]:
        click.echo("  2. " + _("Passphrase of the root key, for renewing keys:") + f" {wish.root_passphrase}")
    click.echo("  3. " + _("Words of your root key, to say to the coordinator:") + f" {words}")
    click.echo(_("Take away from this machine:") + f"\n  {wish.root_out.resolve()}")
    click.echo(_("Copy once to a stick that stays in a safe; without it a backup opens nothing:"))
    click.echo(f"  {home / 'keys'}")
    click.echo(_("Give to the coordinator, and join the roll once you have compared words:"))
    click.echo(f"  {wish.card_out.resolve()}")


@click.command("backup")
@click.argument("out", type=FOLDER)
@click.option(
    "--keys", "keys_folder", type=FOLDER, required=True, help="Another disk than OUT; kept 30 days at most."
)
def backup(out: Path, keys_folder: Path) -> None:
    """Copy the data into OUT, and apart from them the keys, with the node's secret; each opens nothing alone."""
    with translation.override(settings.LANGUAGE_CODE):
        if out.resolve() in (keys_folder.resolve(), *keys_folder.resolve().parents):
            raise click.ClickException(_("The keys must lie apart from the data. Nothing was copied."))
        made = vault.backup(out, keys_folder=keys_folder)
        target = keys_folder / "secret.key"
        shutil.copyfile(settings.IEUMGIL_HOME / "secret.key", target)
        target.chmod(0o600)
        click.echo(_("Data:") + f" {made.data}\n" + _("Keys:") + f" {made.keys}")
        click.echo(
            _("In neither: the key files of the agencies, and their passphrases. They are in your safe.")
        )


@click.command("restore")
@click.argument("data", type=FILE)
@click.option(
    "--keys", type=FILE, default=None, help="The keys of the same time; without them nothing sealed opens."
)
@click.option(
    "--tombstones", "copies", type=FILE, multiple=True, help="A copy of tombstones.jsonl kept elsewhere."
)
@click.option("--yes", is_flag=True, help="The node is stopped, and its database may be replaced.")
def restore(data: Path, keys: Path | None, copies: tuple[Path, ...], *, yes: bool) -> None:
    """Bring the copy DATA back; what was destroyed since stays destroyed, sessions and open links end."""
    with translation.override(settings.LANGUAGE_CODE):
        if not yes:
            click.confirm(_("The node must be stopped. Replace its database with this copy?"), abort=True)
        secret = settings.IEUMGIL_HOME / "secret.key"
        if keys is not None and not secret.exists() and (keys.parent / "secret.key").exists():
            shutil.copyfile(keys.parent / "secret.key", secret)
            secret.chmod(0o600)
        returned = vault.restore(data, keys, tombstone_copies=copies)
        call_command("createcachetable", verbosity=0)
        end_everything()
        accounts.end_invitations()
        click.echo(_("Brought back. Keys that came back: %(n)s. Everybody signs in again.") % {"n": returned})


@click.command("upgrade")
def upgrade() -> None:
    """Take the stopped node's database to this version, check it, and let nothing that was destroyed come back."""
    with translation.override(settings.LANGUAGE_CODE):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        refuse_unsafe_node()
        vault.replay_tombstones()
        vault.finish_erasures()
        click.echo(_("This node is at the version of its program. Start it."))


commands = [init, backup, restore, upgrade]
