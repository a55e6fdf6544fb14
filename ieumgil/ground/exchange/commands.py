"""The exchange at the terminal: cards, the roll, delivery over HTTP and as files."""

import json
from pathlib import Path
from typing import cast
from uuid import UUID

import click
from django.conf import settings
from django.utils import timezone

from ieumgil.ground.accounts.queries import hosted, hosted_agency
from ieumgil.ground.exchange import queries
from ieumgil.ground.exchange.actions import deliver, keys, roll
from ieumgil.ground.exchange.actions.alarm import settle_alarm
from ieumgil.ground.exchange.actions.receive import receive
from ieumgil.ground.exchange.actions.roots import read_root
from ieumgil.ground.exchange.cards import verify_card
from ieumgil.ground.exchange.forms import what_to_do
from ieumgil.ground.exchange.roll import read_signed_roll
from ieumgil.ground.exchange.voice import fingerprint
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NOT_THE_WORDS = "these are not the words of this roll: do not join, and call the coordinator"


@click.group("roll")
def roll_group() -> None:
    """The coordinator's signed list of cards: sign it, join it."""


@roll_group.command("sign")
@click.argument("cards", nargs=-1, type=FILE)
@click.option(
    "--revoke-key", multiple=True, help="Name (32 hex digits) of a key that must not be trusted any more."
)
@click.option(
    "--revoke-agency", multiple=True, help="Short name of an agency that has left or must be kept out."
)
@click.option(
    "--words", "compared", multiple=True, help="The twelve words of an agency's new root key, said by voice."
)
@click.option("--out", type=OUT, default=None)
@click.pass_obj
def sign(
    acting: Acting,
    *,
    cards: tuple[Path, ...],
    revoke_key: tuple[str, ...],
    revoke_agency: tuple[str, ...],
    compared: tuple[str, ...],
    out: Path | None,
) -> int:
    """Sign the first roll, or the next one with these cards; the next one goes to every agency by itself. Gives its version."""
    read = [json.loads(path.read_text("utf-8")) for path in cards]
    roots = _compared([verify_card(card).root for card in read], compared)
    if queries.has_roll():
        left = [queries.agency_by_slug(slug) for slug in revoke_agency]
        signed = roll.sign_next_roll(
            acting.actor,
            cards=read,
            revoke_keys=revoke_key,
            revoke_agencies=left,
            compared_roots=roots,
            now=timezone.now(),
        )
    else:
        signed = roll.sign_first_roll(acting.actor, cards=read, now=timezone.now())
    if out is not None:
        out.write_bytes(canonical(signed))
    return read_signed_roll(signed).version


@roll_group.command("words")
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--language", type=click.Choice(["en", "ko"]), default="en")
def words(path: Path, language: str) -> str:
    """Say the twelve words of the coordinator's root key in a roll, or of an agency's in its card, to compare by voice."""
    document = json.loads(path.read_text("utf-8"))
    return " ".join(fingerprint(_root_in(document), language))


@roll_group.command("join")
@click.argument("path", metavar="FILE", type=FILE)
@click.option(
    "--words",
    "compared",
    multiple=True,
    required=True,
    help="The twelve words as the coordinator said them, by voice; again for an agency with a new root key.",
)
def join(path: Path, compared: tuple[str, ...]) -> int:
    """Join a roll whose coordinator's words you have compared by voice, or take its next version. Gives its version."""
    signed = json.loads(path.read_text("utf-8"))
    root = _root_in(signed)
    roots = _compared([card.root for card in read_signed_roll(signed).cards.values()], compared)
    if root not in roots:
        raise click.ClickException(NOT_THE_WORDS)
    return roll.join_roll(signed, coordinator_root=root, compared_roots=roots, now=timezone.now()).version


@click.group("card")
def card() -> None:
    """An agency's card: renew its keys."""


