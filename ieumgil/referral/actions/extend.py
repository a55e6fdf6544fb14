"""Whether a message only extends its thread: then one step puts it there, and nothing need be folded anew."""

from ieumgil.ground import rows
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.rows import position_of
from ieumgil.referral.rules import Kind, Message, next_state
from ieumgil.referral.words import BRINGS_PACKET, parents_of

Standing = MessageRow.Standing


def only_extends(row: ThreadRow, message: Message) -> bool:
    """Say whether the peer's message is legal and has seen all that is here, so that `moved` gives what the fold would.

    True where nothing is frozen, settled or waiting, the message names every head, and follows its author's last; a recall
    always goes the long way. False says only that the long way decides.
    """
    parents = parents_of(message)
    if (
        row.frozen
        or row.void
        or not row.heads
        or message.kind is Kind.RECALL
        or not parents.issuperset(row.heads)
    ):
        return False
    if message.packet and message.kind not in BRINGS_PACKET:
        return False
    if next_state(position_of(row), message.author, message.kind) is None:
        return False
    return _all_stand(row, message, parents)


def _all_stand(row: ThreadRow, message: Message, parents: set[str]) -> bool:
    author, before = message.author.value, message.seq - 1
    named = ", ".join(["%s"] * len(parents))
    near = rows.some(
        MessageRow,
        also=f"AND (standing = %s OR (author = %s AND seq >= %s) OR message_id IN ({named}))",
        given=(Standing.WAITING.value, author, before, *parents),
        thread_id=row.pk,
    )
    last = [found.message_id for found in near if found.author == author and found.seq >= before]
    prev = next((found for found in near if found.message_id == message.prev), None)
    return (
        {found.message_id for found in near} == parents
        and all(found.standing == Standing.ADMITTED for found in near)
        and last == ([message.prev] if message.prev else [])
        and (prev.seq if prev else 0) == before
    )
