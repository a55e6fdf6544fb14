"""One item that fails must not end the clock's round for all the others."""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import StaleError

LOG = logging.getLogger(__name__)
FAILED = "clock-failed"


def tried(
    actor: Actor,
    subject: str,
    verb: Callable[[], int],
    *,
    now: datetime,
    code: str = FAILED,
    peer: UUID | None = None,
) -> int:
    """Do one item of a round of the clock and give what it gives; a failure gives 0 and an alarm of this code, once.

    Only a database that is away ends the round: nothing could be noted then, and the next round does it all again.
    """
    try:
        return verb()
    except (InterfaceError, OperationalError):
        raise
    except (IntegrityError, LockedAgencyError, StaleError):
        return 0  # another process did it at the same moment, or people locked the agency, or the thread moved on
    except Exception as fault:  # noqa: BLE001  whatever it is, it must not keep back those behind it
        LOG.warning("the clock could not do one thing: %s", type(fault).__name__)
        with transaction.atomic():
            raise_alarm(actor.agency, code=code, peer=peer, subject=subject, now=now)
        return 0
