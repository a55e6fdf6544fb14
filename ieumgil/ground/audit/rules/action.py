"""Every action that a ledger can name: room.verb, with what it means, in alphabetical order."""

from enum import StrEnum
from typing import Self


class AuditAction(StrEnum):
    """An action as the ledger writes it; it comes from code, never from a request; `meaning` is in words."""

    meaning: str

    def __new__(cls, code: str, meaning: str = "") -> Self:
        """Keep the meaning beside the code, which alone is the value: AuditAction("case.open") finds it."""
        action = str.__new__(cls, code)
        action._value_ = code
        action.meaning = meaning
        return action

    AGENCY_LOCK = "agency.lock", "An agency's vault was locked."
    AGENCY_UNLOCK = "agency.unlock", "An agency's vault was unlocked."
    AGREEMENT_LOAD = "agreement.load", "An agreement was taken in as data."
    AGREEMENT_READ = "agreement.read", "Agreements were read."
    AGREEMENT_SUSPEND = "agreement.suspend", "An agreement was suspended."
    ALARM_SETTLE = "alarm.settle", "People looked into an alarm and settled it."
    BUNDLE_ACCEPT = "bundle.accept", "A sealed bundle of another agency was opened and kept."
    BUNDLE_REFUSE = "bundle.refuse", "A bundle was refused; nothing of it was kept but the refusal."
    BUNDLE_SEND = "bundle.send", "A bundle was sealed and put into the outbox."
    CALL_ANSWERED = "call.answered", "Somebody on duty answered a call."
    CALL_NOBODY = "call.nobody", "A call rang for half an hour and nobody answered."
    CALL_START = "call.start", "Phones of people on duty began to ring."
    CALL_STOP = "call.stop", "A call to people on duty was stopped."
    CARD_ACCEPT = "card.accept", "Another agency's card was taken in."
    CARD_REVOKE = "card.revoke", "A key of the agency was revoked."
    CARD_ROTATE = "card.rotate", "The agency's keys were renewed and a new card signed."
    CASE_CLOSE = "case.close", "A case was closed."
    CASE_ERASE = "case.erase", "A case was erased: its key was destroyed and its rows emptied."
    CASE_LIST = "case.list", "A worker's own cases were listed, without identity."
    CASE_OPEN = "case.open", "A case was opened."
    CASE_READ = "case.read", "A case was read, without identity."
    CASE_STAGE = "case.stage", "A case moved to another stage."
    CASE_TEAM = "case.team", "Somebody joined or left the team of a case."
    CONSENT_ENQUIRE = "consent.enquire", "The person gave leave to enquire without a name."
    CONSENT_LAPSE = "consent.lapse", "A consent ran out."
    CONSENT_READ = "consent.read", "Consents of a case were read."
    CONSENT_RECORD = "consent.record", "A consent, or a refusal of it, was recorded."
    CONSENT_WITHDRAW = "consent.withdraw", "A consent was withdrawn."
    COUNTS_READ = "counts.read", "The coordinator read what agencies told in numbers."
    COUNTS_TELL = (
        "counts.tell",
        "An agency told the coordinator its month in numbers; small ones were held back.",
    )
    DIRECTORY_EDIT = "directory.edit", "A service or an organisation was written into the directory."
    DOCUMENT_MAKE = "document.make", "A paper to take along was made."
    DRAFT_DROP = "draft.drop", "A worker let go of their own kept words."
    DRAFT_KEEP = "draft.keep", "A worker's words were kept because things had moved on."
    DRAFT_READ = "draft.read", "A worker read back their own kept words."
    DUTY_TELL = "duty.tell", "The person was told what the worker must report, before status was asked."
    FIELDS_READ = "fields.read", "Fields of a case were read."
    FIELDS_RECORD = "fields.record", "Fields of a case were written."
    IDENTITY_READ = "identity.read", "The identity of a person was read."
    IDENTITY_RECORD = "identity.record", "The identity of a person was recorded."
    KEY_DESTROY = "key.destroy", "A key was destroyed, and all that was sealed under it is erased."
    KEY_MAKE = "key.make", "A key was made."
    LEDGER_ALARM = "ledger.alarm", "A partner's checkpoint contradicts one that was kept earlier."
    LEDGER_CHECKPOINT = "ledger.checkpoint", "A checkpoint was signed at a worker's wish."
    LEDGER_EXPORT = "ledger.export", "The ledger was written out."
    LEDGER_READ = "ledger.read", "Entries of the ledger were read."
    LOCATION_READ = "location.read", "The address of a shelter was read."
    LOCATION_RECORD = "location.record", "The address of a shelter was recorded."
    NAME_SEARCH = "name.search", "A full name was searched among the agency's own cases."
    NOTE_ADD = "note.add", "A note was added to a case."
    NOTE_READ = "note.read", "Notes of a case were read."
    PACKET_OPEN = "packet.open", "A received packet was opened and read."
    PACKET_PREVIEW = "packet.preview", "It was shown what a packet would hold, and what would be held back."
    READING_READ = "reading.read", "A reviewer's reading was read."
    READING_RECORD = "reading.record", "A reviewer's reading by the indicators was recorded."
    REFERRAL_ACCEPT = "referral.accept", "The receiver accepted a referral."
    REFERRAL_APPROVE = "referral.approve", "A second person approved, or reviewed, a disclosure."
    REFERRAL_ARRIVED = "referral.arrived", "The person arrived."
    REFERRAL_ASK_ONWARD = "referral.ask-onward", "The receiver asked to refer onward."
    REFERRAL_CAN_TAKE = "referral.can-take", "The receiver can take the person."
    REFERRAL_CANNOT_TAKE = "referral.cannot-take", "The receiver cannot take the person."
    REFERRAL_CLOSE = "referral.close", "A thread was closed."
    REFERRAL_DECLINE = "referral.decline", "The receiver declined a referral."
    REFERRAL_ENQUIRY = "referral.enquiry", "An agency was asked, without identity."
    REFERRAL_ERASED = "referral.erased", "The receiver erased what it had been sent."
    REFERRAL_ESCALATE = (
        "referral.escalate",
        "A step is overdue and the coordinator was told, without identity.",
    )
    REFERRAL_FREEZE = "referral.freeze", "A fork was found and a thread frozen."
    REFERRAL_LIST = "referral.list", "The work list was read."
    REFERRAL_NOT_ARRIVED = "referral.not-arrived", "The person did not arrive."
    REFERRAL_OPENED = "referral.opened", "It was reported that a packet was opened."
    REFERRAL_OUTCOME = "referral.outcome", "The receiver reported an outcome."
    REFERRAL_PROGRESS = "referral.progress", "The receiver reported progress."
    REFERRAL_QUERY = "referral.query", "The receiver asked back."
    REFERRAL_READ = "referral.read", "A thread was read."
    REFERRAL_RECALL = "referral.recall", "A referral was recalled."
    REFERRAL_REFER = "referral.refer", "A person was referred, with a packet."
    REFERRAL_REPLY = "referral.reply", "A question was answered."
    REFERRAL_SETTLE = "referral.settle", "Two agencies settled a fork."
    ROLL_ACCEPT = "roll.accept", "A roll was taken in."
    ROLL_SIGN = "roll.sign", "The coordinator signed a roll."
    SCREENING_READ = "screening.read", "A screening was read."
    SCREENING_RECORD = "screening.record", "A screening was recorded."
    SERVICE_END = "service.end", "A service ended."
    SERVICE_READ = "service.read", "Services delivered in a case were read."
    SERVICE_START = "service.start", "A service started."
    SHIFT_PASS_ON = "shift.pass-on", "A worker passed work on to a colleague."
    SHIFT_TAKE = "shift.take", "A worker took what a colleague had passed on."
    WORKER_APPROVE_SECOND_FACTOR = (
        "worker.approve-second-factor",
        "A second officer approved that a worker enrols a new second factor.",
    )
    WORKER_ASK_SECOND_FACTOR = (
        "worker.ask-second-factor",
        "An officer asked that a worker may enrol a new second factor.",
    )
    WORKER_CHOOSE = "worker.choose", "A worker chose their language, or where notices go."
    WORKER_CLOSE = "worker.close", "A worker's account was closed."
    WORKER_INVITE = "worker.invite", "A worker was invited."
    WORKER_JOIN = "worker.join", "A worker used a link that is good once, and set a password."
    WORKER_LIST = "worker.list", "Who works here was listed."
    WORKER_PASSWORD = "worker.password", "A worker changed their own password."
    WORKER_ROLE = "worker.role", "A role was given or taken back."
    WORKER_SECOND_FACTOR = (
        "worker.second-factor",
        "A worker enrolled a second factor, or made new codes for paper.",
    )
    WORKER_SESSIONS = "worker.sessions", "Sessions of a worker were listed or ended."
    WORKER_SIGN_IN = "worker.sign-in", "A worker signed in, or tried to."
    WORKER_SIGN_OUT = "worker.sign-out", "A worker signed out."
