"""A notice says that something waits and nothing else (trial D07): in every mail, every header, every line of the log."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction
from pytest_django import Settings

from ieumgil.agreements.queries import country, duty_phones, national_numbers
from ieumgil.casefile import actions as casefile
from ieumgil.casefile import queries as cases
from ieumgil.casefile.rules import Identity, NameForm, PersonName, Script
from ieumgil.ground.accounts.models import Worker
from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions import deliver
from ieumgil.ground.post import queries as post
from ieumgil.ground.post.actions import notices as mailing
from ieumgil.ground.post.models import Notice
from ieumgil.ground.vault import actions as vault
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId, FieldPath, ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.actions.notices import notice_what_waits
from ieumgil.site.env import mail as mail_setting
from tests.rooms.conftest import NOW, People
from tests.support.journeys import enquired, referred
from tests.support.mechanism import carry

MARKS = ("예시가", "Sampleword", "ZZ", "Marker Shelter 9", "marker note")
KINDS = (
    *("traffick", "victim", "shelter", "refer", "case", "police", "person", "urgent", "emergency"),
    *("인신매매", "피해", "쉼터", "연계", "의뢰", "사례", "경찰", "긴급"),
)
LOCAL = {"backend": "django.core.mail.backends.locmem.EmailBackend"}
HEADERS = {
    *("content-type", "content-transfer-encoding", "mime-version"),
    *("subject", "from", "to", "date", "message-id"),
}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def reading(mechanism: People, settings: Settings) -> None:
    """Let the node have mail; the police unit reads Korean, the shelter English."""
    settings.IEUMGIL_MAIL, settings.IEUMGIL_ADDRESS = LOCAL, "https://node.example"
    settings.IEUMGIL_MAIL_FROM = "no-reply@node.example"
    for actor, language in ((mechanism.owner, "ko"), (mechanism.colleague, "ko"), (mechanism.stranger, "en")):
        address = f"{language}-{str(actor.worker)[:4]}@mail.example"
        Worker.objects.filter(pk=str(actor.worker)).update(notice_address=address, language=language)


@pytest.fixture
def marked(mechanism: People, case: CaseId) -> CaseId:
    """Write into the case words that are easy to look for."""
    told = Identity(PersonName("예시가", (NameForm(Script.LATIN, "Sampleword"),)), nationality=("ZZ",))
    version = casefile.record_identity(mechanism.owner, case, told, version=3, now=NOW)
    facts = {FieldPath("shelter.address"): "Marker Shelter 9"}
    casefile.set_facts(mechanism.owner, case, facts, version=version, now=NOW)
    casefile.add_note(mechanism.owner, case, "marker note", now=NOW)
    return case


def minute(now: datetime) -> int:
    """Let the clock do what it does each minute about notices; gives how many mails went."""
    notice_what_waits(now=now)
    return mailing.send_notices(now=now)


def parsed(message: EmailMessage) -> Parsed:
    read = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert isinstance(read, Parsed)
    return read


def texts(message: EmailMessage) -> Iterator[str]:
    """Give all that a reader, a preview or a mail server sees of a mail: every header, every part, decoded."""
    for part in parsed(message).walk():
        yield from (f"{name}: {value}" for name, value in part.items())
        if not part.is_multipart():
            yield str(part.get_content())
    yield from message.to
    yield str(message.attachments)


def tells(words: tuple[str, ...], *found: str) -> set[str]:
    return {word for word in words for text in found if word.lower() in text.lower()}


def everything(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [*(text for message in mail.outbox for text in texts(message)), caplog.text]


def same_bytes(message: EmailMessage) -> bytes:
    """Give the bytes of a mail without its time, its number and its reader's address."""
    raw = message.message().as_bytes()
    return re.sub(rb"^(Date|Message-ID|To): .*\n", b"", raw, flags=re.MULTILINE)


def d07(people: People, case: CaseId, monkeypatch: pytest.MonkeyPatch) -> ThreadId:
    """Refer a person, let a time pass, make one delivery and one mail fail."""
    thread = referred(people, case, urgency="emergency")
    minute(NOW)
    answer.query(people.stranger, thread=thread, question=f"Does {MARKS[0]} eat? {MARKS[4]}", now=NOW + HOUR)
    carry(NOW + HOUR)
    minute(NOW + HOUR)
    minute(NOW + 5 * DAY)  # its time is over
    with monkeypatch.context() as broken:
        broken.setattr(deliver, "receive", refusing(RuntimeError(f"{MARKS[0]} at {MARKS[3]}")))
        refer.reply(people.owner, thread=thread, answer=refer.Answer("Sampleword eats"), now=NOW + 5 * DAY)
        carry(NOW + 6 * DAY)
    carry(NOW + 7 * DAY)
    notice_what_waits(now=NOW + 7 * DAY)
    with monkeypatch.context() as broken:
        broken.setattr(
            EmailMessage, "send", refusing(SMTPRecipientsRefused({"en@mail.example": (550, b"ZZ")}))
        )
        mailing.send_notices(now=NOW + 7 * DAY)
    minute(NOW + 8 * DAY)
    return thread


