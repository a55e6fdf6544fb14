"""The door: a password and then a code; nothing is learnt at it, and nothing is tried at it for long."""

import re
import time
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from ieumgil.ground.accounts import actions as accounts
from ieumgil.ground.accounts.rules import Role
from ieumgil.ground.joining.actions import people as officers
from ieumgil.shell.accounts import adapter
from tests.rooms.conftest import People
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

OWNER = "owner@narae.example"
COLLEAGUE = "colleague@narae.example"
NOBODY = "other@narae.example"
WRONG = "not the password at all"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
OTHERWISE = ("Expires", "Content-Security-Policy")  # the second; the same words in another order


pytestmark = pytest.mark.usefixtures("quick_door")


@pytest.fixture
def device(people: People) -> Device:
    """Give the owner a password and a device."""
    assert people.owner.worker
    with_password(OWNER)
    return with_device(OWNER)


def test_a_worker_signs_in_with_a_password_and_a_code(people: People, device: Device) -> None:
    client = Client()
    assert not is_in(client)
    assert give_password(client, OWNER) == 302
    assert not is_in(client)
    assert give_code(client, device.code()) == 302
    assert is_in(client)
    assert entries_of(people.owner, "worker.sign-in") == ["allow"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(people: People, device: Device) -> None:
    assert device
    answers = []
    for handle in (OWNER, NOBODY):
        answer = Client().post("/sign-in/", {"login": handle, "password": WRONG})
        body = TOKEN.sub("", answer.content.decode()).replace(handle, "")
        headers = {name: None if name in OTHERWISE else value for name, value in answer.items()}
        answers.append((answer.status_code, headers, body))
    assert answers[0] == answers[1]
    assert entries_of(people.owner, "worker.sign-in") == ["wrong-password"]


def test_a_closed_account_and_one_without_a_password_answer_like_an_unknown_name(people: People) -> None:
    with_password(COLLEAGUE)
    unknown = TOKEN.sub(
        "", Client().post("/sign-in/", {"login": NOBODY, "password": PASSWORD}).content.decode()
    )
    answers = []
    accounts.close_account(agency=people.police, handle=COLLEAGUE)
    for handle in (COLLEAGUE, OWNER):
        answer = Client().post("/sign-in/", {"login": handle, "password": PASSWORD})
        answers.append(TOKEN.sub("", answer.content.decode()).replace(handle, NOBODY))
    assert set(answers) == {unknown}


def test_a_failed_try_takes_as_long_for_a_name_that_nobody_has(
    people: People, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    assert device
    monkeypatch.setattr(adapter, "FAILED_TAKES", 0.5)
    waited: list[float] = []
    for handle, spent in ((OWNER, 0.25), (NOBODY, 0.125)):
        clock = iter([10.0, 10.0 + spent])  # what the look-up itself took
        told = SimpleNamespace(monotonic=clock.__next__, sleep=waited.append)
        monkeypatch.setattr(adapter, "time", told)
        give_password(Client(), handle, WRONG)
    assert waited == [0.25, 0.375]


def test_after_five_failed_tries_even_the_right_password_is_refused_for_a_while(
    people: People, device: Device
) -> None:
    for handle in (NOBODY, OWNER):
        for _ in range(5):
            assert give_password(Client(), handle, WRONG) == 200
    answer = Client().post("/sign-in/", {"login": OWNER, "password": PASSWORD})
    assert answer.status_code == 200
    assert b"Too many tries" in answer.content
    assert b"Too many tries" in Client().post("/sign-in/", {"login": NOBODY, "password": PASSWORD}).content
    cache.clear()
    assert sign_in(OWNER, device)
    assert entries_of(people.owner, "worker.sign-in").count("wrong-password") == 5


def test_one_address_can_not_try_many_names(people: People) -> None:
    assert people
    statuses = [give_password(Client(), f"name{number}@narae.example", WRONG) for number in range(31)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:19]


def test_codes_are_tried_a_few_times_only(people: People, device: Device) -> None:
    client = Client()
    give_password(client, OWNER)
    for _ in range(5):
        assert give_code(client, "000000") == 200
    assert b"Too many tries" in client.post("/sign-in/code/", {"code": device.code()}).content
    assert not is_in(client)
    assert "wrong-code" in entries_of(people.owner, "worker.sign-in")


def test_a_code_is_good_once(people: People, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    assert people
    code = device.code()
    first, second = Client(), Client()
    give_password(first, OWNER)
    assert give_code(first, code) == 302
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31)  # allauth itself forgets it after 30 seconds
    give_password(second, OWNER)
    assert give_code(second, code) == 200
    assert not is_in(second)


def test_a_code_of_the_paper_is_good_once(people: People, device: Device) -> None:
    from allauth.mfa.models import Authenticator

    assert people
    assert device
    paper = Authenticator.objects.get(type="recovery_codes", user__handle=OWNER).wrap().get_unused_codes()
    client = Client()
    give_password(client, OWNER)
    assert give_code(client, paper[0]) == 302
    assert is_in(client)
    again = Client()
    give_password(again, OWNER)
    assert give_code(again, paper[0]) == 200


def test_the_secret_of_a_device_stands_nowhere_in_the_clear(people: People, device: Device) -> None:
    from allauth.mfa.models import Authenticator

    assert people
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert device.secret not in kept
    assert Authenticator.objects.filter(type="totp").get().wrap().validate_code(device.code())


def test_a_session_gets_a_new_key_at_sign_in(people: People, device: Device) -> None:
    assert people
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["session"] = str(session.session_key)
    planted = str(session.session_key)
    give_password(client, OWNER)
    give_code(client, device.code())
    assert is_in(client)
    assert client.cookies["session"].value != planted
    thief = Client()
    thief.cookies["session"] = planted
    assert not is_in(thief)


def test_a_session_is_no_good_after_sign_out(people: People, device: Device) -> None:
    client = sign_in(OWNER, device)
    thief = Client()
    thief.cookies["session"] = client.cookies["session"].value
    assert is_in(thief)
    answer = client.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not is_in(thief)
    assert entries_of(people.owner, "worker.sign-out") == ["allow"]


def test_a_session_is_no_good_after_a_role_was_taken_back(people: People, device: Device) -> None:
    client = sign_in(OWNER, device)
    assert is_in(client)
    officers.take_back_role(people.colleague, handle=OWNER, role=Role.SUPERVISOR)
    assert not is_in(client)


def test_a_session_is_no_good_after_the_account_was_closed(people: People, device: Device) -> None:
    client = sign_in(OWNER, device)
    assert is_in(client)
    officers.deactivate_worker(people.colleague, handle=OWNER)
    assert not is_in(client)
    assert give_password(Client(), OWNER) == 200
