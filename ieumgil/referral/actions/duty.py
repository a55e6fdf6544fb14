"""What is sent at once under a legal duty is reviewed by a second worker within 24 hours (thread page, rule 1)."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from ieumgil.consent.rules import LegalDuty, review_due
from ieumgil.ground.accounts.queries import hosted
from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, KeyId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import DutyFollowed, ThreadRow


def own_word(actor: Actor, duty: LegalDuty, now: datetime) -> LegalDuty:
    """Give the duty as this actor decides it now: nobody can bring a second person's approval along.

    Raises DeniedError("no-worker") for the clock.
    """
    if actor.worker is None:
        raise DeniedError("no-worker")
    return replace(duty, decided_by=actor.worker, decided_at=now, approved_by=None)


def note_duty(row: ThreadRow, duty: LegalDuty) -> None:
    """Note, in the transaction that sends, that a duty opened what was sent, and until when it is to be reviewed."""
    DutyFollowed.objects.create(
        agency_id=row.agency_id,
        thread=row,
        article=duty.article,
        ground=duty.ground.value,
        decided_by_id=duty.decided_by,
        decided_at=duty.decided_at,
        review_due=review_due(duty) or duty.decided_at,
    )


def review_duty(actor: Actor, *, thread: ThreadId, upheld: bool, now: datetime | None = None) -> None:
    """Review, as a second worker, what was sent under a duty; not upheld, the referral is to be recalled by hand.

    Raises AbsentError (nothing to review here), DeniedError (no-right, same-person).
    """
    moment = now or timezone.now()
    with audit.attempt(
        actor, AuditAction.REFERRAL_APPROVE, reason="upheld" if upheld else "not-upheld"
    ) as entry:
        require(actor.may(Permission.REFERRAL_APPROVE))
        open_ones = DutyFollowed.objects.select_for_update().filter(
            agency_id=actor.agency, thread__thread=thread, reviewed_at=None
        )
        rows = list(open_ones.select_related("thread"))
        if not rows:
            raise AbsentError
        entry.subject = vault.handle(actor.agency, KeyId(rows[0].thread.key))
        if any(row.decided_by_id == actor.worker for row in rows):
            raise DeniedError("same-person")
        open_ones.update(reviewed_by_id=actor.worker, reviewed_at=moment, upheld=upheld)


def alarm_about_reviews(*, now: datetime) -> int:
    """Raise, by the clock, an alarm for everything that nobody reviewed in time; gives how many."""
    late = DutyFollowed.objects.filter(
        agency_id__in=[agency.pk for agency in hosted()], reviewed_at=None, review_due__lte=now
    )
    for row in late.select_related("thread"):
        thread = str(row.thread.thread)
        raise_alarm(
            AgencyId(row.agency_id), code="review-overdue", peer=row.thread.peer, subject=thread, now=now
        )
    return len(late)
