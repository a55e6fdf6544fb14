"""Which rights a role holds; the only place that says so."""

from collections.abc import Iterable
from enum import StrEnum

from ieumgil.kernel.permission import Permission as P


class Role(StrEnum):
    """What a worker is at an agency; a worker may hold several."""

    FIRST_RESPONDER = "first-responder"
    CASE_WORKER = "case-worker"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    KEY_OFFICER = "key-officer"
    COORDINATOR = "coordinator"


_CASEWORK = frozenset(
    {
        P.CASE_OPEN,
        P.CASE_READ,
        P.CONSENT_RECORD,
        P.REFERRAL_READ,
        P.REFERRAL_SEND,
        P.SCREENING_DO,
    }
)

RIGHTS: dict[Role, frozenset[P]] = {
    Role.FIRST_RESPONDER: _CASEWORK,
    Role.CASE_WORKER: _CASEWORK | {P.REFERRAL_ANSWER, P.SERVICE_DELIVER, P.DIRECTORY_EDIT, P.LOCATION_READ},
    Role.REVIEWER: frozenset({P.CASE_READ, P.READING_DECIDE}),
    Role.SUPERVISOR: frozenset({P.REFERRAL_APPROVE, P.REFERRAL_READ, P.AUDIT_READ, P.WORKER_INVITE}),
    Role.KEY_OFFICER: frozenset({P.CARD_ROTATE, P.AGREEMENT_LOAD}),
    # The coordinator sees the mechanism, never a person: no case right at all.
    Role.COORDINATOR: frozenset({P.COORDINATE, P.ROLL_SIGN, P.AGREEMENT_LOAD}),
}


def rights_of(roles: Iterable[Role]) -> frozenset[P]:
    """Give the union of the rights of these roles."""
    return frozenset().union(*(RIGHTS[role] for role in roles))
