"""What a worker may do in a thread as it stands: what the rule lets their side say, and the gate lets them."""

from dataclasses import dataclass
from typing import Final

from ieumgil.agreements.rules import Urgency
from ieumgil.casefile import queries as casefile
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.outcome import Allow, DeniedError
from ieumgil.referral.gate import SayingFacts, may_open_packet, may_say
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.rows import case_of, position_of, row_of
from ieumgil.referral.rules import Kind, Side, State, moves

TAKES_BACK: Final = frozenset({Kind.RECALL})
RINGS: Final = frozenset({State.ENQUIRED, State.REFERRED})  # R has not said whether it takes the person


@dataclass(frozen=True, slots=True)
class Moves:
    """What may be done now: the answer to the open step, where it is this side's turn; what else; what cannot be undone."""

    main: Kind | None = None
    others: tuple[Kind, ...] = ()
    apart: tuple[Kind, ...] = ()
    opens: bool = False
    lets_go: bool = False
    rings: bool = False

    @property
    def every(self) -> tuple[Kind, ...]:
        """All that may be said."""
        return (*([self.main] if self.main else ()), *self.others, *self.apart)


def moves_of(actor: Actor, thread: ThreadId) -> Moves:
    """Give what the actor may do in a thread now; the referrer's to the team of the case alone. Raises AbsentError."""
    row = row_of(actor, thread)
    on_the_case = True
    if row.side == Side.F:
        try:
            casefile.case(actor, case_of(row))
        except DeniedError:
            on_the_case = False
    return moves_in(actor, row, on_the_case=on_the_case)


def moves_in(actor: Actor, row: ThreadRow, *, on_the_case: bool) -> Moves:
    """Give the same of a row that the caller has found for the actor."""
    facts = SayingFacts(Side(row.side), row.frozen, on_the_case)
    legal = [
        kind
        for kind in moves(position_of(row), Side(row.side))
        if isinstance(may_say(actor, kind, facts), Allow)
    ]
    apart = [kind for kind in legal if kind in TAKES_BACK or _erases_early(row, kind)]
    said = [kind for kind in legal if kind not in apart]
    begun = row.state != State.START
    main = said.pop(0) if said and begun and row.owes == row.side else None
    sends = isinstance(may_say(actor, Kind.CLOSE, facts), Allow)
    return Moves(
        main,
        tuple(said),
        tuple(apart),
        opens=_opens(actor, row),
        lets_go=sends and not begun,
        rings=sends and row.urgency == Urgency.EMERGENCY and State(row.state) in RINGS,
    )


def was_recalled(row: ThreadRow) -> bool:
    """Say whether a recall has come; one that waits for a lost message before it shuts the packet too."""
    recalls = MessageRow.objects.filter(thread=row, kind=Kind.RECALL)
    return recalls.exclude(standing=MessageRow.Standing.REFUSED).exists()


def _opens(actor: Actor, row: ThreadRow) -> bool:
    state, lives = State(row.state), row.packet_lives
    allowed = isinstance(may_open_packet(actor, Side(row.side), state, lives=lives), Allow)
    return allowed and not was_recalled(row)


def _erases_early(row: ThreadRow, kind: Kind) -> bool:
    return kind is Kind.ERASED and row.state != State.RECALLED
