"""What a room gets of a bundle: who sent it to whom, and its body; everything on the outside is checked before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId


@dataclass(frozen=True, slots=True)
class Received:
    """An opened and verified bundle of a known sender."""

    agency: AgencyId
    sender: AgencyId
    bundle_id: str
    kind: str
    body: dict[str, Json]


Taker = Callable[[Actor, Received, datetime], None]
"""A room's verb for one kind of bundle: keeps it, or raises DeniedError with the reason that the sender is told."""
