"""How far a thread between the police unit and the shelter has come, brought there at the workers' terminal."""

import json
from dataclasses import dataclass

from ieumgil.site.demo.founding import agency_id
from ieumgil.site.demo.nodes import DemoNode
from ieumgil.site.demo.people import asked
from ieumgil.site.demo.telling import Both, Teller
from tests.support.acting import WORDS
from tests.support.journeying import NIGHT, OFFICER


@dataclass(frozen=True)
class Begun:
    """A thread with its case, and both sides that see it."""

    case: str
    thread: str
    both: Both


def case_with_leave(front: DemoNode, language: str, *, leave: str = "vi") -> str:
    """Open a case of a person who lets the police unit ask without a name."""
    said = WORDS[language]
    person = {
        "identity.name": said["name"], "identity.birth_date": "1998-04-02", "identity.sex": "female",
        "contact.safe_channel": said["channel"], "safety.threats": said["threat"], "needs.languages": ["vi"],
        "needs.services": ["shelter"], "health.allergies": said["allergy"],
    }  # fmt: skip
    case = str(front.do(OFFICER, "case", "open"))
    front.do(OFFICER, "case", "record", case, "--fields", json.dumps(person))
    front.do(OFFICER, "consent", "leave", case, "--language", leave)
    return case


def enquired(front: DemoNode, protection: DemoNode, language: str, *, urgency: str = "urgent") -> Begun:
    """Ask the shelter, and wait until it has heard."""
    case = case_with_leave(front, language)
    enquiry = ("--to", "garam-shelter", "--urgency", urgency, "--about", asked())
    thread = front.do(OFFICER, "referral", "enquire", case, *enquiry)["thread"]
    sides = {"F": (front, OFFICER, ""), "R": (protection, NIGHT, "")}
    both = Both(_Silent("en"), sides)
    both.thread = thread
    both.agree("ENQUIRED")
    return Begun(case, thread, both)


def offered(front: DemoNode, protection: DemoNode, language: str) -> Begun:
    """Let the shelter say that it has a place."""
    begun = enquired(front, protection, language)
    protection.do(NIGHT, "referral", "can-take", begun.thread, "--hours", "12")
    begun.both.agree("OFFERED")
    return begun


def referred(front: DemoNode, protection: DemoNode, language: str) -> Begun:
    """Refer the person with their consent."""
    begun = offered(front, protection, language)
    shared = [part for each in ("identity", "contact", "safety", "needs") for part in ("--category", each)]
    front.do(
        OFFICER, "consent", "give", begun.case, "--to", agency_id("garam-shelter"), "--for", "shelter",
        "--language", "vi", *shared, "--feedback", "arrival",
    )  # fmt: skip
    shown = front.do(OFFICER, "referral", "preview", begun.thread)["digest"]
    front.do(OFFICER, "referral", "refer", begun.thread, "--shown", shown)
    begun.both.agree("REFERRED")
    return begun


def in_care(front: DemoNode, protection: DemoNode, language: str) -> Begun:
    """Let the person arrive; the packet was opened."""
    begun = referred(front, protection, language)
    protection.do(NIGHT, "referral", "packet", begun.thread, "--for", "shelter")
    protection.do(NIGHT, "referral", "accept", begun.thread)
    protection.do(NIGHT, "referral", "arrived", begun.thread)
    begun.both.agree("IN CARE")
    return begun


class _Silent(Teller):
    """Tells nothing: a test says what it has to say."""

    def detail(self, key: str, **facts: object) -> None:
        """Say nothing."""
