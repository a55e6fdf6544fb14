"""Chapters one to four: screening, enquiry, consent, and a referral from refer to close."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ieumgil.site.demo import people
from ieumgil.site.demo.founding import agency_id, name_of
from ieumgil.site.demo.nodes import DemoNode, RefusedError, StepError
from ieumgil.site.demo.telling import Both, Teller

OFFICER, NIGHT, COUNSEL = "officer@police", "night@garam", "counsel@onbit"
MOST_QUESTIONS = 12


@dataclass
class Journey:
    """The two nodes, who tells it, and the threads that were begun, by a name."""

    front: DemoNode
    protection: DemoNode
    teller: Teller
    threads: dict[str, tuple[Both, str]]

    def begun(
        self, name: str, thread: str, referrer: tuple[str, str], receiver: tuple[str, str], end: str
    ) -> Both:
        """Follow a thread between (worker, agency) and (worker, agency) that must end in a state."""
        language = self.teller.language
        both = Both(
            self.teller,
            {
                "F": (self.front, referrer[0], name_of(referrer[1], language)),
                "R": (self.protection, receiver[0], name_of(receiver[1], language)),
            },
        )
        both.thread = thread
        self.threads[name] = (both, end)
        return both

    def must_refuse(self, code: str, node: DemoNode, worker: str | None, *command: str) -> str:
        """Run what must be refused for this reason; gives the words, raises StepError if it was not refused so."""
        try:
            node.do(worker, *command)
        except RefusedError as refused:
            if refused.code == code:
                return refused.words
            raise StepError(f"{' '.join(command[:2])}: refused as {refused.code}, not as {code}") from refused
        raise StepError(f"{' '.join(command[:2])}: was not refused ({code})")

    def case(self, worker: str, person: Mapping[str, object]) -> str:
        """Open a case and record what the person said."""
        case = str(self.front.do(worker, "case", "open"))
        self.front.do(worker, "case", "record", case, "--fields", json.dumps(person, ensure_ascii=False))
        return case


def screening(journey: Journey) -> str:
    """Screen an adult, a child, and somebody of whom little is known; read by the ILO indicators. Gives the adult's case."""
    tell, front = journey.teller, journey.front
    tell.chapter("chapter-screening")
    questions = front.do(OFFICER, "identification", "questions")
    if len(questions) > MOST_QUESTIONS:
        raise StepError("more than twelve questions")
    case = journey.case(OFFICER, people.LINH)
    front.do(OFFICER, "case", "note", case, "--text", "Met at the harbour at night. This note never leaves.")
    found = _screen(journey, case, people.ADULT_ANSWERS, people.ADULT_WORDS, "--not-a-child")
    tell.step("screened", count=len(questions), conclusion=_conclusion(journey, found, "protect-now"))
    _explain(journey, found)
    child = journey.case(OFFICER, people.CHILD)
    found = _screen(
        journey, child, people.CHILD_ANSWERS, {}, "--born", "2010-09-01", "--act-began", "2026-10-01"
    )
    tell.step("screened-child", conclusion=_conclusion(journey, found, "protect-now"))
    _explain(journey, found)
    other = journey.case(OFFICER, {"identity.name": None})
    found = _screen(journey, other, people.FEW_ANSWERS, {}, "--not-a-child")
    tell.step("screened-little", conclusion=_conclusion(journey, found, "ask-again"))
    _read(journey, case, people.ESTABLISHED)
    _read(journey, child, people.CHILD_ESTABLISHED, "--child")
    return case


def enquiring(journey: Journey, case: str) -> Both:
    """Ask two agencies without identity: one cannot, one can. Gives the thread with the one that can."""
    tell, front, protection = journey.teller, journey.front, journey.protection
    tell.chapter("chapter-enquiring")
    tell.step(
        "no-leave-yet",
        words=journey.must_refuse("no-leave", front, OFFICER, *_enquire(case, "garam-shelter")),
    )
    front.do(OFFICER, "consent", "leave", case, "--language", "vi")
    tell.step("leave-given")
    counselling = _ask(journey, "enquiry to the counselling centre", case, (COUNSEL, "onbit-counselling"))
    protection.do(
        COUNSEL,
        "referral",
        "cannot-take",
        counselling.thread,
        "--reason",
        "full",
        "--suggest",
        "garam-shelter",
    )
    tell.step("cannot-take", reason=tell.word("reason.full"))
    counselling.agree("REFUSED")
    front.do(OFFICER, "referral", "close", counselling.thread, "--reason", "taken-by-another")
    tell.step("closed")
    counselling.agree("CLOSED")
    shelter = _ask(journey, "referral to the shelter", case, (NIGHT, "garam-shelter"))
    protection.do(NIGHT, "referral", "can-take", shelter.thread, "--hours", "12")
    tell.step("can-take", hours=12)
    shelter.agree("OFFERED")
    return shelter


