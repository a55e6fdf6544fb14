"""What is told of a case, of its notes and of kept words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieumgil.casefile.rules import Stage
from ieumgil.kernel.ids import CaseId, WorkerId


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case without the person; days are UTC, and a write names the version it was made from."""

    id: CaseId
    ref: str
    stage: Stage
    holder: WorkerId
    team: frozenset[WorkerId]
    opened_at: datetime
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, newest first; `after` gives the next page, None on the last."""

    cases: tuple[CaseView, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as it was written."""

    id: UUID
    text: str
    by: WorkerId
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftLine:
    """That words of the actor's own were kept, about what, and why; the words stay sealed."""

    id: UUID
    case: CaseId | None
    subject: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """Words of the actor's own that were kept, about what, and why."""

    id: UUID
    case: CaseId | None
    subject: str
    text: str
    why: str
    at: datetime
