"""Pure rules of a delivery: the form of a service's code, and when a delivery may end."""

import re
from datetime import datetime
from typing import Final

from ieumgil.kernel.outcome import Allow, Deny, Outcome

MAX_CODE: Final = 40
_CODE: Final = re.compile(r"[a-z]+(-[a-z]+)*")


def check_service(code: str) -> None:
    """Raise ValueError unless a service is named by a code such as "legal-aid", so that no words about a person pass."""
    if not _CODE.fullmatch(code) or len(code) > MAX_CODE:
        raise ValueError("a service is named by its code")


def may_end(started_at: datetime, ended_at: datetime | None, moment: datetime) -> Outcome:
    """Say whether a delivery may end at a moment; Deny("already-ended"), Deny("ends-before-it-starts")."""
    if ended_at is not None:
        return Deny("already-ended")
    return Deny("ends-before-it-starts") if moment < started_at else Allow()
