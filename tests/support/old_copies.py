"""A node whose database is put back to an old copy, as far as one agency's threads and bundles go."""

from collections.abc import Callable

from django.db.models import Model

from ieumgil.ground.exchange.models import InboxItem, OutboxItem, PeerLink
from ieumgil.kernel.ids import AgencyId
from ieumgil.referral.models import MessageRow, Sent, Settlement, ThreadRow

# Rows that name others come after these.
TABLES: tuple[type[Model], ...] = (ThreadRow, MessageRow, Sent, Settlement, PeerLink, OutboxItem, InboxItem)


def copied(agency: AgencyId) -> Callable[[], None]:
    """Copy what an agency holds of its threads and bundles; gives what puts the copy back, losing all that came since.

    Keys and the ledger stay, so that only the threads went back.
    """
    held = [(table, list(table._default_manager.filter(agency_id=agency))) for table in TABLES]

    def put_back() -> None:
        for table, rows in reversed(held):
            table._default_manager.filter(agency_id=agency).exclude(pk__in=[row.pk for row in rows]).delete()
        for _, rows in held:
            for row in rows:
                row.save()

    return put_back
