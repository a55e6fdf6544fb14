"""Calls to whoever is on duty, at the terminal."""

from uuid import UUID

import click

from ieumgil.ground.post import queries
from ieumgil.ground.post.actions.calls import stop_call
from ieumgil.ground.post.actions.standin import answer_phone
from ieumgil.kernel.actor import Acting


@click.group("duty")
def duty() -> None:
    """Calls that ring whoever is on duty until somebody answers."""


@duty.command("list")
@click.pass_obj
def list_(acting: Acting) -> list[dict[str, object]]:
    """List the agency's calls, newest first."""
    return [
        {
            "id": call.id,
            "about": call.subject,
            "state": call.state,
            "ringing": call.ringing.number if call.ringing else None,
            "since": call.since,
            "started": call.started_at,
            "answered": call.answered_at,
            "answered_by": call.answered_by,
        }
        for call in queries.calls(acting.actor)
    ]


@duty.command("answer")
@click.argument("number")
def answer(number: str) -> str:
    """Press 1 at a phone of the stand-in, for practice and the demo. Gives the call."""
    if queries.rings_for_real():
        raise click.UsageError("phones ring for real here: the call is answered at the phone")
    return str(answer_phone(number))


@duty.command("stop")
@click.argument("call", type=click.UUID)
@click.pass_obj
def stop(acting: Acting, call: UUID) -> None:
    """Stop a call of the agency that rings."""
    stop_call(acting.actor, call=call)


commands = [duty]
