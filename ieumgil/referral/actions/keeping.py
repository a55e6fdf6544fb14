"""A worker's words about a thread that could not be taken: they lie under the thread's own key, and go with it."""

from uuid import UUID

from ieumgil.casefile.actions import keep_draft
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import KeyId, ThreadId
from ieumgil.referral.queries.rows import row_of


def keep_about(actor: Actor, thread: ThreadId, *, text: str, why: str, subject: str) -> UUID:
    """Keep words about a thread of the agency, sealed; gives their id.

    Raises AbsentError (no such thread, or what was said in it is erased), DeniedError, LockedAgencyError.
    """
    row = row_of(actor, thread)
    return keep_draft(actor, text=text, why=why, subject=subject, key=KeyId(row.key))
