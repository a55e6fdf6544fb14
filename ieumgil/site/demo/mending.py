"""Chapters five to seven: recall and erasure, what goes otherwise, and what the wire and the power do."""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ieumgil.site.demo import people
from ieumgil.site.demo.founding import FRONT, PROTECTION, agency_id, name_of
from ieumgil.site.demo.nodes import PATIENCE, DemoNode, RefusedError, StepError
from ieumgil.site.demo.referring import COUNSEL, NIGHT, OFFICER, Journey, consent
from ieumgil.site.demo.telling import Both, Teller

INSPECTOR, IMMIGRATION, LAWYER, SECRETARY = (
    "inspector@labour",
    "officer@immigration",
    "lawyer@nuri",
    "secretary@secretariat",
)


def recalling(journey: Journey) -> None:
    """Under the joining basis: consent withdrawn, recalled by the clock, erased; the packet can be opened no more."""
    tell, front, protection = journey.teller, journey.front, journey.protection
    tell.chapter("chapter-recalling")
    thread, case = _offer(
        journey, "recalled referral", (INSPECTOR, "narae-labour"), people.DAO, language="th", end="ERASED"
    )
    grant = consent(journey, INSPECTOR, case, "garam-shelter", "arrival")
    preview = front.do(INSPECTOR, "referral", "preview", thread.thread)
    front.do(INSPECTOR, "referral", "refer", thread.thread, "--shown", preview["digest"])
    tell.step("referred", basis=tell.text("basis-joining"))
    tell.packet(preview)
    thread.agree("REFERRED")
    protection.do(NIGHT, "referral", "packet", thread.thread, "--for", "shelter")
    before = protection.copy_to(protection.home.parent / "stolen-before")
    wrapped = _wrapped_keys(protection, thread.thread)
    _opens_in(before, thread.thread, wanted=True)
    tell.step("stolen-before")
    front.do(INSPECTOR, "consent", "withdraw", case, grant)
    front.do(None, "node", "work", "--once")
    tell.step("withdrawn")
    thread.agree("RECALLED")
    words = journey.must_refuse(
        "recalled", protection, NIGHT, "referral", "packet", thread.thread, "--for", "shelter"
    )
    tell.detail("says", words=words)
    protection.do(NIGHT, "referral", "erase", thread.thread)
    tell.step("erased")
    thread.agree("ERASED")
    journey.must_refuse("absent", protection, NIGHT, "referral", "packet", thread.thread, "--for", "shelter")
    after = protection.copy_to(protection.home.parent / "stolen-after")
    _opens_in(after, thread.thread, wanted=False)
    _gone(protection, wrapped)
    tell.step("gone", count=len(wrapped))
    for copy in (before, after):
        shutil.rmtree(copy.home)


def otherwise(journey: Journey) -> None:
    """Decline; do not arrive, close, and arrive late; let a step fall overdue, told without identity."""
    tell, front, protection = journey.teller, journey.front, journey.protection
    tell.chapter("chapter-otherwise")
    case = journey.case(OFFICER, people.ANA)
    legal = _at_once(
        journey, "declined referral", case, (LAWYER, "nuri-legal-aid"), purpose="legal-aid", end="DECLINED"
    )
    protection.do(LAWYER, "referral", "decline", legal.thread, "--reason", "language")
    tell.step("declined", reason=tell.word("reason.language"))
    legal.agree("DECLINED")
    late = _at_once(
        journey, "late arrival", case, (COUNSEL, "onbit-counselling"), purpose="psychosocial", end="IN CARE"
    )
    protection.do(COUNSEL, "referral", "accept", late.thread)
    protection.do(COUNSEL, "referral", "not-arrived", late.thread)
    tell.step("not-arrived")
    late.agree("NOT ARRIVED")
    front.do(OFFICER, "referral", "close", late.thread, "--reason", "not-arrived")
    tell.step("closed")
    late.agree("CLOSED")
    protection.do(COUNSEL, "referral", "arrived", late.thread)
    tell.step("arrived-late")
    late.agree("IN CARE")
    _overdue(journey)


