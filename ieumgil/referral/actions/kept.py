"""What a receiver keeps of a packet that it erases, because the person lets it: written into its own case first."""

from collections.abc import Mapping
from datetime import datetime

from ieumgil.agreements import queries as agreements
from ieumgil.casefile import queries as casefile
from ieumgil.casefile.actions import record_identity, set_facts
from ieumgil.casefile.rules import identity_fields, identity_from
from ieumgil.consent import queries as consent
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, FieldPath
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.models import ThreadRow
from ieumgil.referral.queries.packet import packets_in
from ieumgil.referral.queries.rows import case_of

NAME = FieldPath("identity.name")


def keep_by_consent(actor: Actor, row: ThreadRow, paths: frozenset[FieldPath], now: datetime) -> None:
    """Write these fields of a thread's packets into the receiver's own case; inside the caller's attempt.

    What the receiver has recorded of who the person is goes before what came. Raises DeniedError(no-consent-to-keep)
    unless, for each field, the person has let this very agency have its category.
    """
    if not paths:
        return
    if row.case_id is None or not _agreed(actor, case_of(row), paths, now):
        raise DeniedError("no-consent-to-keep")
    fields: dict[FieldPath, Json] = {}
    for packet in packets_in(row):
        if isinstance(packet["fields"], dict):
            fields |= {FieldPath(path): value for path, value in packet["fields"].items() if path in paths}
    person = {path: value for path, value in fields.items() if path.startswith("identity.")}
    facts = {path: value for path, value in fields.items() if path not in person}
    _keep(actor, case_of(row), person, facts, now)


def _agreed(actor: Actor, case: CaseId, paths: frozenset[FieldPath], now: datetime) -> bool:
    known = agreements.fields()
    grants = [grant for grant in consent.live_grants(actor, case, now) if actor.agency in grant.recipients]
    return paths <= known.keys() and all(
        any(grant.covers(known[path].category, named_only=known[path].named_only) for grant in grants)
        for path in paths
    )


def _keep(
    actor: Actor,
    case: CaseId,
    person: Mapping[FieldPath, Json],
    facts: Mapping[FieldPath, Json],
    now: datetime,
) -> None:
    version = casefile.case(actor, case).version
    if person:
        own = casefile.identity(actor, case)
        recorded = {path: value for path, value in identity_fields(own).items() if value} if own else {}
        whole = identity_from({NAME: None, **person, **recorded})
        version = record_identity(actor, case, whole, version=version, now=now)
    if facts:
        set_facts(actor, case, facts, version=version, now=now)
