"""When a phone rings next, when a mail is tried again; what a gateway is."""

from ieumgil.ground.post.rules.gateway import Answered, Gateway, Heard, NoAnswer, Ringing
from ieumgil.ground.post.rules.notices import MOST_TRIES, QUIET, first_try, next_try
from ieumgil.ground.post.rules.turns import (
    BREATH,
    LONGEST,
    RING,
    TRIES,
    CallState,
    DutyPhone,
    Step,
    Turn,
    next_step,
    rung,
)

__all__ = [
    "BREATH",
    "LONGEST",
    "MOST_TRIES",
    "QUIET",
    "RING",
    "TRIES",
    "Answered",
    "CallState",
    "DutyPhone",
    "Gateway",
    "Heard",
    "NoAnswer",
    "Ringing",
    "Step",
    "Turn",
    "first_try",
    "next_step",
    "next_try",
    "rung",
]
