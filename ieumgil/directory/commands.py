"""The directory at the terminal: see your services, confirm free places."""

import click

from ieumgil.directory import actions, queries
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.canonical import Json


@click.group("directory")
def service() -> None:
    """See your agency's services and confirm their places."""


@service.command("list")
@click.pass_obj
def list_(acting: Acting) -> list[dict[str, Json]]:
    """List your agency's services with their free places; null where places are not counted."""
    return [
        {
            "code": view.code,
            "category": view.offer.category,
            "places_free": view.offer.places_free,
            "places_total": view.places_total,
        }
        for view in queries.services(acting.actor)
    ]


@service.command("places")
@click.argument("code")
@click.argument("free", type=click.IntRange(min=0))
@click.pass_obj
def places(acting: Acting, code: str, free: int) -> None:
    """Confirm how many places of a service are free now."""
    actions.confirm_places(acting.actor, code, free)


commands = [service]
