"""Whoever wants in through a browser: a stolen password, a page in another tab, a colleague, another machine."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ieumgil.casefile import actions as casefile
from ieumgil.casefile.queries import drafts
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.joining.actions import people as officers
from ieumgil.kernel.ids import AgencyId, CaseId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions.enquire import enquire
from ieumgil.shell.accounts import adapter
from ieumgil.site import checks
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.mechanism import ENQUIRY, give_leave
from tests.support.signing_in import PASSWORD, Device, entries_of, give_password, is_in, with_password

OWNER = "owner@narae.example"
WORDS = "words of somebody else 남의 말"
HERE, ELSEWHERE = {"Origin": "http://testserver"}, {"Origin": "https://elsewhere.example"}
BOX = {"words": WORDS, "once": "x"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a failed try take no longer than it does."""
    monkeypatch.setattr(adapter, "FAILED_TAKES", 0.0)


@pytest.fixture
def pages(settings: Settings) -> None:
    """Serve a few pages beside the node's own."""
    settings.ROOT_URLCONF = "tests.support.pages"


@pytest.mark.parametrize(
    "sent", [ELSEWHERE, {"Origin": "null"}, {}, {**HERE, "Sec-Fetch-Site": "cross-site"}]
)
def test_a_page_of_somebody_else_plants_no_words_to_be_sent_with_one_press(
    people: People, pages: None, sent: dict[str, str]
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in_client(OWNER).cookies
    planted = strict.post("/box/", BOX, headers=sent)
    own = strict.post("/box/", BOX, headers={**HERE, "Sec-Fetch-Site": "same-origin"})
    assert planted.status_code == own.status_code == 403
    assert WORDS in own.content.decode()
    assert WORDS not in planted.content.decode()


def test_no_form_signs_a_browser_in_from_elsewhere(people: People) -> None:
    with_password(OWNER)
    strict = Client(enforce_csrf_checks=True)
    for sent in (ELSEWHERE, HERE):
        answer = strict.post("/sign-in/", {"login": OWNER, "password": PASSWORD}, headers=sent)
        assert answer.status_code == 403
        assert PASSWORD not in answer.content.decode()
    assert "session" not in strict.cookies


def test_a_password_typed_after_the_session_ended_is_not_kept(people: People) -> None:
    client = signed_in_client(OWNER)
    session = client.session
    session["seen"] -= 3600
    session.save()
    said = {"old": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/", said).status_code == 303
    assert drafts(people.owner) == []
    client.post("/account/", {"notice_address": "owner@mail.example"})
    assert [PASSWORD in kept.text for kept in drafts(people.owner)] == [False]


@pytest.mark.parametrize(("address", "named"), [("/language/", "next"), ("/leave/", "from")])
def test_words_about_a_case_go_with_it_though_they_were_sent_along_to_another_page(
    people: People, case: CaseId, address: str, named: str
) -> None:
    client = signed_in_client(OWNER)
    said = {named: f"/cases/{case}/notes/", "text": WORDS, "typed": "1", "language": "ko"}
    client.post(address, said)
    (kept,) = drafts(people.owner)
    assert kept.case == case
    casefile.erase_case(people.owner, case, "person-asked", now=NOW)
    client = signed_in_client(OWNER)
    client.post(address, said)
    assert drafts(people.owner) == []


def test_words_about_a_thread_go_with_it_and_all_others_lie_under_the_agencys_own_key(
    people: People, case: CaseId
) -> None:
    from ieumgil.casefile.models import Draft

    give_leave(people.owner, case, NOW)
    to = AgencyId(people.shelter)
    begun = enquire(people.owner, case=case, to=to, enquiry=ENQUIRY, urgency="urgent", now=NOW)
    client = signed_in_client(OWNER)
    for address in (f"/threads/{begun.thread}/", "/cases/"):
        client.post("/leave/", {"from": address, "text": WORDS})
        client = signed_in_client(OWNER)
    about, other = Draft.objects.order_by("at")
    assert about.key_id != other.key_id
    casefile.erase_case(people.owner, case, "person-asked", now=NOW)
    assert [kept.id for kept in drafts(people.owner)] == [other.pk]
    assert signed_in_client(OWNER).get(f"/kept/{about.pk}/").status_code == 404
    strangers = signed_in_client("stranger@narae.example")
    strangers.post("/leave/", {"from": f"/threads/{uuid4()}/", "text": WORDS})
    assert drafts(people.stranger) == []


def test_leaving_quickly_without_words_keeps_none(people: People) -> None:
    signed_in_client(OWNER).post("/leave/", {"from": "/"})
    assert drafts(people.owner) == []


def test_a_session_gets_a_new_key_when_its_second_factor_is_enrolled(people: People) -> None:
    with_password(OWNER)
    client, thief = Client(), Client()
    give_password(client, OWNER)
    thief.cookies["session"] = client.cookies["session"].value
    assert thief.get("/account/device/").status_code == 200
    device = Device(client.get("/account/device/").context["form"].secret)
    assert client.post("/account/device/", {"code": device.code()}).status_code == 302
    assert is_in(client)
    assert not is_in(thief)
    assert client.get("/account/sessions/").context["sessions"][0].is_this


@pytest.mark.parametrize(("entries", "said"), [(None, b"Too many tries"), (300, b"")])
def test_counts_of_tries_are_not_pushed_out_by_many_names(
    people: People, monkeypatch: pytest.MonkeyPatch, entries: int | None, said: bytes
) -> None:
    if entries:  # Django's own measure, by which they are
        monkeypatch.setattr(caches["default"], "_max_entries", entries)
    with_password(OWNER)
    for _ in range(5):
        give_password(Client(), OWNER, "not the password at all")
    for number in range(400):
        cache.set(f"~{number}", 1, 300)
    answer = Client().post("/sign-in/", {"login": OWNER, "password": PASSWORD})
    assert answer.status_code == (302 if entries else 200)
    assert said in answer.content


def test_tries_are_counted_by_the_name_whatever_host_and_capitals_are_asked_with(people: People) -> None:
    with_password(OWNER)
    for port in range(5):
        asked = {"login": OWNER.title(), "password": "not the password at all"}
        Client().post("/sign-in/", asked, headers={"Host": f"testserver:{port + 1}"})
    answer = Client().post("/sign-in/", {"login": OWNER, "password": PASSWORD})
    assert b"Too many tries" in answer.content
    assert entries_of(people.owner, "worker.sign-in") == ["wrong-password"] * 5


def test_nobody_makes_an_account_that_differs_by_capitals_alone_and_so_shuts_another_out(
    people: People,
) -> None:
    with pytest.raises(DeniedError, match="handle-taken"):
        officers.invite(people.stranger, handle=OWNER.upper(), display_name="x", roles=[Role.CASE_WORKER])


def test_a_link_for_a_new_device_is_not_a_way_to_try_passwords(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "get_ip", lambda _request: str(uuid4()))  # from everywhere
    with_password(OWNER)
    officers.ask_new_second_factor(people.colleague, handle=OWNER)
    keys = "keys@narae.example"
    accounts.invite_worker(agency=people.police, handle=keys, display_name=keys, roles=[Role.KEY_OFFICER])
    link = f"/welcome/{officers.approve_new_second_factor(actor_for(keys), handle=OWNER)}/"
    for _ in range(20):
        assert Client().post(link, {"password1": "not the password at all"}).status_code == 422
    answer = Client().post(link, {"password1": PASSWORD})
    assert answer.status_code == 422
    assert b"Too many tries" in answer.content


class Planted:
    """What whoever writes to the database would like the node to run."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        """Run a file's name away."""
        return Path.touch, (Path(os.environ["PLANTED"]),)  # type: ignore[return-value]


def test_whoever_writes_to_the_database_runs_nothing_by_a_count(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run"
    monkeypatch.setenv("PLANTED", str(file))
    cache.set("count", [1.5, 2.5], 60)
    assert cache.get("count") == [1.5, 2.5]
    cache.set("count", Planted(), 60)
    with pytest.raises(Exception, match="no plain value"):
        cache.get("count")
    assert not file.exists()
    DatabaseCache("node_cache", {}).get("count")  # Django's own
    assert file.exists()


def test_whoever_found_an_open_session_does_not_find_its_password(people: People) -> None:
    with_password(OWNER)
    client = signed_in_client(OWNER)
    new = {"password1": "four grey herons wait still", "password2": "four grey herons wait still"}
    for _ in range(10):
        assert client.post("/account/password/", {"old": "not the password", **new}).status_code == 422
    answer = client.post("/account/password/", {"old": PASSWORD, **new})
    assert answer.status_code == 422
    assert b"Too many tries" in answer.content


def test_what_ended_leaves_no_address_and_no_browser_behind(people: People) -> None:
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session
    from django.db import connection

    from ieumgil.site.clock import EACH_MINUTE, each

    with_password(OWNER)
    give_password(Client(), OWNER)
    ended = Client()
    give_password(ended, OWNER)
    Session.objects.filter(pk=ended.cookies["session"].value).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    cache.set("gone", 1, 0.5)
    before = UserSession.objects.count(), Session.objects.count()
    each(tuple(job for job in EACH_MINUTE if job.__name__ == "forget_ended_sessions"))
    assert (UserSession.objects.count(), Session.objects.count()) == (before[0] - 1, before[1] - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM node_cache WHERE expires < %s", [timezone.now() - timedelta(hours=1)]
        )
        assert cursor.fetchone()[0] == 0


def test_no_file_reaches_the_disk(people: People, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("anything")
    with file.open("rb") as opened:
        assert Client().post("/sign-in/", {"login": OWNER, "file": opened}).status_code == 400
    many = {f"field{number}": "x" for number in range(1001)}
    assert Client().post("/sign-in/", many).status_code == 400
    assert Client().post("/sign-in/", {"login": "x" * 6_000_000}).status_code == 400


def test_every_answer_keeps_its_walls_also_what_no_view_made(people: People, settings: Settings) -> None:
    client = signed_in_client(OWNER)
    answers = {
        "redirected": client.get("/cases"),
        "other host": client.get("/", headers={"Host": "elsewhere.example"}),
        "absent": client.get("/static/no-such-file.css"),
        "not allowed": client.put("/"),
        "too much": client.post("/sign-in/", {"login": "x" * 6_000_000}),
    }
    for name, answer in answers.items():
        assert answer["Cache-Control"] == "no-store", name
    assert answers["redirected"].status_code == 301
    assert answers["other host"].status_code == 400
    given = client.get("/static/css/ieumgil.css")
    given.close()
    assert given.status_code == 200
    assert "Access-Control-Allow-Origin" not in given
    for answer in (*answers.values(), given):
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "goal",
    ["https://elsewhere.example/", "//elsewhere.example", r"\\elsewhere.example", "javascript:alert(1)"],
)
def test_nothing_leads_to_another_node(people: People, goal: str) -> None:
    client = signed_in_client(OWNER)
    assert client.post("/language/", {"language": "ko", "next": goal})["Location"] == "/"
    with_password(OWNER)
    door = Client()
    answer = door.post("/sign-in/", {"login": OWNER, "password": PASSWORD, "next": goal})
    assert "elsewhere" not in answer.get("Location", "")
    assert "javascript" not in answer.get("Location", "")


def test_the_browser_is_told_to_remember_to_check_and_to_translate_nothing_that_is_typed(
    people: People, case: CaseId
) -> None:
    client = signed_in_client(OWNER)
    for path in ("/cases/", "/work/", f"/cases/{case}/person/", f"/cases/{case}/facts/", "/people/workers/"):
        page = client.get(path).content.decode()
        lines = re.findall(r'<input (?![^>]*type="(?:hidden|checkbox|radio|submit)")[^>]*>', page)
        assert lines, path
        assert [line for line in lines if 'autocomplete="off"' not in line] == []
        assert '<body translate="no" spellcheck="false">' in page


def test_the_demos_links_are_for_this_machine_alone(people: People, settings: Settings) -> None:
    settings.IEUMGIL_DEMO = True
    link = f"/demo/as/{OWNER}/"
    assert Client(REMOTE_ADDR="192.0.2.7").get(link).status_code == 404
    assert Client(headers={"X-Forwarded-For": "127.0.0.1"}).get(link).status_code == 404
    assert Client().get(link).status_code == 302


@pytest.mark.parametrize(("name", "value"), [("ALLOWED_HOSTS", ["*"]), ("ALLAUTH_TRUSTED_PROXY_COUNT", 1)])
def test_a_demo_behind_a_proxy_or_for_any_host_does_not_start(
    db: None, settings: Settings, name: str, value: object
) -> None:
    settings.IEUMGIL_DEMO, settings.IEUMGIL_KDF_PROFILE = True, "test"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    checks.refuse_unsafe_node("127.0.0.1:8411")
    setattr(settings, name, value)
    with pytest.raises(checks.DemoInReachError, match="does not start"):
        checks.refuse_unsafe_node("127.0.0.1:8411")


def test_with_an_https_address_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("".join(chr(65 + number % 26) for number in range(64)))
    chosen = {
        "IEUMGIL_HOME": str(tmp_path),
        "IEUMGIL_ADDRESS": "https://node.example",
        "IEUMGIL_HOSTS": "node.example",
        "IEUMGIL_PROXIES": "1",
        "IEUMGIL_DEMO": "false",
        "DJANGO_SETTINGS_MODULE": "ieumgil.site.settings",
    }
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    for address, works in (("https://node.example", True), ("http://127.0.0.1:8000", False)):
        made = subprocess.run(
            command,
            check=False,
            env=os.environ | chosen | {"IEUMGIL_ADDRESS": address},
            capture_output=True,
            text=True,
        )
        assert (made.returncode == 0) is works, made.stderr
