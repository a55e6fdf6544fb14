"""An alarm is raised once while it is open; people settle it at a terminal, and it rises again if its cause comes back."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.actions.alarm import raise_alarm
from ieumgil.ground.exchange.commands import commands
from ieumgil.ground.exchange.models import Alarm
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError
from tests.rooms.conftest import NOW, People


def rise(people: People) -> list[Alarm]:
    """Raise one alarm of the shelter and give those that are open."""
    raise_alarm(people.shelter, code="thread-forked", peer=people.police, subject="one thread", now=NOW)
    return exchange.open_alarms(people.stranger)


def settle(worker: Actor, alarm: Alarm) -> None:
    """Settle an alarm at the terminal."""
    named = {command.name: command for command in commands}
    obj = SimpleNamespace(actor=worker)
    CliRunner().invoke(
        named["exchange"], ["settle", str(alarm.pk)], obj=obj, standalone_mode=False, catch_exceptions=False
    )


def test_an_alarm_that_was_settled_rises_again_when_its_cause_comes_back(people: People) -> None:
    (first,) = rise(people)
    assert rise(people) == [first]
    settle(people.stranger, first)
    assert not exchange.open_alarms(people.stranger)
    (second,) = rise(people)
    assert second != first
    settle(people.stranger, second)
    assert Alarm.objects.filter(settled_at=None).count() == 0


def test_an_alarm_is_settled_by_its_own_agency_and_once(people: People) -> None:
    (alarm,) = rise(people)
    with pytest.raises(AbsentError):
        settle(people.owner, alarm)
    assert exchange.open_alarms(people.stranger) == [alarm]
    settle(people.stranger, alarm)
    with pytest.raises(AbsentError):
        settle(people.stranger, alarm)
