"""Look into a thread: what the other side said is no news any more, once somebody who may answer has seen it."""

from ieumgil.ground import rows
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.outcome import Allow
from ieumgil.kernel.permission import Permission
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.work import Conversation, conversation
from ieumgil.referral.rules import Side


def look_into(actor: Actor, thread: ThreadId) -> Conversation:
    """Give a thread as a conversation, and note that it was looked at; what comes at that very moment stays news.

    Raises what `conversation` raises.
    """
    shown = conversation(actor, thread)
    answers = Permission.REFERRAL_SEND if shown.item.side == Side.F else Permission.REFERRAL_ANSWER
    if shown.item.news and isinstance(actor.may(answers), Allow):
        seen = {"agency_id": actor.agency, "thread": thread, "news": shown.item.news}
        rows.change(ThreadRow, seen, news=None)
    return shown
