"""Which rights a role holds; the only place that says so."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from ieumgil.kernel.permission import Permission


class Role(StrEnum):
    """What a worker is at an agency; a worker may hold several."""

    FIRST_RESPONDER = "first-responder"
    CASE_WORKER = "case-worker"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    KEY_OFFICER = "key-officer"
    COORDINATOR = "coordinator"


class Language(StrEnum):
    """A language in which a worker reads the screens."""

    KO = "ko"
    EN = "en"


class InvitationKind(StrEnum):
    """What a link that is good once leads to."""

    JOIN = "join"
    NEW_SECOND_FACTOR = "new-second-factor"


INVITATION_LASTS: Final = timedelta(hours=72)
TOKEN_BYTES: Final = 24  # 192 random bits: nobody finds a link by trying


def token_hash(token: str) -> str:
    """Give what is kept of a link's token: from it nobody gets the link back."""
    return sha256(token.encode()).hexdigest()


_CASEWORK = frozenset(
    {
        Permission.CASE_OPEN,
        Permission.CASE_READ,
        Permission.CONSENT_RECORD,
        Permission.REFERRAL_READ,
        Permission.REFERRAL_SEND,
        Permission.SCREENING_DO,
    }
)

RIGHTS: dict[Role, frozenset[Permission]] = {
    Role.FIRST_RESPONDER: _CASEWORK,
    Role.CASE_WORKER: _CASEWORK
    | {
        Permission.REFERRAL_ANSWER,
        Permission.SERVICE_DELIVER,
        Permission.DIRECTORY_EDIT,
        Permission.LOCATION_READ,
    },
    Role.REVIEWER: frozenset({Permission.CASE_READ, Permission.READING_DECIDE}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.REFERRAL_APPROVE,
            Permission.REFERRAL_READ,
            Permission.AUDIT_READ,
            Permission.WORKER_INVITE,
        }
    ),
    Role.KEY_OFFICER: frozenset({Permission.CARD_ROTATE, Permission.AGREEMENT_LOAD}),
    # The coordinator sees the mechanism, never a person: no case right at all.
    Role.COORDINATOR: frozenset({Permission.COORDINATE, Permission.ROLL_SIGN, Permission.AGREEMENT_LOAD}),
}


def rights_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Give the union of the rights of these roles."""
    return frozenset().union(*(RIGHTS[role] for role in roles))
