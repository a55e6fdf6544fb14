"""What the coordinator and the clock ask at the terminal: which steps are overdue."""

from datetime import datetime
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.actions import duty, overdue
from ieumgil.referral.queries import work

TIME = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])


@click.command("watched")
@click.option("--after", type=(TIME, int), default=None, help="Due time and row of the last line before.")
@click.pass_obj
def watched(acting: Acting, after: tuple[datetime, int] | None) -> list[dict[str, object]]:
    """List, for the coordinator, what is overdue, 50 at a time: no identity, language or need."""
    return [
        {
            "row": row.pk,
            "owed_by": str(row.owed_by),
            "state": row.state,
            "urgency": row.urgency,
            "level": row.level,
            "due": row.due_at,
        }
        for row in work.watched(acting.actor, after=after)
    ]


@click.command("overdue")
@click.option("--as-of", type=TIME, default=None, help="Look from this moment (for drills); default now.")
def overdue_(as_of: datetime | None) -> int:
    """Tell the coordinators of every overdue step; gives how many."""
    return overdue.escalate_overdue(now=timezone.now(), as_of=as_of)


@click.command("to-review")
@click.pass_obj
def to_review(acting: Acting) -> list[dict[str, object]]:
    """List what was sent under a legal duty and still wants a second worker, by due time."""
    return [
        {
            "thread": str(row.thread.thread),
            "article": row.article,
            "ground": row.ground,
            "due": row.review_due,
        }
        for row in work.to_review(acting.actor)
    ]


@click.command("review")
@click.argument("thread", type=click.UUID)
@click.option("--upheld/--not-upheld", required=True, help="Whether the duty was rightly followed.")
@click.pass_obj
def review(acting: Acting, thread: UUID, *, upheld: bool) -> None:
    """Review, as a second worker, what was sent at once under a legal duty."""
    duty.review_duty(acting.actor, thread=ThreadId(thread), upheld=upheld)


@click.command("counted")
@click.pass_obj
def counted(acting: Acting) -> list[dict[str, object]]:
    """List, for the coordinator, what agencies told in numbers."""
    return [
        {"told_by": str(row.told_by), "month": row.month, "rows": row.rows}
        for row in work.counted(acting.actor)
    ]


VERBS = (watched, overdue_, to_review, review, counted)
