"""What is asked of agreements, the directory and consents at a terminal."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest

from ieumgil.agreements.commands import agreement
from ieumgil.agreements.queries import country
from ieumgil.casefile.actions import open_case
from ieumgil.consent.commands import consent
from ieumgil.consent.queries import has_leave, live_grants, refusals
from ieumgil.directory.commands import service
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.outcome import DeniedError
from tests.rooms.conftest import NOW, People
from tests.rooms.test_directory import open_house


@dataclass(frozen=True)
class SignedIn:
    """Who acts at the terminal."""

    actor: Actor


def say(actor: Actor, group: click.Group, *words: str) -> Any:  # noqa: ANN401 - whatever the command answers
    """Say something at the terminal and give its answer; errors come through."""
    return group.main(words, obj=SignedIn(actor), standalone_mode=False)


@pytest.fixture
def case(people: People) -> CaseId:
    """Open a case of the police unit."""
    return open_case(people.owner, now=NOW)


def test_a_consent_is_given_seen_and_withdrawn_at_the_terminal(people: People, case: CaseId) -> None:
    given = say(
        people.owner, consent, "give", str(case), "--to", str(people.shelter), "--for", "shelter",
        "--category", "identity", "--named", "health", "--language", "vi", "--feedback", "arrival",
    )  # fmt: skip
    (held,) = live_grants(people.owner, case)
    assert UUID(given) == held.id
    assert held.named_categories == {"health"}
    assert [one["purposes"] for one in say(people.owner, consent, "live", str(case))] == [["shelter"]]
    say(people.owner, consent, "withdraw", str(case), str(held.id))
    assert live_grants(people.owner, case) == []


def test_leave_and_refusal_are_recorded_at_the_terminal(people: People, case: CaseId) -> None:
    say(people.owner, consent, "leave", str(case), "--language", "vi")
    assert has_leave(people.owner, case)
    say(people.owner, consent, "refuse", str(case), "--what", "enquiry", "--language", "vi")
    assert not has_leave(people.owner, case)
    assert [no.what for no in refusals(people.owner, case)] == ["enquiry"]


def test_an_agreement_is_loaded_seen_and_suspended_at_the_terminal(people: People, tmp_path: Path) -> None:
    body = country("narae")["agreements"][0] | {"parties": [str(people.police), str(people.shelter)]}
    file = tmp_path / "agreement.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    assert say(people.stranger, agreement, "load", str(file)) == body["id"]
    assert say(people.owner, agreement, "load", str(file)) == body["id"]
    held = say(people.owner, agreement, "with", str(people.shelter))
    assert [one["id"] for one in held] == [body["id"], "joining"]
    say(people.owner, agreement, "suspend", body["id"])
    assert [one["id"] for one in say(people.owner, agreement, "with", str(people.shelter))] == ["joining"]
    file.write_text("{", encoding="utf-8")
    with pytest.raises(click.UsageError, match="not JSON"):
        say(people.owner, agreement, "load", str(file))
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(DeniedError, match="agreement-malformed"):
        say(people.owner, agreement, "load", str(file))


def test_free_places_are_confirmed_and_listed_at_the_terminal(people: People) -> None:
    open_house(people.stranger)
    say(people.stranger, service, "places", "garam-house", "3")
    (listed,) = say(people.stranger, service, "list")
    assert (listed["code"], listed["places_free"], listed["places_total"]) == ("garam-house", 3, 4)
