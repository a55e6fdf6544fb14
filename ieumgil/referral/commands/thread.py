"""What both sides ask at the terminal: what they owe, where a thread stands, what was said; and how a fork is settled."""

from dataclasses import asdict
from uuid import UUID

import click

from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.actions import settle
from ieumgil.referral.commands.options import THREAD
from ieumgil.referral.queries import work


@click.command("work")
@click.pass_obj
def work_(acting: Acting) -> list[dict[str, object]]:
    """List what your agency owes, by due time."""
    return [asdict(item) for item in work.work_list(acting.actor)]


@click.command("look")
@THREAD
@click.pass_obj
def look(acting: Acting, thread: UUID) -> dict[str, object]:
    """Say where a thread stands and whose turn it is."""
    return asdict(work.look(acting.actor, ThreadId(thread)))


@click.command("thread")
@THREAD
@click.pass_obj
def thread_(acting: Acting, thread: UUID) -> dict[str, object]:
    """Show a thread as a conversation."""
    shown = work.conversation(acting.actor, ThreadId(thread))
    return {"item": asdict(shown.item), "turns": [asdict(turn) for turn in shown.turns]}


@click.command("settle")
@THREAD
@click.option("--void", multiple=True, required=True, help="A message that does not stand.")
@click.pass_obj
def settle_(acting: Acting, thread: UUID, void: tuple[str, ...]) -> bool:
    """Sign which twins of a forked thread do not stand."""
    return settle.settle(acting.actor, thread=ThreadId(thread), void=frozenset(void))


VERBS = (work_, look, thread_, settle_)
