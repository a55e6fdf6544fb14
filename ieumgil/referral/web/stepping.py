"""What every small page of a thread does alike: it goes on from the page it came from, and an old one overwrites nothing."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from ieumgil.casefile import queries as casefile
from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from ieumgil.referral.queries.work import WorkItem
from ieumgil.shell.forms import Done, HouseForm
from ieumgil.shell.page import Signed

T = TypeVar("T")


def tried(form: HouseForm, do: Callable[[dict[str, Any]], T]) -> tuple[Done[T] | None, StaleError | None]:
    """Do it once; where the thread has moved on, give that instead: nothing was sent, and words are kept."""
    try:
        return form.act(do), None
    except StaleError as stale:
        return None, stale


def opened_from(request: Signed, item: WorkItem) -> dict[str, object]:
    """Give the heads of the page that this one was opened from, or else the heads as they are shown now."""
    return {"heads": request.GET.get("heads") or ",".join(item.heads)}


def kept_words(request: Signed, thread: ThreadId, field: str) -> dict[str, object]:
    """Give the words that were kept when this thread moved on (`?words=`), to be sent after all if they still fit."""
    try:
        kept = casefile.draft(request.actor, UUID(request.GET.get("words", "")))
    except (ValueError, AbsentError, DeniedError, LockedAgencyError):
        return {}
    return {field: kept.text} if kept.subject == str(thread) else {}