def refusing(fault: Exception) -> Callable[..., object]:
    def refuse(*_args: object, **_named: object) -> object:
        raise fault

    return refuse


def test_no_mail_and_no_line_of_the_log_tells_whom_or_what_it_is_about(
    mechanism: People, marked: CaseId, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        thread = d07(mechanism, marked, monkeypatch)
    found = everything(caplog)
    assert len(mail.outbox) >= 5
    assert {message.subject for message in mail.outbox} == {"Something is waiting", "확인할 것이 있습니다"}
    assert "SMTPRecipientsRefused" in caplog.text
    assert "RuntimeError" in caplog.text
    assert tells(MARKS, *found) == set()
    assert tells(("mail.example",), caplog.text) == set()
    mails = found[:-1]
    assert tells(KINDS, *mails) == set()
    row = cases.case(mechanism.owner, marked)
    names = ("narae", "garam", "owner@", "stranger@", str(marked), str(thread), row.ref)
    assert tells(names, *mails) == set()
    with caplog.at_level(logging.DEBUG):  # control: each is found where it leaks
        logging.getLogger("ieumgil").warning("it failed for %s", MARKS[1])
    leak = EmailMessage("예시가", "ZZ, at Marker Shelter 9", "a@b.example", ["c@d.example"])
    leak.attach("invite.ics", "marker note", "text/calendar")
    assert tells(MARKS, *texts(leak), caplog.text) == set(MARKS)
    assert tells(KINDS, *texts(EmailMessage("A referral", "피해자", headers={"X-Case": "1"}))) >= {
        "refer",
        "피해",
    }


def test_every_event_gives_the_same_bytes_in_the_readers_language(
    mechanism: People, marked: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    d07(mechanism, marked, monkeypatch)
    by_language = {
        language: [m for m in mail.outbox if m.to[0].startswith(language)] for language in ("ko", "en")
    }
    for language, said in (("ko", "확인할 것이 있습니다"), ("en", "Something is waiting")):
        mails = by_language[language]
        assert len(mails) >= 2
        assert len({same_bytes(message) for message in mails}) == 1
        assert {message.subject for message in mails} == {said}
        assert said in mails[0].body
    assert same_bytes(by_language["ko"][0]) != same_bytes(by_language["en"][0])  # control


def test_a_mail_has_few_headers_one_part_and_one_link_which_asks_for_sign_in(
    mechanism: People, case: CaseId
) -> None:
    referred(mechanism, case)
    minute(NOW)
    for message in mail.outbox:
        read = parsed(message)
        assert {name.lower() for name in read.keys()} == HEADERS  # noqa: SIM118  a mail is no mapping
        assert re.fullmatch(r"<[0-9a-f]{32}@node\.example>", read["Message-ID"])
        assert str(read["From"]) == "no-reply@node.example"
        assert not read.is_multipart()
        assert re.findall(r"https?://\S+", str(message.body)) == ["https://node.example"]
        assert len(message.to) == 1
    assert mail.outbox


# --- who is told, and when ---


def waiting(*actors: Actor) -> list[bool]:
    return [post.waits_since(actor) is not None for actor in actors]


def test_whoever_owes_the_next_step_is_told_once_a_step(mechanism: People, case: CaseId) -> None:
    thread = enquired(mechanism, case)
    assert notice_what_waits(now=NOW) == 0  # it has not arrived, and its sender owes nothing
    carry(NOW)
    assert notice_what_waits(now=NOW) == 1
    assert waiting(mechanism.stranger, mechanism.owner, mechanism.coordinator) == [True, False, False]
    assert notice_what_waits(now=NOW) == 0
    answer.can_take(mechanism.stranger, thread=thread, place_until=NOW + HOUR, now=NOW)
    carry(NOW)
    assert notice_what_waits(now=NOW) == 1
    assert waiting(mechanism.owner, mechanism.colleague) == [True, True]


def test_nobody_is_told_of_their_own_agencys_step_but_all_when_it_is_overdue(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    notice_what_waits(now=NOW)
    post_seen(mechanism.stranger)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    assert notice_what_waits(now=NOW) == 0
    assert waiting(mechanism.stranger) == [False]
    assert notice_what_waits(now=NOW + 30 * DAY) == 1
    assert waiting(mechanism.stranger) == [True]
    assert notice_what_waits(now=NOW + 31 * DAY) == 0


def test_the_workers_of_a_locked_agency_are_told(mechanism: People, case: CaseId) -> None:
    referred(mechanism, case)
    vault.lock(mechanism.shelter)
    assert notice_what_waits(now=NOW) == 1
    assert waiting(mechanism.stranger) == [True]


def post_seen(actor: Actor) -> None:
    assert actor.worker is not None
    mailing.seen(actor.agency, actor.worker)


def want(actor: Actor, now: datetime) -> None:
    assert actor.worker is not None
    with transaction.atomic():
        mailing.want_notice(actor.agency, actor.worker, now=now)


def test_more_news_make_no_more_mail_for_half_an_hour(mechanism: People) -> None:
    sent = []
    for minutes in range(0, 95, 5):
        want(mechanism.owner, NOW + minutes * MINUTE)
        want(mechanism.owner, NOW + minutes * MINUTE)
        sent.append(mailing.send_notices(now=NOW + minutes * MINUTE))
        assert Notice.objects.filter(sent_at=None).count() <= 1
    assert [5 * at for at, went in enumerate(sent) if went] == [0, 30, 60, 90]


def test_what_was_seen_is_not_mailed(mechanism: People) -> None:
    want(mechanism.owner, NOW)
    want(mechanism.stranger, NOW)
    post_seen(mechanism.owner)
    assert waiting(mechanism.owner, mechanism.stranger) == [False, True]
    assert mailing.send_notices(now=NOW) == 1
    assert [message.to[0][:2] for message in mail.outbox] == ["en"]


def test_without_mail_or_without_an_address_it_stands_on_the_screen_only(
    mechanism: People, settings: Settings
) -> None:
    Worker.objects.filter(pk=str(mechanism.owner.worker)).update(notice_address="")
    want(mechanism.owner, NOW)
    want(mechanism.stranger, NOW)
    settings.IEUMGIL_MAIL = None
    assert mailing.send_notices(now=NOW) == 0
    assert waiting(mechanism.owner, mechanism.stranger) == [True, True]
    settings.IEUMGIL_MAIL = LOCAL
    assert mailing.send_notices(now=NOW) == 1  # control
    assert waiting(mechanism.owner) == [True]


def test_a_mail_that_fails_is_tried_five_times_and_then_people_are_told_in_codes(
    mechanism: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        EmailMessage, "send", refusing(SMTPRecipientsRefused({"en@mail.example": (550, b"no")}))
    )
    want(mechanism.owner, NOW)
    for hours in range(48):
        mailing.send_notices(now=NOW + hours * HOUR)
    (alarm,) = exchange.open_alarms(mechanism.owner)
    assert (alarm.code, "@" in alarm.subject) == ("notice-failed", False)
    assert caplog.text.count("SMTPRecipientsRefused") == 5
    monkeypatch.undo()
    want(mechanism.owner, NOW + 3 * DAY)
    assert mailing.send_notices(now=NOW + 3 * DAY) == 1  # control: the next news are tried anew


def test_the_demos_mail_is_a_folder(mechanism: People, settings: Settings, tmp_path: Path) -> None:
    settings.IEUMGIL_MAIL = mail_setting(f"file://{tmp_path / 'outbox'}")
    want(mechanism.stranger, NOW)
    assert mailing.send_notices(now=NOW) == 1
    (letter,) = (tmp_path / "outbox").iterdir()
    assert "Something is waiting" in letter.read_text("utf-8")


def test_the_profile_lists_the_duty_phones_of_an_agency_and_an_unknown_one_has_none(
    mechanism: People,
) -> None:
    listed = {row["slug"]: duty_phones(row["id"]) for row in country("narae")["agencies"]}
    assert listed["garam-shelter"] == ("000-0000-0041", "000-0000-0042")
    assert all(number.startswith("000-") for numbers in listed.values() for number in numbers)
    assert all(one.number.startswith("000-") for one in national_numbers("narae"))
    assert duty_phones(mechanism.shelter) == ()


def test_the_way_of_the_mail_is_read_from_one_address_and_never_guessed() -> None:
    tls = mail_setting("smtp+tls://node%40example:p%2Fw@mail.example")
    assert tls is not None
    assert (tls["host"], tls["port"], tls["username"], tls["password"], tls["use_tls"]) == (
        "mail.example", 587, "node@example", "p/w", True,
    )  # fmt: skip
    assert (mail_setting("smtp+ssl://mail.example") or {})["port"] == 465
    assert mail_setting("") is None
    for wrong in ("mail.example", "smtp://", "http://mail.example", "file://outbox"):
        with pytest.raises(ImproperlyConfigured):
            mail_setting(wrong)
