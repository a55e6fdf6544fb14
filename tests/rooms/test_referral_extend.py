"""A message that only extends its thread is put there in one step; the row says what a fold of all messages says."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ieumgil.kernel.ids import CaseId, ThreadId
from ieumgil.referral.actions import answer, enquire, fold, recall, receive, refer
from ieumgil.referral.actions.extend import only_extends
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.rules import Kind, Message, Side
from tests.rooms.conftest import NOW, People
from tests.support.journeys import offered, referred
from tests.support.mechanism import carry, give_consent

FOLDED = (
    "state",
    "owes",
    "before",
    "missed",
    "packet_lives",
    "frozen",
    "heads",
    "own_seq",
    "own_last",
    "moved_by",
    "due_at",
)


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that a message taken is folded with all others."""
    seen: list[str] = []

    def noted(row: ThreadRow, *rest: object) -> object:
        seen.append(row.state)
        return fold.refold(row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(receive, "refold", noted)
    return seen


def as_told(row: ThreadRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FOLDED)


def the_rows_say_what_a_fold_says() -> bool:
    rows = list(ThreadRow.objects.all())
    told = [as_told(row) for row in rows]
    for row in rows:
        fold.refold(row, NOW)
    return told == [as_told(row) for row in ThreadRow.objects.all()]


def _refers(people: People, case: CaseId) -> ThreadId:
    thread = offered(people, case)
    give_consent(people.owner, case, people.shelter, NOW)
    refer.refer(people.owner, thread=thread, now=NOW)
    return thread


def test_one_step_after_the_other_needs_no_fold_but_the_first_and_a_recall(
    mechanism: People, case: CaseId, folds: list[str]
) -> None:
    shelter, thread = mechanism.stranger, _refers(mechanism, case)
    steps: list[Callable[[], object]] = [
        lambda: answer.query(shelter, thread=thread, question="Which hours?", now=NOW),
        lambda: refer.reply(mechanism.owner, thread=thread, answer=refer.Answer("After nine."), now=NOW),
        lambda: answer.accept(shelter, thread=thread, now=NOW),
        lambda: answer.not_arrived(shelter, thread=thread, now=NOW),
        lambda: answer.arrived(shelter, thread=thread, now=NOW),
        lambda: answer.progress(shelter, thread=thread, code="settling-in", now=NOW),
    ]
    for step in steps:
        carry(NOW)
        step()
    carry(NOW)
    assert the_rows_say_what_a_fold_says()
    assert len(folds) == 1  # the enquiry
    recall.recall(mechanism.owner, thread=thread, reason="danger", now=NOW)
    carry(NOW)
    assert len(folds) == 2
    recall.erase(shelter, thread=thread, now=NOW)
    carry(NOW)
    enquire.close(mechanism.owner, thread=thread, reason="recalled", now=NOW)
    carry(NOW)
    assert the_rows_say_what_a_fold_says()


def test_what_crosses_is_folded(mechanism: People, case: CaseId, folds: list[str]) -> None:
    thread = _refers(mechanism, case)
    carry(NOW)
    recall.recall(mechanism.owner, thread=thread, reason="danger", now=NOW)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    before = len(folds)
    carry(NOW)
    assert len(folds) == before + 2
    assert the_rows_say_what_a_fold_says()


def test_a_row_that_says_something_else_is_found(mechanism: People, case: CaseId) -> None:
    _refers(mechanism, case)
    carry(NOW)
    ThreadRow.objects.update(own_seq=7)
    assert not the_rows_say_what_a_fold_says()


def test_only_what_follows_everything_that_stands_goes_the_short_way(mechanism: People, case: CaseId) -> None:
    thread = referred(mechanism, case)
    answer.accept(mechanism.stranger, thread=thread, now=NOW)
    answer.arrived(mechanism.stranger, thread=thread, now=NOW)
    carry(NOW)
    row = ThreadRow.objects.get(agency_id=mechanism.police)
    kept = MessageRow.objects.filter(thread=row)
    last = kept.get(message_id=row.heads[0])
    good = Message("f" * 64, Side.R, last.seq + 1, last.message_id, tuple(row.heads), Kind.PROGRESS)
    assert only_extends(row, good)
    others = [
        replace(good, seen=("e" * 64, *good.seen)),
        replace(good, prev=kept.get(author="R", seq=last.seq - 1).message_id),
        replace(good, seq=last.seq, prev=kept.get(author="R", seq=last.seq - 1).message_id),
        replace(good, seq=last.seq + 2),
        replace(good, author=Side.F),
        replace(good, packet=True),
        replace(good, kind=Kind.ACCEPT),
        replace(good, author=Side.F, kind=Kind.RECALL),
    ]
    assert not [message for message in others if only_extends(row, message)]
    for standing in (MessageRow.Standing.WAITING, MessageRow.Standing.REFUSED):
        kept.filter(pk=last.pk).update(standing=standing)
        assert not only_extends(row, good)
    kept.filter(pk=last.pk).update(standing=MessageRow.Standing.ADMITTED)
    kept.filter(author="F", seq=1).update(standing=MessageRow.Standing.WAITING)
    assert not only_extends(row, good)
    kept.update(standing=MessageRow.Standing.ADMITTED)
    for frozen, void in ((True, []), (False, ["d" * 64])):
        row.frozen, row.void = frozen, void
        assert not only_extends(row, good)
