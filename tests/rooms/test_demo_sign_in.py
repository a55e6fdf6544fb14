"""The demo's links sign anybody in as anybody; so they are nowhere but in a demo on this machine."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from pytest_django import Settings

from ieumgil.site import checks
from ieumgil.site.demo.commands import CHAIRS, sign_in_links
from ieumgil.site.demo.founding import FRONT, PROTECTION, WORKERS
from ieumgil.site.demo.nodes import DemoNode
from ieumgil.site.demo.telling import Teller
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
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    checks.refuse_unsafe_node("127.0.0.1:8411")


def test_every_chair_of_the_demo_is_somebodys_on_that_node() -> None:
    for agencies, chairs in zip((FRONT, PROTECTION), CHAIRS, strict=True):
        invited = {handle: roles for slug in agencies for handle, roles in WORKERS[slug].items()}
        for handle, role in chairs:
            assert role in invited[handle]


@pytest.mark.parametrize(("language", "role"), [("en", "coordinator"), ("ko", "조정 기관 담당자")])
def test_the_demo_names_a_link_for_each_chair(tmp_path: Path, language: str, role: str) -> None:
    nodes = [DemoNode(name, tmp_path, port, language) for name, port in (("front", 8411), ("care", 8412))]
    lines = list(sign_in_links(Teller(language), nodes))
    assert f"  http://127.0.0.1:8412/demo/as/secretary@secretariat/  {role}" in lines
    assert sum("/demo/as/" in line for line in lines) == sum(map(len, CHAIRS))
    assert sum("http://127.0.0.1:8411/demo/as/" in line for line in lines) == len(CHAIRS[0])
