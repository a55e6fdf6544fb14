"""Verbs: attempt something on the record, record it, sign a checkpoint, keep a partner's checkpoint."""

from ieumgil.ground.audit.actions.attempts import Entry, attempt
from ieumgil.ground.audit.actions.checkpoints import (
    Alarm,
    BrokenLedgerError,
    checkpoint,
    keep_peer_checkpoint,
)
from ieumgil.ground.audit.actions.entries import ALLOW, Event, record

__all__ = [
    "ALLOW",
    "Alarm",
    "BrokenLedgerError",
    "Entry",
    "Event",
    "attempt",
    "checkpoint",
    "keep_peer_checkpoint",
    "record",
]
