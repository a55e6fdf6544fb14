"""The form in which a consent, a refusal and a leave are kept under the case's key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, cast
from uuid import UUID

from ieumgil.consent.rules.grants import Feedback, Form, GivenBy, Grant, How
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CategoryCode, GrantId, PurposeCode


class RefusedWhat(StrEnum):
    """What the person said no to."""

    ENQUIRY = "enquiry"
    SHARING = "sharing"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Refused:
    """A no, kept so that nobody asks again as if nothing had been said; offers go on."""

    what: RefusedWhat
    language: str
    how: How
    at: datetime
    purposes: frozenset[PurposeCode] = frozenset()
    recipients: frozenset[AgencyId] = frozenset()


@dataclass(frozen=True, slots=True)
class Leave:
    """Spoken leave to enquire without a name."""

    language: str
    how: How
    at: datetime


class GrantBody(TypedDict):
    """What of a grant is sealed; its moments and version are columns."""

    purposes: list[str]
    recipients: list[str]
    categories: list[str]
    named_categories: list[str]
    language: str
    how: str
    form: str
    by_whom: str
    of_child: bool
    guardian_suspected: bool
    feedback: list[str]


@dataclass(frozen=True, slots=True)
class GrantColumns:
    """What of a grant is not sealed."""

    id: GrantId
    version: int
    given_at: datetime
    until: datetime
    withdrawn_at: datetime | None


def body_of(grant: Grant) -> dict[str, Json]:
    """Give what of a grant is sealed, lists sorted."""
    body = GrantBody(
        purposes=sorted(grant.purposes),
        recipients=sorted(map(str, grant.recipients)),
        categories=sorted(grant.categories),
        named_categories=sorted(grant.named_categories),
        language=grant.language,
        how=grant.how.value,
        form=grant.form.value,
        by_whom=grant.by_whom.value,
        of_child=grant.of_child,
        guardian_suspected=grant.guardian_suspected,
        feedback=sorted(grant.feedback),
    )
    return cast("dict[str, Json]", body)


def grant_from(columns: GrantColumns, body: GrantBody) -> Grant:
    """Put a grant together again."""
    return Grant(
        id=columns.id,
        version=columns.version,
        purposes=frozenset(map(PurposeCode, body["purposes"])),
        recipients=frozenset(AgencyId(UUID(agency)) for agency in body["recipients"]),
        categories=frozenset(map(CategoryCode, body["categories"])),
        named_categories=frozenset(map(CategoryCode, body["named_categories"])),
        given_at=columns.given_at,
        until=columns.until,
        language=body["language"],
        how=How(body["how"]),
        form=Form(body["form"]),
        by_whom=GivenBy(body["by_whom"]),
        of_child=body["of_child"],
        guardian_suspected=body["guardian_suspected"],
        feedback=frozenset(map(Feedback, body["feedback"])),
        withdrawn_at=columns.withdrawn_at,
    )