def wire_and_power(journey: Journey) -> None:
    """Carry a message as a file; replay one, alter one, hand one to the wrong node; kill a node in the middle."""
    tell, front, protection = journey.teller, journey.front, journey.protection
    tell.chapter("chapter-wire")
    _wait(lambda: front.do(None, "exchange", "waiting") == 0)
    front.stop_serving()
    thread = _enquiry(journey, "enquiry on a stick", "garam-shelter")
    folder = front.home / "stick"
    (bundle,) = front.do(None, "exchange", "write-files", "narae-immigration", "--to", str(folder))
    receipt = folder / "receipt.ieumgil"
    taken = protection.do(None, "exchange", "take-file", bundle, "--receipt", str(receipt))
    front.do(None, "exchange", "take-file", str(receipt))
    _must_be(taken, "")
    tell.step("by-file")
    thread.agree("ENQUIRED")
    _refused_files(journey, Path(bundle))
    front.start()
    _killed(journey)


def _offer(
    journey: Journey,
    name: str,
    referrer: tuple[str, str],
    person: Mapping[str, object],
    *,
    language: str,
    end: str,
) -> tuple[Both, str]:
    worker, asked = referrer[0], people.asked(language=language, sex="male")
    case = journey.case(worker, person)
    journey.front.do(worker, "consent", "leave", case, "--language", language)
    begun = journey.front.do(
        worker, "referral", "enquire", case, "--to", "garam-shelter", "--urgency", "urgent", "--about", asked
    )  # fmt: skip
    thread = journey.begun(name, begun["thread"], referrer, (NIGHT, "garam-shelter"), end)
    journey.teller.step("enquired", who=name_of("garam-shelter", journey.teller.language))
    thread.agree("ENQUIRED")
    journey.protection.do(NIGHT, "referral", "can-take", thread.thread)
    journey.teller.step("can-take", hours=12)
    thread.agree("OFFERED")
    return thread, case


def _at_once(
    journey: Journey, name: str, case: str, receiver: tuple[str, str], *, purpose: str, end: str
) -> Both:
    consent(journey, OFFICER, case, receiver[1], purpose=purpose)
    begun = journey.front.do(
        OFFICER, "referral", "refer-at-once", case, "--to", receiver[1], "--purpose", purpose, "--urgency", "urgent"
    )  # fmt: skip
    thread = journey.begun(name, begun["thread"], (OFFICER, "narae-police"), receiver, end)
    journey.teller.step("referred-at-once", who=name_of(receiver[1], journey.teller.language))
    thread.agree("REFERRED")
    return thread


def _enquiry(journey: Journey, name: str, to: str) -> Both:
    worker = IMMIGRATION
    case = journey.case(worker, {"identity.name": None})
    journey.front.do(worker, "consent", "leave", case, "--language", "en")
    begun = journey.front.do(
        worker, "referral", "enquire", case, "--to", to, "--urgency", "emergency", "--about", people.asked(language="en")
    )  # fmt: skip
    receiver = (NIGHT if to == "garam-shelter" else COUNSEL, to)
    return journey.begun(name, begun["thread"], (worker, "narae-immigration"), receiver, "ENQUIRED")


def _overdue(journey: Journey) -> None:
    tell, front, protection = journey.teller, journey.front, journey.protection
    thread = _enquiry(journey, "overdue enquiry", "onbit-counselling")
    tell.step("enquired", who=name_of("onbit-counselling", tell.language))
    row = thread.agree("ENQUIRED")
    later = datetime.fromisoformat(str(row["due_at"])) + timedelta(minutes=1)
    moment = later.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    told = front.do(None, "referral", "overdue", "--as-of", moment)
    again = front.do(None, "referral", "overdue", "--as-of", moment)
    if told < 1 or again:
        raise StepError("an overdue step is told once, and only once")
    tell.step("overdue")
    thread.agree("ENQUIRED")
    watched = _wait(lambda: protection.do(SECRETARY, "referral", "watched"))
    if thread.thread in json.dumps(watched):
        raise StepError("the coordinator must not see the thread's id")
    rows = [_watched_row(tell, row) for row in watched]
    tell.detail("watched", rows="; ".join(rows))


def _watched_row(tell: Teller, row: dict[str, Any]) -> str:
    who = next(slug for slug in (*FRONT, *PROTECTION) if agency_id(slug) == row["owed_by"])
    state, due = tell.word("state." + row["state"]), tell.when(str(row["due"]))
    return tell.text("watched-row", who=name_of(who, tell.language), state=state, due=due)


