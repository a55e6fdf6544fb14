"""What a purpose needs, what a basis allows, and when a step is due; pure."""

from ieumgil.agreements.rules.bases import Basis, BasisKind, covers, may_be_loaded, may_skip_enquiry, stands
from ieumgil.agreements.rules.bodies import AgreementBody, basis_from, limits_from
from ieumgil.agreements.rules.calendars import (
    Calendar,
    LimitUnit,
    TimeLimit,
    TimeLimits,
    Urgency,
    due_at,
    is_certain,
)
from ieumgil.agreements.rules.copies import Copy, copies_that_count, newest_begun
from ieumgil.agreements.rules.purposes import DataField, Purpose, PurposeKind, may_be_read_for
from ieumgil.agreements.rules.reporting import Must, ReportingDuty, duties_of

__all__ = [
    "AgreementBody",
    "Basis",
    "BasisKind",
    "Calendar",
    "Copy",
    "DataField",
    "LimitUnit",
    "Must",
    "Purpose",
    "PurposeKind",
    "ReportingDuty",
    "TimeLimit",
    "TimeLimits",
    "Urgency",
    "basis_from",
    "copies_that_count",
    "covers",
    "due_at",
    "duties_of",
    "is_certain",
    "limits_from",
    "may_be_loaded",
    "may_be_read_for",
    "may_skip_enquiry",
    "newest_begun",
    "stands",
]
