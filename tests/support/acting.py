"""The steps of a referral as two workers take them by hand; at every page the desk stops and looks."""

from typing import Final

from playwright.sync_api import Page, expect

from ieumgil.ground.words.queries import word
from ieumgil.site.demo.founding import agency_id
from tests.support.browser import Desk
from tests.support.journeying import (
    choose,
    fill,
    follow,
    may,
    number_in,
    open_details,
    press,
    wait_for,
)

SHELTER: Final = agency_id("garam-shelter")
WORDS: Final = {
    "en": {
        "name": "Linh Example",
        "own-words": "The owner keeps my passport in a locked drawer.",
        "channel": "text message, never a call",
        "threat": "a recruiter threatens the family",
        "allergy": "penicillin",
        "residence": "expired",
        "question": "Does the person need a ground-floor room?",
        "answer": "No. The person asks for a room that locks.",
    },
    "ko": {
        "name": "린 예시",
        "own-words": "사장님이 여권을 서랍에 넣고 잠갔어요.",
        "channel": "문자만, 전화는 안 됨",
        "threat": "소개한 사람이 가족을 위협함",
        "allergy": "페니실린",
        "residence": "만료",
        "question": "1층 방이 필요한가요?",
        "answer": "아니요. 잠글 수 있는 방을 원합니다.",
    },
}


def first_questions(officer: Desk) -> str:
    """Begin at the home page, ask, and read what the answers are signs of. Gives the case."""
    page, said = officer.page, WORDS[officer.language]
    officer.go("/")
    officer.stop("home")
    follow(page, "/questions/")
    officer.stop("questions")
    for question in ("brought", "promise", "papers", "work", "debt"):
        choose(page, f"answer_{question}", "yes")
    choose(page, "answer_danger", "unknown")
    open_details(page, "words_papers")
    fill(page, {"words_papers": said["own-words"], "born_year": "1998"})
    choose(page, "may_be_child", "no")
    press(page)
    officer.stop("signs")
    assert said["own-words"] in officer.text()
    return number_in(page.url, "cases")


def duty_before_status(officer: Desk, case: str) -> None:
    """See no field about status before the person was told what must be reported."""
    page = officer.page
    officer.go(f"/cases/{case}/facts/status/")
    assert not page.locator('[name="status__residence"]').count()
    officer.stop("what-must-be-reported")
    press(page)
    assert page.locator('[name="status__residence"]').count() == 1
    officer.stop("status")
    fill(page, {"status__residence": WORDS[officer.language]["residence"]})
    press(page)


def person_and_facts(officer: Desk, case: str) -> None:
    """Write the name as the person gives it, and what helps."""
    page, said = officer.page, WORDS[officer.language]
    officer.go(f"/cases/{case}/person/")
    fill(page, {"name": said["name"], "year": "1998", "month": "4", "day": "2"})
    choose(page, "sex", "female")
    page.select_option('[name="nation_1"]', "VN")
    officer.stop("person")
    press(page)
    officer.go(f"/cases/{case}/facts/")
    fill(page, {"contact__safe_channel": said["channel"], "contact__safe_hours": "09:00-11:00"})
    fill(page, {"safety__threats": said["threat"], "health__allergies": said["allergy"]})
    choose(page, "needs__services", "shelter")
    choose(page, "needs__languages", "vi")
    officer.stop("facts")
    press(page)
    officer.go(f"/cases/{case}/")
    officer.stop("case")


def tell_in_vietnamese(page: Page) -> None:
    """Turn the page on which a person is told something into their language."""
    page.select_option("#in", "vi")
    with page.expect_navigation():
        page.locator("main form.house-filters button").click()
    assert page.get_attribute("#told", "lang") == "vi"


def leave_to_ask(officer: Desk, case: str) -> None:
    """Tell in Vietnamese what asking without a name means; the person says yes."""
    page = officer.page
    officer.go(f"/cases/{case}/ask/")
    officer.stop("no-leave-yet")
    follow(page, "/leave/")
    tell_in_vietnamese(page)
    choose(page, "answer", "yes")
    choose(page, "how", "read-aloud")
    officer.stop("leave")
    press(page)


def ask_shelter(officer: Desk, case: str, *, urgency: str = "emergency") -> str:
    """Ask the shelter without a name; see before what travels. Gives the thread."""
    page = officer.page
    page.select_option('[name="region"]', "bada")
    choose(page, "urgency", urgency)
    if not officer.script:
        press(page, '[value="look"]')
    lines = page.locator("#lines")
    expect(lines).to_contain_text(word(f"urgency.{urgency}", officer.language))  # what was chosen last
    choose(page, "agencies", SHELTER)
    officer.stop("who-can-take")
    assert WORDS[officer.language]["name"] not in lines.inner_text()
    press(page)
    officer.stop("asked")
    assert case in page.url
    follow(page, "/threads/")
    officer.stop("thread-asked")
    return number_in(page.url, "threads")


