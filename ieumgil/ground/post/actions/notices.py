"""Mail without content: that something waits, and where to sign in."""

import logging
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import InterfaceError, OperationalError
from django.db.models import F, Max

from ieumgil.ground.accounts.queries import Reached, ledger_handle, reached_by_mail
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.post.models import Notice
from ieumgil.ground.post.rules import QUIET, first_try, next_try
from ieumgil.ground.words.queries import word
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, WorkerId

LOG = logging.getLogger(__name__)
BATCH = 200
FAILED = "notice-failed"


def want_notice(agency: AgencyId, worker: WorkerId, *, now: datetime) -> None:
    """Note that something waits for a worker; while a notice waits, more news change nothing.

    A mail goes when half an hour has passed since the last one. To be called inside a transaction.
    """
    own = Notice.objects.filter(agency_id=agency, worker_id=worker)
    own.exclude(failed_at=None).delete()
    sent = own.aggregate(last=Max("sent_at"))["last"]
    Notice.objects.get_or_create(
        agency_id=agency,
        worker_id=worker,
        sent_at=None,
        failed_at=None,
        defaults={"wanted_at": now, "next_try_at": first_try(now, sent)},
    )


def seen(agency: AgencyId, worker: WorkerId) -> None:
    """Note that the worker has looked at what waits: nothing more is said or mailed of it."""
    Notice.objects.filter(agency_id=agency, worker_id=worker, sent_at=None).delete()


def send_notices(*, now: datetime) -> int:
    """Mail, by the clock, the notices that are due, to workers who gave an address; gives how many went.

    A node without mail sends none: they stand on the screen until they are seen.
    """
    Notice.objects.filter(sent_at__lt=now - QUIET).delete()
    if settings.IEUMGIL_MAIL is None:
        return 0
    due = Notice.objects.filter(sent_at=None, failed_at=None, next_try_at__lte=now)
    return sum(_sent(notice, now) for notice in due.order_by("next_try_at")[:BATCH])


def _sent(notice: Notice, now: datetime) -> bool:
    agency, worker = AgencyId(notice.agency_id), WorkerId(notice.worker_id)
    reached = reached_by_mail(agency, worker)
    if reached is None:
        later = now + QUIET  # an address may be given meanwhile
        Notice.objects.filter(pk=notice.pk).update(next_try_at=later)
        return False
    again = next_try(now, notice.tries + 1)
    tried = Notice.objects.filter(pk=notice.pk, tries=notice.tries, sent_at=None, failed_at=None)
    # Noted before it is tried: what another process tries at the same moment goes once.
    if not tried.update(tries=F("tries") + 1, next_try_at=again or now):
        return False
    try:
        _message(reached).send()
    except (InterfaceError, OperationalError):
        raise
    except Exception as fault:  # noqa: BLE001  whatever the mail server says, it must not keep back the others
        LOG.warning("a notice could not be sent: %s", type(fault).__name__)  # its text holds an address
        if again is None:
            _give_up(notice, now)
        return False
    return bool(Notice.objects.filter(pk=notice.pk).update(sent_at=now))


def _give_up(notice: Notice, now: datetime) -> None:
    agency, worker = AgencyId(notice.agency_id), WorkerId(notice.worker_id)
    Notice.objects.filter(pk=notice.pk).update(failed_at=now)
    whose = ledger_handle(Actor(agency, worker, frozenset()))
    raise_alarm(agency, code=FAILED, peer=None, subject=whose, now=now)


def _message(reached: Reached) -> EmailMessage:
    """Give the one mail there is: nothing in it but the reader's address depends on what has happened, or to whom."""
    way = settings.IEUMGIL_MAIL or {}
    options: dict[str, Any] = {name: value for name, value in way.items() if name != "backend"}
    sender = settings.IEUMGIL_MAIL_FROM
    return EmailMessage(
        subject=word("notice.subject", reached.language),
        body=word("notice.body", reached.language) % {"address": settings.IEUMGIL_ADDRESS},
        from_email=sender,
        to=[reached.address],
        connection=get_connection(str(way.get("backend")), **options),
        headers={"Message-ID": f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"},
    )
