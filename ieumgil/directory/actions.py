"""Verbs: write a service, confirm its free places, record where it is."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

from django.utils import timezone
from jsonschema_rs import Draft202012Validator

from ieumgil.directory.gate import may_edit, may_record_location
from ieumgil.directory.models import Service, ShelterLocation
from ieumgil.directory.queries import place
from ieumgil.ground.accounts.queries import ledger_handle
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import KeyKind
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import KeyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, require


def write_service(
    actor: Actor,
    code: str,
    *,
    names: tuple[str, str],
    category: str,
    regions: Collection[str],
    languages: Collection[str],
    admits: Mapping[str, Json],
    places: tuple[int, int] | None = None,
    now: datetime | None = None,
) -> None:
    """Write a service of the own agency, new or over the old: names (English, Korean), places (total, free).

    Raises DeniedError: "no-right", "admits-malformed", "places-impossible".
    """
    with attempt(actor, AuditAction.DIRECTORY_EDIT, now=now):
        require(may_edit(actor))
        if not _form().is_valid(admits):
            raise DeniedError("admits-malformed")
        total, free = _possible(places)
        written = {
            "name_en": names[0],
            "name_ko": names[1],
            "category": category,
            "regions": sorted(regions),
            "languages": sorted(languages),
            "admits": dict(admits),
            "places_total": total,
            "places_free": free,
            "confirmed_at": now or timezone.now(),
        }
        Service.objects.update_or_create(agency_id=actor.agency, code=code, defaults=written)


def confirm_places(actor: Actor, code: str, free: int, *, now: datetime | None = None) -> None:
    """Keep how many places are free now; raises DeniedError("places-impossible" and others), AbsentError."""
    with attempt(actor, AuditAction.DIRECTORY_EDIT, now=now):
        require(may_edit(actor))
        row = _service(actor, code)
        if row.places_total is None:
            raise DeniedError("places-impossible")
        row.places_free = _possible((row.places_total, free))[1]
        row.confirmed_at = now or timezone.now()
        row.save(update_fields=["places_free", "confirmed_at"])


def record_location(actor: Actor, code: str, address: str, *, now: datetime | None = None) -> None:
    """Seal where a service is under a new key; a former address is destroyed with its key.

    Raises DeniedError, AbsentError, LockedAgencyError.
    """
    with attempt(actor, AuditAction.LOCATION_RECORD, now=now) as entry:
        require(may_record_location(actor))
        service = _service(actor, code)
        _destroy_former(actor, service, now or timezone.now())
        key = vault.new_key(actor.agency, KeyKind.LOCATION)
        row = ShelterLocation(agency_id=actor.agency, service=service, key_id=key)
        row.sealed = vault.put(actor.agency, key, place(row), address.encode())
        row.save(force_insert=True)
        entry.subject = vault.handle(actor.agency, key)


def _service(actor: Actor, code: str) -> Service:
    row = Service.objects.select_for_update().filter(agency=actor.agency, code=code).first()
    if row is None:
        raise AbsentError
    return row


def _destroy_former(actor: Actor, service: Service, now: datetime) -> None:
    for former in ShelterLocation.objects.filter(agency=actor.agency, service=service):
        former.delete()
        vault.destroy(ledger_handle(actor), actor.agency, KeyId(former.key_id), "address-replaced", now=now)


def _possible(places: tuple[int, int] | None) -> tuple[int | None, int | None]:
    if places is None:
        return None, None
    total, free = places
    if not 0 <= free <= total:
        raise DeniedError("places-impossible")
    return total, free


@cache
def _form() -> Draft202012Validator:
    text = (files("ieumgil.directory") / "data" / "admits.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))
