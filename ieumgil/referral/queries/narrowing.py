"""The threads of an agency, narrowed to what a worker wants to see, in the order of a work list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import hexdigits
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
)

from ieumgil.ground.exchange import queries as exchange
from ieumgil.kernel.actor import Actor
from ieumgil.referral.models import OPEN, OWED, ThreadRow

LEAST_OF_A_THREAD = 4  # signs of its reference before it is looked for by them
MOST_OF_A_THREAD = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a work list is narrowed to; `ref` finds a thread or an own case wherever it stands, `all_open` shows theirs too."""

    side: str = ""
    urgency: str = ""
    overdue_at: datetime | None = None
    undelivered: bool = False
    frozen: bool = False
    all_open: bool = False
    ref: str = ""


Cursor = tuple[datetime | None, UUID]
"""The due time and the thread of the last line before."""
WHAT_IS_OWED = Wanted()


def threads_of(actor: Actor, wanted: Wanted, *, after: Cursor | None = None, most: int) -> list[ThreadRow]:
    """Give the first so many threads of the actor's agency by due time, with their case and their worker.

    `mine` says of each whether the actor is in the team of its case. Nothing is asked of the actor's rights here.
    """
    own = _beyond(_narrowed(_own(actor), wanted), after).order_by(F("due_at").asc(nulls_last=True), "thread")
    # One after the other, for each has an index of its own: an OR over them would read the whole table.
    found = {row.pk: row for where in _where(wanted) for row in own.filter(where)[:most]}
    return sorted(found.values(), key=place)[:most]


def place(row: ThreadRow) -> tuple[bool, datetime | None, UUID]:
    """Give the place of a thread in a list by due time, as the database orders it: what is not due stands last."""
    return row.due_at is None, row.due_at, row.thread


def _own(actor: Actor) -> QuerySet[Any]:
    team = FilteredRelation("case__team", condition=Q(case__team__worker=actor.worker))
    mine = ExpressionWrapper(Q(own_team__isnull=False), BooleanField())
    waiting = exchange.waiting_about(actor.agency).filter(subject=OuterRef("thread"))
    own = ThreadRow.objects.filter(agency_id=actor.agency).select_related("case", "worker")
    return own.annotate(own_team=team, mine=mine).alias(waits=Exists(waiting))


def _narrowed(rows: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    if wanted.side:
        rows = rows.filter(side=wanted.side)
    if wanted.urgency:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.overdue_at:
        rows = rows.filter(due_at__lte=wanted.overdue_at)
    if wanted.undelivered:
        rows = rows.filter(waits=True)
    return rows.filter(frozen=True) if wanted.frozen else rows


def _where(wanted: Wanted) -> Sequence[Q]:
    if wanted.ref:
        return _named(wanted.ref.strip())
    return (OPEN if wanted.all_open else OWED, Q(waits=True))


def _named(ref: str) -> Sequence[Q]:
    case = Q(mine=True, case__ref=ref.upper())
    signs = ref.replace("-", "").lower()
    if not LEAST_OF_A_THREAD <= len(signs) <= MOST_OF_A_THREAD or set(signs) - set(hexdigits):
        return (case,)
    lowest, highest = (UUID(signs.ljust(MOST_OF_A_THREAD, digit)) for digit in "0f")
    return (case, Q(thread__gte=lowest, thread__lte=highest))


def _beyond(rows: QuerySet[Any], after: Cursor | None) -> QuerySet[Any]:
    if after is None:
        return rows
    due, thread = after
    if due is None:
        return rows.filter(due_at=None, thread__gt=thread)
    return rows.filter(Q(due_at__gt=due) | Q(due_at=due, thread__gt=thread) | Q(due_at=None))
