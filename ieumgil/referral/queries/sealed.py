"""Where what is said in a thread lies sealed, and how it is opened."""

from uuid import UUID

from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context, OpenKey
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.models import MessageRow


def content_context(thread: UUID, message_id: str) -> Context:
    """Give the place that a message's content is sealed for, so that it opens in no other message or thread."""
    return Context("referral.message", "content", message_id, thread)


class Keys:
    """The keys of one thread while one page of it is made: each is asked for once, none is kept longer."""

    def __init__(self) -> None:
        """Begin with none."""
        self._opened: dict[UUID, OpenKey | None] = {}

    def of(self, row: MessageRow) -> OpenKey | None:
        """Give the key of what a message said; None once it was destroyed. Raises LockedAgencyError."""
        key = row.content_key
        if key is not None and key not in self._opened:
            self._opened[key] = _open(AgencyId(row.agency_id), KeyId(key))
        return self._opened[key] if key is not None else None


def content_of(row: MessageRow, keys: Keys | None = None) -> dict[str, Json] | None:
    """Give what a message said; None once it was deleted or its key destroyed. Raises LockedAgencyError.

    `keys`: where several messages of a thread are read, so that the database is asked once for each key.
    """
    content = (envelope_of(row, keys) or {}).get("content")
    return dict(content) if isinstance(content, dict) else None


def envelope_of(row: MessageRow, keys: Keys | None = None) -> dict[str, Json] | None:
    """Give what a message said with the salt of its hash, as it travelled; None as `content_of`. Raises LockedAgencyError."""
    if row.content is None:
        return None
    key = (keys or Keys()).of(row)
    if key is None:
        return None
    envelope = key.unseal_json(content_context(row.thread.thread, row.message_id), bytes(row.content))
    return envelope if isinstance(envelope, dict) else None


def _open(agency: AgencyId, key: KeyId) -> OpenKey | None:
    try:
        return vault.opened(agency, key)
    except AbsentError:
        return None
