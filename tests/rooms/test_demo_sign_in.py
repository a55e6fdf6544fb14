"""The demo's links sign anybody in as anybody; so they are nowhere but in a demo on this machine."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from pytest_django import Settings

from ieumgil.site import checks
from tests.rooms.conftest import People
from tests.support.signing_in import entries_of, is_in

LINK = "/demo/as/owner@narae.example/"


def test_in_the_demo_a_link_signs_in_with_all_rights(people: People, settings: Settings) -> None:
    settings.IEUMGIL_DEMO = True
    client = Client()
    assert client.get(LINK)["Location"] == "/"
    assert is_in(client)
    assert entries_of(people.owner, "worker.sign-in") == ["allow"]
    assert client.get("/demo/as/nobody@narae.example/").status_code == 404
    assert client.get("/demo/as/stranger@narae.example/").status_code == 302
    assert client.get("/account/").context["own"].handle == "stranger@narae.example"


def test_outside_the_demo_a_link_leads_nowhere(people: People) -> None:
    client = Client()
    assert client.get(LINK).status_code == 404
    assert not is_in(client)
    assert entries_of(people.owner, "worker.sign-in") == []


@pytest.mark.parametrize(
    ("address", "bind", "profile"),
    [
        ("https://node.example", "127.0.0.1:8000", "test"),
        ("https://127.0.0.1", "127.0.0.1:8000", "test"),
        ("http://192.0.2.1:8000", "127.0.0.1:8000", "test"),
        ("http://127.0.0.1:8000", "0.0.0.0:8000", "test"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "normal"),
    ],
)
def test_a_demo_that_others_can_reach_or_with_real_keys_does_not_start(
    db: None, settings: Settings, address: str, bind: str, profile: str
) -> None:
    settings.IEUMGIL_ADDRESS, settings.IEUMGIL_KDF_PROFILE = address, profile
    settings.IEUMGIL_DEMO = False
    checks.refuse_unsafe_node(bind)
    settings.IEUMGIL_DEMO = True
    with pytest.raises(checks.DemoInReachError, match="does not start"):
        checks.refuse_unsafe_node(bind)


def test_the_system_check_refuses_it_as_well(settings: Settings) -> None:
    settings.IEUMGIL_DEMO, settings.IEUMGIL_ADDRESS = True, "https://node.example"
    with pytest.raises(SystemCheckError, match="IEUMGIL_DEMO"):
        call_command("check")


def test_a_demo_on_this_machine_starts(db: None, settings: Settings) -> None:
    settings.IEUMGIL_DEMO, settings.IEUMGIL_KDF_PROFILE = True, "test"
    checks.refuse_unsafe_node("127.0.0.1:8411")
