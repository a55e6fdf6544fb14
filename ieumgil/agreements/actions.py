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
from ieumgil.agreements.gate import may_load, may_suspend
from ieumgil.agreements.models import Agreement
from ieumgil.agreements.rules import AgreementBody, Basis, basis_from
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.outcome import AbsentError, DeniedError, require


def load_agreement(actor: Actor, body: Mapping[str, Json], *, now: datetime | None = None) -> Basis:
    """Take in one version of an agreement and give its basis; the same content again changes nothing.

    Raises DeniedError: "agreement-malformed" (the cause says where), "version-taken" (this version has other
    content), "no-right", or what `agreements.rules.may_be_loaded` refuses (thread page, rules 2 and 3).
    """
    with attempt(actor, AuditAction.AGREEMENT_LOAD, now=now) as entry:
        basis = _read(body)
        require(may_load(actor, basis, queries.purposes(), queries.fields()))
        entry.subject = f"{basis.id}/{basis.version}"
        _keep(basis, canonical(body), now or timezone.now())
    return basis


def suspend_agreement(actor: Actor, agreement: UUID, *, now: datetime | None = None) -> None:
    """Suspend every version of an agreement from now on; raises DeniedError("no-right") or AbsentError."""
    with attempt(actor, AuditAction.AGREEMENT_SUSPEND, subject=str(agreement), now=now):
        require(may_suspend(actor))
        versions = Agreement.objects.filter(agreement=agreement)
        if not versions.exists():
            raise AbsentError
        versions.filter(suspended_at=None).update(suspended_at=now or timezone.now())


def _read(body: Mapping[str, Json]) -> Basis:
    try:
        _form().validate(body)
        return basis_from(cast("AgreementBody", body))
    except (ValidationError, ValueError) as error:
        raise DeniedError("agreement-malformed") from error


def _keep(basis: Basis, data: bytes, now: datetime) -> None:
    digest = sha256(data).hexdigest()
    row, made = Agreement.objects.get_or_create(
        agreement=UUID(basis.id),
        version=basis.version,
        defaults={
            "body": data.decode(),
            "sha256": digest,
            "valid_from": basis.valid_from or now,
            "valid_until": basis.valid_until,
            "loaded_at": now,
        },
    )
    if not made and row.sha256 != digest:
        raise DeniedError("version-taken")


@cache
def _form() -> Draft202012Validator:
    text = (files("ieumgil.agreements") / "data" / "agreement.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text), validate_formats=True)
