"""Assistance at the terminal: a service starts, a service ends."""

from uuid import UUID

import click

from ieumgil.assistance import actions
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import CaseId


@click.group("service")
def service() -> None:
    """Services that a person receives."""


@service.command("start")
@click.argument("case", type=click.UUID)
@click.option("--code", required=True)
@click.pass_obj
def start(acting: Acting, case: UUID, code: str) -> str:
    """Note that a service started; its id is the answer."""
    return str(actions.start_service(acting.actor, CaseId(case), code))


@service.command("end")
@click.argument("delivery", type=click.UUID)
@click.pass_obj
def end(acting: Acting, delivery: UUID) -> None:
    """Note that a service ended."""
    actions.end_service(acting.actor, delivery)


commands = [service]