def _wait(ask: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever is asked
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise StepError("waited too long")


def _wrapped_keys(node: DemoNode, thread: str) -> list[bytes]:
    sql = (
        "SELECT k.wrapped FROM vault_wrappedkey k JOIN referral_messagerow m ON m.content_key = k.id"
        " JOIN referral_threadrow t ON t.id = m.thread_id WHERE m.packet AND t.thread = ?"
    )
    with closing(sqlite3.connect(node.database)) as database:
        keys = [bytes(row[0]) for row in database.execute(sql, [thread.replace("-", "")])]
    if not keys or not all(_in_files(node, key) for key in keys):
        raise StepError("before the erasure the packet's wrapped key must be found in the database's files")
    return keys


def _gone(node: DemoNode, wrapped: list[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while any(_in_files(node, key) for key in wrapped):
        if time.monotonic() > until:
            raise StepError("a destroyed key is still found in the database's files")
        time.sleep(0.2)


def _in_files(node: DemoNode, key: bytes) -> bool:
    paths = [node.database, node.database.with_name(node.database.name + "-wal")]
    return any(key in path.read_bytes() for path in paths if path.exists())


def _opens_in(copy: DemoNode, thread: str, *, wanted: bool) -> None:
    try:
        copy.do(NIGHT, "referral", "packet", thread, "--for", "shelter")
        opened = True
    except RefusedError:
        opened = False
    finally:
        copy.kill()
    if opened is not wanted:
        raise StepError(f"in the {copy.name}, the packet {'opens' if opened else 'does not open'}")


def _refused_files(journey: Journey, bundle: Path) -> None:
    tell, front, protection = journey.teller, journey.front, journey.protection
    before = _count_messages(protection)
    again = protection.do(None, "exchange", "take-file", str(bundle), "--language", tell.language)
    if again["status"] != "200" or _count_messages(protection) != before:
        raise StepError("a replayed bundle must get its old receipt and change nothing")
    tell.step("replayed")
    altered = bundle.with_name("altered.ieumgil")
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    refused = protection.do(None, "exchange", "take-file", str(altered), "--language", tell.language)
    _must_be(refused, "cannot-open")
    tell.step("altered", words=refused["what_to_do"])
    strayed = front.do(None, "exchange", "take-file", str(bundle), "--language", tell.language)
    _must_be(strayed, "unknown-key")
    tell.step("strayed", words=strayed["what_to_do"])
    if _count_messages(protection) != before:
        raise StepError("what was refused left a message behind")


def _must_be(answer: dict[str, str], reason: str) -> None:
    if answer["reason"] != reason:
        raise StepError(f"refused as {answer['reason']!r}, not as {reason!r}")


def _count_messages(node: DemoNode) -> int:
    with closing(sqlite3.connect(node.database)) as database:
        return int(database.execute("SELECT count(*) FROM referral_messagerow").fetchone()[0])


def _killed(journey: Journey) -> None:
    tell, protection = journey.teller, journey.protection
    names = [f"enquiry during the power cut {number}" for number in range(1, 6)]
    threads = []
    for number, name in enumerate(names):
        threads.append(_enquiry(journey, name, "garam-shelter"))
        if number == 1:
            protection.kill()
    tell.step("killed", node=protection.name)
    protection.start()
    tell.step("started-again", node=protection.name)
    for thread in threads:
        thread.agree("ENQUIRED")
    if _count_of(protection, [thread.thread for thread in threads]) != len(threads):
        raise StepError("after the power cut each message must be there once")
    tell.step("nothing-lost", count=len(threads))


def _count_of(node: DemoNode, threads: list[str]) -> int:
    marks = ",".join("?" for _ in threads)
    joined = "referral_messagerow m JOIN referral_threadrow t ON t.id = m.thread_id"
    sql = f"SELECT count(*) FROM {joined} WHERE t.thread IN ({marks})"  # noqa: S608  only question marks go in
    with closing(sqlite3.connect(node.database)) as database:
        return int(database.execute(sql, [thread.replace("-", "") for thread in threads]).fetchone()[0])
