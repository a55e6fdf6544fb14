"""The gateway of the demo and of tests: phones that are rows of a table, answered at a terminal or on a practice page."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ieumgil.ground.post.models import Ring
from ieumgil.ground.post.rules import Answered, Heard, NoAnswer, Ringing
from ieumgil.kernel.outcome import AbsentError


class StandIn:
    """Phones that ring nowhere but in this node; a gateway."""

    def ring(self, number: str, words: Mapping[str, str], call_id: UUID) -> None:  # noqa: ARG002  the page says them
        """Let a number ring, instead of whatever rang for this call; a call that was answered stays so."""
        rang = {"number": number, "rang_at": timezone.now(), "ended_at": None}
        if not Ring.objects.filter(pk=call_id).exclude(answered_at=None).exists():
            Ring.objects.update_or_create(call=call_id, defaults=rang)

    def heard(self, call_id: UUID) -> Heard:
        """Say whether the phone rings, or who answered."""
        ring = Ring.objects.filter(pk=call_id).first()
        if ring is None or ring.ended_at:
            return NoAnswer()
        return Answered(ring.number) if ring.answered_at else Ringing()

    def end(self, call_id: UUID) -> None:
        """Let nothing ring any more for this call."""
        Ring.objects.filter(pk=call_id, ended_at=None).update(ended_at=timezone.now())


def answer_phone(number: str, *, now: datetime | None = None) -> UUID:
    """Press 1 at a phone of the stand-in; gives the call that rang there longest. Raises AbsentError where none rings."""
    ringing = Ring.objects.filter(number=number, answered_at=None, ended_at=None).order_by("rang_at")
    call = ringing.values_list("pk", flat=True).first()
    if call is None or not ringing.filter(pk=call).update(answered_at=now or timezone.now()):
        raise AbsentError
    return call
