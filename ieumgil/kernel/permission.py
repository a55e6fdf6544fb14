"""Every right there is, named scope.action, in alphabetical order; a role is a set of these."""

from enum import StrEnum


class Permission(StrEnum):
    """A verb on a kind of thing; what a role may do is in `ground/accounts/rules.py`."""

    AGREEMENT_LOAD = "agreement.load"
    AUDIT_READ = "audit.read"
    CARD_ROTATE = "card.rotate"
    CASE_OPEN = "case.open"
    CASE_READ = "case.read"
    CONSENT_RECORD = "consent.record"
    COORDINATE = "coordinate"
    DIRECTORY_EDIT = "directory.edit"
    LOCATION_READ = "location.read"
    READING_DECIDE = "reading.decide"
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_APPROVE = "referral.approve"
    REFERRAL_READ = "referral.read"
    REFERRAL_SEND = "referral.send"
    ROLL_SIGN = "roll.sign"
    SCREENING_DO = "screening.do"
    SERVICE_DELIVER = "service.deliver"
    WORKER_INVITE = "worker.invite"