@card.command("rotate")
@click.option("--root", type=FILE, required=True, help="The agency's root key file, from where it is kept.")
@click.option("--passphrase", prompt=True, hide_input=True)
@click.option("--node", required=True, help="The node's address.")
@click.option("--sign-too", is_flag=True, help="Renew the signing key as well.")
@click.option("--out", type=OUT, required=True)
@click.pass_obj
def rotate(acting: Acting, *, root: Path, passphrase: str, node: str, sign_too: bool, out: Path) -> int:
    """Renew the agency's keys and write its next card, for the coordinator to put on the roll. Gives the card's version."""
    secret = read_root(root, acting.actor.agency, passphrase, cheap=settings.IEUMGIL_KDF_PROFILE == "test")
    made = keys.rotate(acting.actor, root=secret, node=node, sign_too=sign_too, now=timezone.now())
    out.write_bytes(canonical(made))
    return verify_card(made).version


@click.group("exchange")
def exchange() -> None:
    """Deliver what waits, over HTTP or as files; see what was refused and why."""


@exchange.command("deliver")
def deliver_() -> dict[str, int]:
    """Try everything whose next try has come."""
    done = deliver.deliver_due(now=timezone.now())
    return {"settled": done.settled, "waiting": done.waiting}


@exchange.command("waiting")
def waiting() -> int:
    """Say how many bundles of this node nobody has signed for."""
    return sum(queries.waiting_about(AgencyId(agency.pk)).count() for agency in hosted())


@exchange.command("write-files")
@click.argument("slug", metavar="AGENCY")
@click.option("--to", "folder", type=FOLDER, required=True)
def write_files(slug: str, folder: Path) -> list[str]:
    """Write what waits as files, for a stick or an attachment: the same bytes that HTTP would carry."""
    agency = AgencyId(hosted_agency(slug).pk)
    return [str(path) for path in deliver.write_files(agency, folder=folder)]


@exchange.command("take-file")
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--receipt", type=OUT, default=None, help="Where the sealed receipt goes, to be carried back.")
@click.option("--language", type=click.Choice(["en", "ko"]), default="en")
def take_file(path: Path, receipt: Path | None, language: str) -> dict[str, str]:
    """Take a bundle that came as a file, with every check that HTTP has."""
    answer = receive(path.read_bytes(), now=timezone.now())
    if receipt is not None and answer.receipt:
        receipt.write_bytes(answer.receipt)
    told = what_to_do(answer.reason, language) if answer.reason else ""
    return {"status": str(answer.status), "reason": answer.reason, "what_to_do": told}


@exchange.command("alarms")
@click.pass_obj
def alarms(acting: Acting) -> list[dict[str, str]]:
    """List what people must look into."""
    return [
        {"id": str(row.pk), "code": row.code, "since": row.raised_at.isoformat()}
        for row in queries.open_alarms(acting.actor)
    ]


@exchange.command("settle")
@click.argument("alarm", metavar="ID", type=click.UUID)
@click.pass_obj
def settle(acting: Acting, alarm: UUID) -> None:
    """Note that people have looked into an alarm; the same one rises again if its cause comes back."""
    settle_alarm(acting.actor, alarm=alarm, now=timezone.now())


@exchange.command("agencies")
def agencies() -> list[dict[str, str]]:
    """List who is on the roll."""
    return [
        {
            "id": str(one.agency),
            "slug": one.slug,
            "en": one.name_en,
            "ko": one.name_ko,
            "class": one.agency_class,
        }
        for one in queries.roll().cards.values()
    ]


def _compared(roots: list[bytes], said: tuple[str, ...]) -> frozenset[bytes]:
    found = {" ".join(fingerprint(root, language)): root for root in roots for language in ("en", "ko")}
    heard = [" ".join(words.split()) for words in said]
    if not found.keys() >= set(heard):
        raise click.ClickException(NOT_THE_WORDS)
    return frozenset(found[words] for words in heard)


def _root_in(document: dict[str, Json]) -> bytes:
    if "card" in document:
        return verify_card(cast("Json", document)).root
    read = read_signed_roll(cast("Json", document))
    return read.cards[read.coordinator].root


commands = [roll_group, card, exchange]
