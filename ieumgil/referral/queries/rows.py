"""One agency's own copy of a thread, the case it is about, and the headers of its messages."""

from ieumgil.ground import rows
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import parse_object
from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.referral.headers import Header, read_header
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.rules import Position, State


def row_of(actor: Actor, thread: ThreadId, *, lock: bool = False) -> ThreadRow:
    """Give the agency's own copy of a thread, locked until the transaction ends if asked; raises AbsentError."""
    row = rows.one(ThreadRow, lock=lock, agency_id=actor.agency, thread=thread)
    if row is None:
        raise AbsentError
    return row


def case_of(row: ThreadRow) -> CaseId:
    """Give the agency's own case that a thread is about; raises AbsentError where the receiver has opened none yet."""
    if row.case_id is None:
        raise AbsentError
    return CaseId(row.case_id)


def header_of(row: MessageRow) -> Header:
    """Give the signed header of a kept message."""
    return read_header(parse_object(row.header.encode()))


def position_of(row: ThreadRow) -> Position:
    """Give where the last fold left the thread."""
    return Position(
        State(row.state),
        State(row.before) if row.before else None,
        row.missed,
        row.packet_lives,
        row.frozen or bool(row.void),
    )
