"""Which of the actor's own kept words are about one thing."""

from ieumgil.casefile.gate import may_keep_words
from ieumgil.casefile.models import Draft
from ieumgil.casefile.queries.told import DraftLine
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import require

MOST = 20


def kept_about(actor: Actor, subject: str) -> list[DraftLine]:
    """Say which of the actor's own words were kept about a subject (a handle, or in an address), without opening any.

    The newest 20 first; raises DeniedError.
    """
    require(may_keep_words(actor))
    rows = Draft.objects.filter(agency=actor.agency, worker=actor.worker, subject__contains=subject)
    return [_line(row) for row in rows.order_by("-at", "-pk")[:MOST]]


def _line(row: Draft) -> DraftLine:
    return DraftLine(row.pk, CaseId(row.case_id) if row.case_id else None, row.subject, row.why, row.at)
