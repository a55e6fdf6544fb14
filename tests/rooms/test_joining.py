"""Who joins and how: links that are good once, and a new second factor by two officers."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from ieumgil.ground.access.rules import OPEN_ROUTES
from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.queries import actor_for, known
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.joining import queries
from ieumgil.ground.joining.actions import door, ending
from ieumgil.ground.joining.actions import people as officers
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.shell.checks import routes
from tests.rooms.conftest import People
from tests.support.browsing import signed_in_client
from tests.support.signing_in import (
    PASSWORD,
    Device,
    entries_of,
    give_code,
    give_password,
    is_in,
    sign_in,
    with_device,
    with_password,
)

OWNER, NEW = "owner@narae.example", "new@narae.example"
WRONG = "not the password at all"
PASSWORDS = {"password1": PASSWORD, "password2": PASSWORD}


pytestmark = pytest.mark.usefixtures("quick_door")


def without_token(page: bytes) -> str:
    """Give a page without what it says of the address that was asked for, and without the token of its forms."""
    return re.sub(r'value="[\w-]{64}"|/welcome/[^/"]+/', "", page.decode())


@pytest.fixture
def device(people: People) -> Device:
    """Give the owner a password and a device."""
    assert people.owner.worker
    with_password(OWNER)
    return with_device(OWNER)


@pytest.fixture
def token(people: People) -> str:
    """Invite somebody."""
    return officers.invite(people.owner, handle=NEW, display_name="A new colleague", roles=[Role.CASE_WORKER])


@pytest.fixture
def second(people: People) -> Actor:
    """Give a key officer, who may approve what a supervisor asked."""
    keys = "keys@narae.example"
    accounts.invite_worker(agency=people.police, handle=keys, display_name=keys, roles=[Role.KEY_OFFICER])
    return actor_for(keys)


def test_a_link_is_good_once_and_leads_to_a_password_a_device_and_codes_on_paper(token: str) -> None:
    client = Client()
    assert client.get(f"/welcome/{token}/").status_code == 200
    assert client.post(f"/welcome/{token}/", PASSWORDS).status_code == 302
    assert not is_in(client)
    page = client.get("/account/device/")
    device = Device(page.context["form"].secret)
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    answer = client.post("/account/device/", {"code": device.code()})
    assert is_in(client)
    codes = client.get(answer["Location"]).context["unused_codes"]
    assert len(codes) == 10
    assert all(code.isdigit() for code in codes)
    assert client.get(answer["Location"]).context["unused_codes"] == ["****"] * 10
    assert Client().post(f"/welcome/{token}/", PASSWORDS).status_code == 404
    assert is_in(sign_in(NEW, device))


def test_a_link_that_ran_out_one_that_was_used_and_one_that_never_was_get_one_answer(token: str) -> None:
    with pytest.raises(AbsentError):
        door.accept_invitation(token=token, password=PASSWORD, now=timezone.now() + timedelta(hours=73))
    door.accept_invitation(token=token, password=PASSWORD)
    used, never = (
        Client().get(f"/welcome/{token}/"),
        Client().get("/welcome/something-that-never-was-a-link/"),
    )
    assert used.status_code == never.status_code == 404
    assert without_token(used.content) == without_token(never.content)


def test_a_new_link_ends_the_older_one_and_keeps_the_device(people: People, device: Device) -> None:
    first = officers.make_invitation(people.colleague, handle=OWNER)
    newer = officers.make_invitation(people.colleague, handle=OWNER)
    assert Client().get(f"/welcome/{first}/").status_code == 404
    client = Client()
    assert client.post(f"/welcome/{newer}/", PASSWORDS)["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert is_in(sign_in(OWNER, device))


def test_of_a_link_only_its_hash_is_kept(token: str) -> None:
    from ieumgil.ground.accounts.models import Invitation

    kept = str(list(Invitation.objects.values_list()))
    assert token not in kept
    assert len(token) >= 32


def test_a_password_is_long_uncommon_and_not_the_name(token: str) -> None:
    for bad in ("short", "1qaz2wsx3edc", NEW):
        answer = Client().post(f"/welcome/{token}/", {"password1": bad, "password2": bad})
        assert answer.status_code == 422, bad
    assert Client().post(f"/welcome/{token}/", PASSWORDS | {"password2": WRONG}).status_code == 422
    assert Client().get(f"/welcome/{token}/").status_code == 200


def test_only_who_may_invite_does_and_only_at_the_own_agency(people: People, second: Actor) -> None:
    with pytest.raises(DeniedError, match="no-right"):
        officers.invite(second, handle=NEW, display_name=NEW, roles=[Role.CASE_WORKER])
    with pytest.raises(DeniedError, match="handle-taken"):
        officers.invite(people.stranger, handle=OWNER, display_name=OWNER, roles=[Role.CASE_WORKER])
    for deed in (
        officers.make_invitation,
        officers.ask_new_second_factor,
        officers.deactivate_worker,
        officers.end_sessions_of,
    ):
        with pytest.raises(AbsentError):
            deed(people.stranger, handle=OWNER)
        with pytest.raises(DeniedError, match="not-oneself"):
            deed(people.owner, handle=OWNER)
    assert entries_of(people.owner, "worker.invite") == [
        "no-right",
        "not-oneself",
    ]


def test_a_new_second_factor_needs_two_officers_and_the_workers_own_password(
    people: People, device: Device, second: Actor
) -> None:
    stays = sign_in(OWNER, device)
    with pytest.raises(AbsentError):
        officers.approve_new_second_factor(second, handle=OWNER)
    officers.ask_new_second_factor(people.colleague, handle=OWNER)
    for actor, why in ((people.colleague, "second-person-needed"), (people.owner, "not-oneself")):
        with pytest.raises(DeniedError, match=why):
            officers.approve_new_second_factor(actor, handle=OWNER)
    assert is_in(stays)
    token = officers.approve_new_second_factor(second, handle=OWNER)
    assert not is_in(stays)
    client = Client()
    assert client.post(f"/welcome/{token}/", {"password1": WRONG}).status_code == 422
    assert client.post(f"/welcome/{token}/", {"password1": PASSWORD}).status_code == 302
    assert client.get("/account/device/").status_code == 200
    assert Client().get(f"/welcome/{token}/").status_code == 404
    assert entries_of(people.owner, "worker.ask-second-factor") == ["allow"]
    said = entries_of(people.owner, "worker.approve-second-factor")
    assert said == ["absent", "second-person-needed", "not-oneself", "allow"]


def test_while_a_link_for_a_new_device_waits_the_password_alone_sets_up_none(
    people: People, device: Device, second: Actor
) -> None:
    assert device
    officers.ask_new_second_factor(people.colleague, handle=OWNER)
    officers.approve_new_second_factor(second, handle=OWNER)
    client = Client()
    assert give_password(client, OWNER) == 302
    assert client.get("/account/device/").status_code == 403
    assert client.post("/account/device/", {"code": "000000"}).status_code == 403
    assert not is_in(client)


def test_a_worker_with_the_old_device_or_a_recovery_code_sets_up_a_new_one(
    people: People, device: Device
) -> None:
    here, there = sign_in(OWNER, device), sign_in(OWNER, device)
    new = Device(here.get("/account/device/").context["form"].secret)
    assert here.post("/account/device/", {"code": "000000"}).status_code == 200
    assert is_in(there)
    assert here.post("/account/device/", {"code": new.code()}).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert is_in(sign_in(OWNER, new))
    client = Client()
    give_password(client, OWNER)
    assert give_code(client, device.code()) == 200
    assert entries_of(people.owner, "worker.second-factor") == ["allow"]


def test_whoever_has_no_second_factor_can_go_nowhere_but_to_its_page(people: People) -> None:
    assert people
    with_password(OWNER)
    client = Client()
    give_password(client, OWNER)
    for path in ("/", "/account/", "/account/sessions/", "/account/codes/", "/people/workers/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/account/device/"), path


def test_no_address_that_resolves_goes_round_the_second_factor(people: People) -> None:
    assert people
    sample = {"uuid": str(uuid4()), "int": "1", "str": "x", "slug": "x", "path": "x"}
    paths = [
        "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: sample.get(found[1] or "str", "x"), route)
        for route, name, _ in routes()
        if name not in OPEN_ROUTES
    ]
    assert len(paths) > 5
    with_password(OWNER)
    client, control = Client(), signed_in_client(OWNER)
    give_password(client, OWNER)
    for method in ("get", "post"):
        answers = {path: getattr(client, method)(path) for path in paths}
        assert {answer.get("Location", answer.status_code) for answer in answers.values()} == {
            "/account/device/"
        }
    assert control.get("/people/workers/").status_code == 200


def test_a_worker_ends_one_session_or_all_others_and_nobody_elses(people: People, device: Device) -> None:
    here, there = sign_in(OWNER, device), sign_in(OWNER, device)
    rows = queries.sessions_of(people.owner, this=here.session.session_key)
    other = next(row for row in rows if not row.is_this)
    with pytest.raises(AbsentError):
        ending.end_session(people.colleague, session=other.id)
    assert is_in(there)
    assert here.post("/account/sessions/", {"session": str(other.id)}).status_code == 302
    assert not is_in(there)
    last = sign_in(OWNER, device)
    assert here.post("/account/sessions/").status_code == 302
    assert not is_in(last)
    assert is_in(here)


def test_a_changed_password_ends_all_other_sessions(people: People, device: Device) -> None:
    assert people
    here, there = sign_in(OWNER, device), sign_in(OWNER, device)
    new = "four grey herons wait still"
    said = {"old": WRONG, "password1": new, "password2": new}
    assert here.post("/account/password/", said).status_code == 422
    assert here.post("/account/password/", said | {"old": PASSWORD}).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert [one.is_this for one in queries.sessions_of(people.owner, this=here.session.session_key)] == [True]


def test_a_supervisor_invites_on_the_screen_and_sees_the_link_once(people: People) -> None:
    client = signed_in_client("colleague@narae.example")
    said = {"handle": NEW, "display_name": "A new colleague", "roles": ["case-worker"]}
    page = client.post("/people/workers/", said)
    link = page.context["link"]
    assert link in page.content.decode()
    assert Client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert link not in client.get("/people/workers/").content.decode()
    assert client.post("/people/workers/", said).status_code == 409
    worker = known(NEW)
    assert worker
    one = f"/people/workers/{worker.worker}/"
    for deed in ({"deed": "give", "role": "reviewer"}, {"deed": "take", "role": "reviewer"}, {"deed": "ask"}):
        assert client.post(one, deed).status_code == 302
    assert client.post(one, {"deed": "approve"}).status_code == 409
    assert client.post(one, {"deed": "link"}).status_code == 200
    assert client.post(one, {"deed": "close"}).status_code == 302
    assert client.get(one).status_code == 200
    assert signed_in_client("stranger@narae.example").get(one).status_code == 404
    assert people.owner.worker
    assert client.post("/people/workers/", {"handle": "x"}).status_code == 422


def test_a_worker_chooses_a_language_and_where_notices_go(people: People) -> None:
    client = signed_in_client(OWNER)
    said = {"language": "ko", "notice_address": "owner@mail.example"}
    answer = client.post("/account/", said)
    assert answer.cookies["language"].value == "ko"
    own = queries.own_account(people.owner)
    assert (own.language, own.notice_address) == ("ko", "owner@mail.example")
    assert 'lang="ko"' in client.get("/account/").content.decode()


def test_an_officer_ends_every_session_of_a_colleague_whose_computer_is_in_other_hands(
    people: People, device: Device
) -> None:
    there = sign_in(OWNER, device)
    assert is_in(there)
    officers.end_sessions_of(people.colleague, handle=OWNER)
    assert not is_in(there)
    assert entries_of(people.colleague, "worker.sessions") == ["allow"]
