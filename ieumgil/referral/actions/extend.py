"""Whether a message only extends its thread: then one step puts it there, and nothing need be folded anew."""

from django.db.models import Q

from ieumgil.referral.actions.fold import position_of
from ieumgil.referral.models import MessageRow, ThreadRow
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
    near = (
        Q(message_id__in=parents)
        | Q(standing=Standing.WAITING)
        | Q(author=message.author, seq__gte=message.seq - 1)
    )
    found = {
        ident: (author, seq, standing)
        for ident, author, seq, standing in MessageRow.objects.filter(near, thread=row).values_list(
            "message_id", "author", "seq", "standing"
        )
    }
    last = [
        ident
        for ident, (author, seq, _) in found.items()
        if author == message.author and seq >= message.seq - 1
    ]
    return (
        found.keys() == parents
        and all(standing == Standing.ADMITTED for _, _, standing in found.values())
        and last == ([message.prev] if message.prev else [])
        and (found[message.prev][1] == message.seq - 1 if message.prev else message.seq == 1)
    )
