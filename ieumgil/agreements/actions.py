"""Verbs: take in an agreement, suspend one."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import cast
from uuid import UUID

from django.utils import timezone
from jsonschema_rs import Draft202012Validator, ValidationError

from ieumgil.agreements import queries
from ieumgil.agreements.gate import may_load, may_suspend, speaks_for_the_parties
from ieumgil.agreements.models import Agreement
from ieumgil.agreements.rules import AgreementBody, Basis, Copy, basis_from
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.exchange import queries as exchange
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require


def load_agreement(actor: Actor, body: Mapping[str, Json], *, now: datetime | None = None) -> Basis:
    """Take in one version of an agreement and give its basis; the same content again changes nothing.

    It counts for the actor's agency, and if this is the coordinator that it names (or else the roll's), for every party
    that this node hosts. Raises DeniedError: "agreement-malformed" (the cause says where), "version-taken" (this version
    has other content), "no-right", "not-a-party", or what `agreements.rules.may_be_loaded` refuses (thread page, rules 2
    and 3).
    """
    with attempt(actor, AuditAction.AGREEMENT_LOAD, now=now) as entry:
        basis = _read(body)
        coordinator = basis.coordinator or _coordinator_of_the_roll()
        require(may_load(actor, basis, coordinator, queries.purposes(), queries.fields()))
        entry.subject = f"{basis.id}/{basis.version}"
        for_parties = speaks_for_the_parties(actor, coordinator)
        _keep(actor.agency, basis, canonical(body), for_parties=for_parties, now=now or timezone.now())
    return basis


def suspend_agreement(actor: Actor, agreement: UUID, *, now: datetime | None = None) -> None:
    """Suspend every version that counts for the actor's agency; the coordinator's own, for all that rest on it.

    The other side learns of it when its next message is refused (no-basis). Raises DeniedError("no-right"), and
    AbsentError if no version counts for this agency.
    """
    with attempt(actor, AuditAction.AGREEMENT_SUSPEND, subject=str(agreement), now=now):
        require(may_suspend(actor))
        counting = queries.copies_for(actor.agency, str(agreement))
        if not counting:
            raise AbsentError
        for copy in counting:
            _make_own(actor.agency, copy, now or timezone.now())
        own = Agreement.objects.filter(agency_id=actor.agency, agreement=agreement)
        own.filter(suspended_at=None).update(suspended_at=now or timezone.now())


def _read(body: Mapping[str, Json]) -> Basis:
    try:
        _form().validate(body)
        return basis_from(cast("AgreementBody", body))
    except (ValidationError, ValueError) as error:
        raise DeniedError("agreement-malformed") from error


def _coordinator_of_the_roll() -> AgencyId | None:
    try:
        return exchange.roll().coordinator
    except AbsentError:
        return None


def _keep(agency: AgencyId, basis: Basis, data: bytes, *, for_parties: bool, now: datetime) -> None:
    digest = sha256(data).hexdigest()
    for copy in queries.copies_for(agency, basis.id):
        if copy.basis.version == basis.version and copy.digest != digest:
            raise DeniedError("version-taken")
    row, made = Agreement.objects.get_or_create(
        agency_id=agency,
        agreement=UUID(basis.id),
        version=basis.version,
        defaults={
            "for_parties": for_parties,
            "body": data.decode(),
            "sha256": digest,
            "valid_from": basis.valid_from or now,
            "valid_until": basis.valid_until,
            "loaded_at": now,
        },
    )
    if not made and for_parties and not row.for_parties:
        Agreement.objects.filter(pk=row.pk).update(for_parties=True)


def _make_own(agency: AgencyId, copy: Copy, now: datetime) -> None:
    if not copy.own:
        body = Agreement.objects.filter(sha256=copy.digest).values_list("body", flat=True)[0]
        _keep(agency, copy.basis, body.encode(), for_parties=False, now=now)


@cache
def _form() -> Draft202012Validator:
    text = (files("ieumgil.agreements") / "data" / "agreement.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text), validate_formats=True)
