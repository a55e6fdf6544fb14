"""The short form of test_kill.py, for every day: a node is killed three times while another refers to it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import pytest

from tests.support.kept import Facts, Verdict, judge
from tests.support.killing import exchange, kill_node


@dataclass(frozen=True)
class Ended:
    """What two nodes held after the kills."""

    sender: Facts
    receiver: Facts
    told: list[str]
    again: int


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    with exchange(tmp_path_factory.mktemp("nodes")) as pair:
        pair.longest_life = 0.3
        for number in range(3):
            kill_node(pair, sender_too=number == 1)
        pair.settle()
        return Ended(*pair.facts(), pair.told, pair.again)


def test_after_three_kills_all_that_was_acknowledged_is_there_once(ended: Ended) -> None:
    verdict = judge(ended.sender, ended.receiver, ended.told, ended.again)
    assert verdict.acknowledged >= 3
    assert verdict == Verdict(verdict.acknowledged)
    assert ended.sender.alarms == ended.receiver.alarms == []


def _lose(_sender: Facts, receiver: Facts) -> None:
    ident = receiver.messages.pop()[0]
    receiver.inbox = [item for item in receiver.inbox if item[0] != ident]


def _forget_and_take_again(sender: Facts, _receiver: Facts) -> None:
    sender.inbox.append(["another receipt", "receipt", ""])


def _lose_a_click(sender: Facts, _receiver: Facts) -> None:
    sender.threads.popitem()


def _forget_the_message(_sender: Facts, receiver: Facts) -> None:
    receiver.messages.pop()


def _forget_the_bundle(_sender: Facts, receiver: Facts) -> None:
    receiver.inbox.pop()


def _forget_the_receipt(_sender: Facts, receiver: Facts) -> None:
    receiver.inbox[-1][2] = ""


def _forget_the_entry(_sender: Facts, receiver: Facts) -> None:
    del receiver.entries[next(entry for entry in receiver.entries if entry.startswith("bundle.accept"))]


def _forget_the_row(_sender: Facts, receiver: Facts) -> None:
    receiver.untrue_rows.append(next(iter(receiver.threads)))


def _enquire_without_an_entry(sender: Facts, _receiver: Facts) -> None:
    del sender.entries[next(entry for entry in sender.entries if entry.startswith("referral.enquiry"))]


def _say_without_sending(sender: Facts, _receiver: Facts) -> None:
    sender.outbox.pop()


def _double_the_message(_sender: Facts, receiver: Facts) -> None:
    receiver.messages.append(receiver.messages[-1])


def _double_the_entry(_sender: Facts, receiver: Facts) -> None:
    receiver.entries[next(entry for entry in receiver.entries if entry.startswith("bundle.accept"))] += 1


def _click_twice(sender: Facts, _receiver: Facts) -> None:
    sender.messages.append(["another", "F", "enquiry", "admitted"])


def _forget_what_was_signed(_sender: Facts, receiver: Facts) -> None:
    for lines in receiver.ledgers.values():
        lines.pop()


def _disagree(_sender: Facts, receiver: Facts) -> None:
    receiver.threads.popitem()


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (_lose, "lost"),
        (_forget_and_take_again, "lost"),
        (_lose_a_click, "lost"),
        (_forget_the_message, "half"),
        (_forget_the_bundle, "half"),
        (_forget_the_receipt, "half"),
        (_forget_the_entry, "half"),
        (_forget_the_row, "half"),
        (_say_without_sending, "half"),
        (_enquire_without_an_entry, "half"),
        (_double_the_message, "doubled"),
        (_double_the_entry, "doubled"),
        (_click_twice, "doubled"),
        (_disagree, "apart"),
        (_forget_what_was_signed, "unsound"),
    ],
)
def test_what_is_planted_is_found(ended: Ended, fault: Callable[[Facts, Facts], None], found: str) -> None:
    sender, receiver = deepcopy(ended.sender), deepcopy(ended.receiver)
    fault(sender, receiver)
    assert getattr(judge(sender, receiver, ended.told, ended.again), found)
