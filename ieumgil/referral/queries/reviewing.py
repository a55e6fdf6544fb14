"""What was sent at once under a legal duty: what a second worker reviews, and what follows where it is not upheld."""

from ieumgil.ground.audit import actions as audit
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.outcome import AbsentError, require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import DutyFollowed
from ieumgil.referral.queries.work import PAGE
from ieumgil.referral.rules import State


def duty_of(actor: Actor, thread: ThreadId) -> DutyFollowed:
    """Give what is to be reviewed of a thread, the first of it. Raises AbsentError, DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_APPROVE))
        open_ones = DutyFollowed.objects.filter(
            agency_id=actor.agency, thread__thread=thread, reviewed_at=None
        )
        found = open_ones.select_related("thread", "decided_by").order_by("review_due").first()
        if found is None:
            raise AbsentError
        return found


def not_upheld(actor: Actor) -> list[DutyFollowed]:
    """Give what was reviewed, not upheld, and still lies with its receiver: it is to be recalled. DeniedError(no-right)."""
    with audit.attempt(actor, AuditAction.REFERRAL_LIST):
        require(actor.may(Permission.REFERRAL_APPROVE))
        refused = DutyFollowed.objects.filter(agency_id=actor.agency, upheld=False, thread__packet_lives=True)
        still = refused.exclude(thread__state__in=[State.RECALLED, State.ERASED])
        return list(still.select_related("thread", "decided_by").order_by("reviewed_at")[:PAGE])
