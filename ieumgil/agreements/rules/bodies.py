"""The body of an agreement as it is loaded, and the basis that it gives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

from ieumgil.agreements.rules.bases import Basis, BasisKind
from ieumgil.agreements.rules.calendars import LimitUnit, TimeLimit, TimeLimits
from ieumgil.agreements.rules.purposes import PurposeKind
from ieumgil.kernel.ids import AgencyId, CategoryCode, PurposeCode

LimitBody = Mapping[str, int]  # {"hours": 2} or {"working_days": 5}


class LimitsBody(TypedDict):
    """The time limit of each urgency."""

    emergency: LimitBody
    urgent: LimitBody
    ordinary: LimitBody


class AgreementBody(TypedDict):
    """What the basis is made from, of all that `data/agreement.schema.json` lets through."""

    id: str
    version: int
    kind: Literal["agreement", "law"]
    purpose_kind: str
    parties: list[str] | Literal["all"]
    purposes: list[str]
    categories: list[str] | Literal["needed"]
    may_skip_enquiry: bool
    time_limits: LimitsBody
    coordinator: str | None
    calendar: str | None
    onward: list[str]
    retention_days: int
    valid_from: str
    valid_until: str | None


def limits_from(body: LimitsBody) -> TimeLimits:
    """Read the three time limits."""
    return TimeLimits(_limit(body["emergency"]), _limit(body["urgent"]), _limit(body["ordinary"]))


def basis_from(body: AgreementBody, *, suspended_at: datetime | None = None) -> Basis:
    """Make the basis from a body that the schema let through; raises ValueError where it did not."""
    parties, categories, coordinator = body["parties"], body["categories"], body["coordinator"]
    return Basis(
        id=body["id"],
        version=body["version"],
        kind=BasisKind(body["kind"]),
        purpose_kind=PurposeKind(body["purpose_kind"]),
        purposes=frozenset(map(PurposeCode, body["purposes"])),
        parties=None if parties == "all" else frozenset(AgencyId(UUID(party)) for party in parties),
        categories=None if categories == "needed" else frozenset(map(CategoryCode, categories)),
        may_skip_enquiry=body["may_skip_enquiry"],
        time_limits=limits_from(body["time_limits"]),
        coordinator=AgencyId(UUID(coordinator)) if coordinator else None,
        calendar=body["calendar"],
        valid_from=datetime.fromisoformat(body["valid_from"]),
        valid_until=datetime.fromisoformat(body["valid_until"]) if body["valid_until"] else None,
        suspended_at=suspended_at,
        onward=frozenset(map(PurposeCode, body["onward"])),
        retention_days=body["retention_days"],
    )


def _limit(body: LimitBody) -> TimeLimit:
    ((unit, amount),) = body.items()
    return TimeLimit(amount, LimitUnit(unit))
