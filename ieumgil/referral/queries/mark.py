"""A mark of all that a packet depends on: the same as long as nothing changed, and found without opening anything."""

from datetime import datetime
from hashlib import sha256

from ieumgil.casefile import queries as casefile
from ieumgil.consent import queries as consent
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.outcome import require
from ieumgil.kernel.permission import Permission
from ieumgil.referral.queries.basis import basis_of
from ieumgil.referral.queries.rows import case_of, row_of


def mark_of(actor: Actor, thread: ThreadId, *, now: datetime) -> str:
    """Give the mark of a thread's packet, so that a page can ask every few seconds and leave no entry for it.

    It tells of the case's version, its consents, the basis and the thread's heads. Raises AbsentError, DeniedError(no-right).
    """
    require(actor.may(Permission.REFERRAL_READ))
    row = row_of(actor, thread)
    case = case_of(row)
    parts = (
        casefile.version_of(actor, case), consent.standing(actor, case, now), basis_of(row).in_force(now),
        row.state, row.heads,
    )  # fmt: skip
    return sha256(repr(parts).encode()).hexdigest()[:16]
