"""Who may record, withdraw and read what a person agreed to."""

from collections.abc import Collection
from datetime import datetime

from ieumgil.consent.rules import Grant, may_consent
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CategoryCode, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_record(
    actor: Actor,
    grant: Grant,
    now: datetime,
    *,
    purposes: Collection[PurposeCode],
    categories: Collection[CategoryCode],
) -> Outcome:
    """Allow a new consent that says something, in known words, from now or before until later.

    Deny: "no-right", "says-nothing", "word-unknown", "not-a-new-consent", "consent-not-yet",
    "consent-expired", or what `consent.rules.may_consent` gives.
    """
    right = actor.may(Permission.CONSENT_RECORD)
    if isinstance(right, Deny):
        return right
    if grant.version != 1 or grant.withdrawn_at is not None:
        return Deny("not-a-new-consent")
    said = _says_something(grant, purposes, categories)
    if isinstance(said, Deny):
        return said
    timely = _timely(grant, now)
    if isinstance(timely, Deny):
        return timely
    return may_consent(grant.by_whom, of_child=grant.of_child, guardian_suspected=grant.guardian_suspected)


def may_note(actor: Actor) -> Outcome:
    """Allow whoever records consents to record a withdrawal, a refusal, a leave or a doubt."""
    return actor.may(Permission.CONSENT_RECORD)


def may_read(actor: Actor) -> Outcome:
    """Allow whoever may read cases to read the consents of one."""
    return actor.may(Permission.CASE_READ)


def _says_something(
    grant: Grant, purposes: Collection[PurposeCode], categories: Collection[CategoryCode]
) -> Outcome:
    wanted = grant.categories | grant.named_categories
    if not (grant.purposes and grant.recipients and wanted):
        return Deny("says-nothing")
    known = grant.purposes <= set(purposes) and wanted <= set(categories)
    return Allow() if known else Deny("word-unknown")


def _timely(grant: Grant, now: datetime) -> Outcome:
    if grant.given_at > now:
        return Deny("consent-not-yet")
    return Allow() if grant.until > max(now, grant.given_at) else Deny("consent-expired")
