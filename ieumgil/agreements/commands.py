"""Agreements at the terminal: load one, suspend one, see what holds with a partner."""

import json
from pathlib import Path
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.agreements import actions, queries
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId


@click.group("agreement")
def agreement() -> None:
    """Information-sharing agreements as data."""


@agreement.command("load")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def load(acting: Acting, path: Path) -> str:
    """Load an agreement, or its next version, from a JSON file, for your agency or as its coordinator; gives its id."""
    try:
        body = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise click.UsageError(f"not JSON: {error}") from error
    return actions.load_agreement(acting.actor, body).id


@agreement.command("suspend")
@click.argument("agreement_id", metavar="AGREEMENT", type=click.UUID)
@click.pass_obj
def suspend(acting: Acting, agreement_id: UUID) -> None:
    """Suspend every version of an agreement for your agency from now on."""
    actions.suspend_agreement(acting.actor, agreement_id)


@agreement.command("with")
@click.argument("partner", type=click.UUID)
@click.pass_obj
def with_(acting: Acting, partner: UUID) -> list[dict[str, Json]]:
    """See what holds now between your agency and a partner; no purposes means all of the kind."""
    held = queries.bases_between(acting.actor.agency, AgencyId(partner), timezone.now())
    return [
        {
            "id": basis.id,
            "version": basis.version,
            "kind": basis.purpose_kind,
            "purposes": sorted(basis.purposes or ()),
        }
        for basis in held
    ]


commands = [agreement]
