"""Who is told that something waits: the workers of the agency whose turn it is, without a word of what."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from ieumgil.ground.accounts.queries import clock, hosted, workers_with
from ieumgil.ground.post.actions.notices import want_notice
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.guard import tried
from ieumgil.referral.models import MessageRow, Noticed, ThreadRow

BATCH = 500


def notice_what_waits(*, now: datetime) -> int:
    """Want, by the clock, a notice for the workers of each agency whose turn has come in a thread, or is overdue.

    Once a step, and once more when its time is over; of what the agency itself said last only the latter. A locked agency's
    workers are told too. Gives of how many threads somebody was told.
    """
    told = 0
    for agency in (AgencyId(row.pk) for row in hosted()):
        actor = clock(agency)
        for row in _news(agency, now):
            told += tried(actor, str(row.thread), partial(_notice, actor, row, now), now=now)
    return told


def _news(agency: AgencyId, now: datetime) -> list[ThreadRow]:
    known = Q(noticed__step=F("moved_by"))
    late = Q(due_at__lte=now)
    rows = ThreadRow.objects.filter(agency_id=agency).filter(Q(owes=F("side")) | Q(frozen=True))
    news = rows.exclude(known & (~late | Q(noticed__late=True)))
    return list(news.select_related("noticed").order_by("due_at")[:BATCH])


def _notice(actor: Actor, row: ThreadRow, now: datetime) -> int:
    late = row.due_at is not None and row.due_at <= now
    with transaction.atomic():
        Noticed.objects.update_or_create(thread=row, defaults={"step": row.moved_by, "late": late})
        if not late and not row.frozen and _said_it_itself(row):
            return 0
        for worker in workers_with(actor.agency, Permission.REFERRAL_READ, now=now):
            want_notice(actor.agency, worker, now=now)
    return 1


def _said_it_itself(row: ThreadRow) -> bool:
    return _own(row).exists()


def _own(row: ThreadRow) -> QuerySet[MessageRow]:
    return MessageRow.objects.filter(thread=row, message_id=row.moved_by, author=row.side)