def consenting(journey: Journey, case: str, thread: Both) -> str:
    """Record a refusal that still leads to offers, then consent for this recipient. Gives the consent."""
    tell, front = journey.teller, journey.front
    tell.chapter("chapter-consenting")
    front.do(OFFICER, "consent", "refuse", case, "--what", "sharing", "--language", "vi")
    words = journey.must_refuse("nothing-to-send", front, OFFICER, "referral", "refer", thread.thread)
    tell.step("refused-sharing", words=words)
    front.do(OFFICER, "service", "start", case, "--code", "information")
    tell.step("offered-all-the-same")
    thread.agree("OFFERED")
    grant = consent(journey, OFFICER, case, "garam-shelter", "arrival", "progress", "outcome")
    tell.step("consented", who=name_of("garam-shelter", tell.language))
    return grant


def referring(journey: Journey, thread: Both) -> None:
    """Refer, query, reply, accept, arrived, progress, outcome, close: under the agreement."""
    tell, front, protection = journey.teller, journey.front, journey.protection
    tell.chapter("chapter-referring")
    preview = front.do(OFFICER, "referral", "preview", thread.thread)
    front.do(OFFICER, "referral", "refer", thread.thread, "--shown", preview["digest"])
    tell.step("referred", basis=tell.text("basis-agreement"))
    tell.packet(preview)
    thread.agree("REFERRED")
    opened = protection.do(NIGHT, "referral", "packet", thread.thread, "--for", "shelter")
    if set(opened["fields"]) != set(preview["sent"]):
        raise StepError("the receiver holds other fields than the preview showed")
    tell.step("opened", count=len(opened["fields"]))
    protection.do(
        NIGHT, "referral", "query", thread.thread, "--question", "Does she need a ground-floor room?"
    )
    tell.step("queried")
    thread.agree("QUERIED")
    front.do(OFFICER, "referral", "reply", thread.thread, "--text", "No. She asks for a room that locks.")
    tell.step("replied")
    thread.agree("REFERRED")
    taken = protection.do(NIGHT, "referral", "accept", thread.thread)
    tell.step("accepted")
    thread.agree("ACCEPTED")
    protection.do(NIGHT, "referral", "arrived", thread.thread)
    tell.step("arrived")
    thread.agree("IN CARE")
    service = protection.do(NIGHT, "service", "start", taken["case"], "--code", "shelter")
    protection.do(NIGHT, "referral", "progress", thread.thread, "--code", "settling-in")
    tell.step("progressed")
    thread.agree("IN CARE")
    protection.do(NIGHT, "service", "end", str(service))
    protection.do(NIGHT, "referral", "outcome", thread.thread, "--code", "own-home")
    tell.step("outcome")
    thread.agree("OUTCOME")
    front.do(OFFICER, "referral", "close", thread.thread, "--reason", "complete")
    tell.step("closed")
    thread.agree("CLOSED")


def consent(
    journey: Journey, worker: str, case: str, to: str, *feedback: str, purpose: str = "shelter"
) -> str:
    """Record a person's consent for one recipient; health and status are not named, so they stay. Gives its id."""
    given = journey.front.do(
        worker, "consent", "give", case, "--to", agency_id(to), "--for", purpose, "--language", "vi",
        *(part for category in ("identity", "contact", "safety", "needs") for part in ("--category", category)),
        *(part for kind in feedback for part in ("--feedback", kind)),
    )  # fmt: skip
    return str(given)


def _ask(journey: Journey, name: str, case: str, receiver: tuple[str, str]) -> Both:
    begun = journey.front.do(OFFICER, *_enquire(case, receiver[1]))
    thread = journey.begun(name, begun["thread"], (OFFICER, "narae-police"), receiver, "CLOSED")
    journey.teller.step("enquired", who=name_of(receiver[1], journey.teller.language))
    thread.agree("ENQUIRED")
    return thread


def _enquire(case: str, to: str) -> list[str]:
    return ["referral", "enquire", case, "--to", to, "--urgency", "emergency", "--about", people.asked()]


def _screen(
    journey: Journey, case: str, answers: dict[str, str], words: dict[str, str], *age: str
) -> dict[str, Any]:
    return dict(journey.front.do(
        OFFICER, "identification", "screen", case, "--answers", json.dumps(answers), "--words", json.dumps(words), *age
    ))  # fmt: skip


def _conclusion(journey: Journey, found: dict[str, Any], expected: str) -> str:
    if found["conclusion"] != expected:
        raise StepError(f"concluded {found['conclusion']}, not {expected}")
    return journey.teller.sign(expected)


def _explain(journey: Journey, found: dict[str, Any]) -> None:
    tell, by_element = journey.teller, dict[str, list[str]]()
    for reason in found["reasons"]:
        by_element.setdefault(reason["element"], []).append(tell.sign(reason["code"]))
    reasons = "; ".join(
        f"{tell.word(f'element.{element}')}: {', '.join(signs)}" for element, signs in by_element.items()
    )
    tell.detail("because", reasons=reasons)
    tell.detail("rule", rule=tell.sign(found["rule"]))


def _read(journey: Journey, case: str, established: tuple[str, ...], *more: str) -> None:
    journey.front.do(OFFICER, "case", "join", case, "reviewer@police")
    codes = [part for code in established for part in ("--established", code)]
    found = journey.front.do("reviewer@police", "identification", "read", case, *codes, *more)
    journey.teller.step(
        "read-by-indicators", outcome=journey.teller.sign(found["outcome"]), codes=", ".join(established)
    )
