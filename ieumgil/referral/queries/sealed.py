"""Where what is said in a thread lies sealed, and how it is opened."""

from uuid import UUID

from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.models import MessageRow


def content_context(thread: UUID, message_id: str) -> Context:
    """Give the place that a message's content is sealed for, so that it opens in no other message or thread."""
    return Context("referral.message", "content", message_id, thread)


def content_of(row: MessageRow) -> dict[str, Json] | None:
    """Give what a message said; None once it was deleted or its key destroyed. Raises LockedAgencyError."""
    content = (envelope_of(row) or {}).get("content")
    return dict(content) if isinstance(content, dict) else None


def envelope_of(row: MessageRow) -> dict[str, Json] | None:
    """Give what a message said with the salt of its hash, as it travelled; None as `content_of`. Raises LockedAgencyError."""
    if row.content is None or row.content_key is None:
        return None
    context = content_context(row.thread.thread, row.message_id)
    try:
        envelope = vault.get_json(
            AgencyId(row.agency_id), KeyId(row.content_key), context, bytes(row.content)
        )
    except AbsentError:
        return None
    return envelope if isinstance(envelope, dict) else None
