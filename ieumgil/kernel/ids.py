"""Identifiers as distinct types, so that a case can never be passed where a thread is meant."""

from typing import NewType
from uuid import UUID

AgencyId = NewType("AgencyId", UUID)
WorkerId = NewType("WorkerId", UUID)
CaseId = NewType("CaseId", UUID)
GrantId = NewType("GrantId", UUID)
ThreadId = NewType("ThreadId", UUID)
KeyId = NewType("KeyId", UUID)
MessageId = NewType("MessageId", str)  # 64 hex digits: SHA-256 of the canonical signed header
PurposeCode = NewType("PurposeCode", str)
CategoryCode = NewType("CategoryCode", str)
FieldPath = NewType("FieldPath", str)  # "identity.name": category, dot, field