def can_take(shelter: Desk, thread: str) -> None:
    """See at the shelter's home what arrived, and say that there is a place."""
    page = shelter.page
    wait_for(shelter, "/", f'main a[href*="{thread}"]')
    shelter.stop("home-with-question")
    follow(page, f"/threads/{thread}/")
    shelter.stop("thread-question")
    follow(page, "/can-take/")
    fill(page, {"hours": "12"})
    shelter.stop("can-take")
    press(page)
    shelter.stop("thread-offered")


def consent_in_vietnamese(officer: Desk, thread: str) -> None:
    """From the empty packet to the consent for this agency, read aloud in Vietnamese, and back to the packet."""
    page = officer.page
    wait_for(officer, f"/threads/{thread}/", may("packet"))
    officer.stop("thread-offered")
    follow(page, "/packet/")
    officer.stop("packet-with-nothing")
    follow(page, "/agree/")
    tell_in_vietnamese(page)
    agree(officer)
    officer.stop("consent")
    press(page)
    assert "/packet/" in page.url


def agree(sitting: Desk, *feedback: str) -> None:
    """Tick what the person agrees to: for shelter, all but health and status, with feedback."""
    page = sitting.page
    choose(page, "purposes", "shelter")
    choose(page, "categories", "identity", "contact", "safety", "needs")
    choose(page, "feedback", *(feedback or ("arrival", "progress", "outcome")))
    choose(page, "by_whom", "person")
    choose(page, "how", "read-aloud")
    choose(page, "form", "spoken")


def refer(officer: Desk) -> None:
    """See what goes and what is held back and why, and refer."""
    page, said = officer.page, WORDS[officer.language]
    assert said["name"] in page.locator("#sent").inner_text()
    assert page.locator("#held dt").count() > 1
    assert said["allergy"] not in officer.text()
    officer.stop("packet")
    press(page)
    officer.stop("thread-referred")


def query_and_reply(officer: Desk, shelter: Desk, thread: str) -> None:
    """Let the shelter ask back, and the officer answer."""
    wait_for(shelter, f"/threads/{thread}/", may("query"))
    shelter.stop("thread-referred")
    follow(shelter.page, "/query/")
    fill(shelter.page, {"question": WORDS[shelter.language]["question"]})
    shelter.stop("query")
    press(shelter.page)
    wait_for(officer, f"/threads/{thread}/", may("reply"))
    officer.stop("thread-queried")
    follow(officer.page, "/reply/")
    fill(officer.page, {"text": WORDS[officer.language]["answer"]})
    officer.stop("reply")
    press(officer.page)
    officer.stop("thread-replied")


def accept_and_open(shelter: Desk, thread: str) -> None:
    """Open the packet, which is put on record, and accept."""
    page, said = shelter.page, WORDS[shelter.language]
    wait_for(shelter, f"/threads/{thread}/", may("accept"))
    follow(page, "/opened/")
    shelter.stop("before-opening")
    press(page)
    assert said["name"] in shelter.text()
    assert said["allergy"] not in shelter.text()
    shelter.stop("packet-opened")
    shelter.go(f"/threads/{thread}/")
    follow(page, "/accept/")
    shelter.stop("accept")
    press(page)


def arrive(shelter: Desk, thread: str) -> None:
    """Say that the person is there."""
    shelter.go(f"/threads/{thread}/")
    follow(shelter.page, "/arrived/")
    shelter.stop("arrived")
    press(shelter.page)
    shelter.stop("thread-in-care")


def tell(shelter: Desk, thread: str, step: str, code: str) -> None:
    """Tell how it goes, or how it ended."""
    shelter.go(f"/threads/{thread}/")
    follow(shelter.page, f"/{step}/")
    choose(shelter.page, "code", code)
    shelter.stop(step)
    press(shelter.page)


def close(officer: Desk, thread: str) -> None:
    """Close what is complete."""
    wait_for(officer, f"/threads/{thread}/", may("close"))
    officer.stop("thread-outcome")
    follow(officer.page, "/close/")
    choose(officer.page, "reason", "complete")
    officer.stop("close")
    press(officer.page)
    officer.stop("thread-closed")
    officer.go("/work/")
    officer.stop("work-list")
