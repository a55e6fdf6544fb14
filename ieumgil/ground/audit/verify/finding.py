"""What is found wrong with a ledger, in words for whoever must look into it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened, as far as the ledger can show it."""

    CHANGED = "changed"  # an entry is not what its leaf hash is the hash of
    REMOVED = "removed"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    CUT_OFF = "cut-off"  # entries at the end are gone
    REWRITTEN = "rewritten"  # entries and hashes fit each other, and not what was signed
    CHECKPOINT = "checkpoint"  # a signed note, one's own or a partner's copy, does not hold
    HEAD = "head"  # the export does not say whose ledger it is


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `seq` is the number of the (first) entry it is about."""

    kind: Kind
    seq: int | None
    words: str

    def __str__(self) -> str:
        where = "" if self.seq is None else f" {self.seq}"
        return f"{self.kind.value}{where}: {self.words}"


def entries(numbers: range) -> str:
    """Name one entry or a row of them."""
    if len(numbers) == 1:
        return f"entry {numbers[0]}"
    return f"entries {numbers[0]} to {numbers[-1]}"
