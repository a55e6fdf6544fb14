"""What the coordinator and the clock ask at the terminal: which steps are overdue."""

from datetime import datetime

import click
from django.utils import timezone

from ieumgil.kernel.actor import Acting
from ieumgil.referral.actions import overdue
from ieumgil.referral.queries import work

TIME = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])


@click.command("watched")
@click.pass_obj
def watched(acting: Acting) -> list[dict[str, object]]:
    """List, for the coordinator, what is overdue: no identity, language or need."""
    return [
        {
            "owed_by": str(row.owed_by),
            "state": row.state,
            "urgency": row.urgency,
            "level": row.level,
            "due": row.due_at,
        }
        for row in work.watched(acting.actor)
    ]


@click.command("overdue")
@click.option("--as-of", type=TIME, default=None, help="Look from this moment (for drills); default now.")
def overdue_(as_of: datetime | None) -> int:
    """Tell the coordinators of every overdue step; gives how many."""
    return overdue.escalate_overdue(now=timezone.now(), as_of=as_of)


VERBS = (watched, overdue_)
