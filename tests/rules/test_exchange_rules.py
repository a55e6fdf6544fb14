"""Sizes, times, retries and the chain of bundles between two peers."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.exchange import forms, rules
from ieumgil.ground.exchange.cards import CardFault
from ieumgil.ground.exchange.rules import (
    KIB,
    LinkKind,
    Neighbours,
    RefusalReason,
    RefusedBundleError,
    next_link,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
DATA = Path(forms.__file__).parent / "data"


@pytest.mark.parametrize(
    ("length", "size"),
    [
        (0, 4),
        (4 * KIB - 4, 4),
        (4 * KIB - 3, 16),
        (16 * KIB - 4, 16),
        (16 * KIB - 3, 64),
        (64 * KIB - 4, 64),
        (64 * KIB - 3, 256),
        (256 * KIB - 3, 512),
        (4096 * KIB - 4, 4096),
    ],
)
def test_a_message_is_padded_to_the_smallest_class_that_holds_it(length: int, size: int) -> None:
    assert rules.size_class(length) == size
    assert rules.is_size_class(size)
    assert len(rules.pad(bytes(length))) == size * KIB


def test_more_than_four_mebibytes_are_too_large() -> None:
    with pytest.raises(RefusedBundleError, match="too-large"):
        rules.pad(bytes(4096 * KIB - 3))
    assert not any(rules.is_size_class(size) for size in (0, 1, 8, 63, 128, 300, 4352, 65535))


@given(st.binary(max_size=20 * KIB))
def test_what_was_padded_comes_off_again(signed: bytes) -> None:
    assert rules.unpad(rules.pad(signed)) == signed


@given(signed=st.binary(max_size=KIB), place=st.integers(0), value=st.integers(1, 255))
def test_anything_but_zero_in_the_padding_is_refused(signed: bytes, place: int, value: int) -> None:
    padded = bytearray(rules.pad(signed))
    start = 4 + len(signed)
    padded[start + place % (len(padded) - start)] = value
    with pytest.raises(RefusedBundleError, match="bad-padding"):
        rules.unpad(bytes(padded))


@pytest.mark.parametrize(
    ("created", "not_after", "reason"),
    [
        (NOW, NOW + 14 * DAY, None),
        (NOW, NOW + 14 * DAY + SECOND, "too-far-ahead"),
        (NOW, NOW, "bad-form"),
        (NOW + 10 * timedelta(minutes=1), NOW + DAY, None),
        (NOW + 10 * timedelta(minutes=1) + SECOND, NOW + DAY, "not-yet-valid"),
        (NOW - DAY, NOW - 10 * timedelta(minutes=1), None),
        (NOW - DAY, NOW - 10 * timedelta(minutes=1) - SECOND, "expired"),
    ],
)
def test_a_bundle_is_taken_in_its_time_with_ten_minutes_of_skew(
    created: datetime, not_after: datetime, reason: str | None
) -> None:
    assert rules.check_window(created, not_after, NOW) == reason


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_on_the_wire_is_read_back_to_the_second(moment: datetime) -> None:
    assert rules.parse_time(rules.time_text(moment)) == moment.replace(microsecond=0)


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    assert rules.time_text(datetime(2026, 11, 25, 18, 0, tzinfo=seoul)) == "2026-11-25T09:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        rules.time_text(datetime(2026, 11, 25, 9, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-25",
        "2026-11-25T09:00:00",
        "2026-11-25T09:00:00+00:00",
        "2026-11-25T09:00:00.0Z",
        "2026-02-30T09:00:00Z",
        "2026-11-25T24:00:00Z",
        "2026-11-25T09:00:60Z",
        "20261125T090000.000Z",
        "2026-W48-3T09:00:00Z",
        "２０２６-11-25T09:00:00Z",
    ],
)
def test_a_time_of_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(RefusedBundleError, match="bad-form"):
        rules.parse_time(text)


@given(attempt=st.integers(0, 10**6), jitter=st.floats(0, 1))
def test_retries_wait_longer_each_time_but_never_more_than_three_quarters_of_an_hour(
    attempt: int, jitter: float
) -> None:
    delay = rules.retry_delay(attempt, jitter)
    assert timedelta(seconds=2.5) <= delay <= timedelta(minutes=45)
    assert rules.retry_delay(attempt + 1, jitter) >= delay


def test_the_first_retries_come_within_seconds() -> None:
    waits = [rules.retry_delay(attempt, 0.5).total_seconds() for attempt in (1, 2, 3, 12)]
    assert waits == [5, 10, 20, 1800]


HELD = Neighbours(last_seq=3, before="hash 3", same=None, after_names=None)
NONE_HELD = Neighbours(last_seq=0, before=None, same=None, after_names=None)


def test_the_next_number_that_names_the_one_before_continues_the_chain() -> None:
    assert next_link(NONE_HELD, 1, None, "hash 1").kind is LinkKind.NEXT
    assert next_link(HELD, 4, "hash 3", "hash 4").kind is LinkKind.NEXT


def test_a_gap_names_what_is_missing() -> None:
    held = Neighbours(last_seq=3, before=None, same=None, after_names=None)
    assert next_link(held, 6, "hash 5", "hash 6") == rules.Link(LinkKind.GAP, (4, 5))
    assert len(next_link(held, 2**53 - 1, "hash", "other").missing) == rules.MISSING_NAMED


def test_a_late_bundle_fills_its_gap_only_if_its_successor_names_it() -> None:
    held = Neighbours(last_seq=6, before="hash 4", same=None, after_names="hash 5")
    assert next_link(held, 5, "hash 4", "hash 5").kind is LinkKind.LATE
    assert next_link(held, 5, "hash 4", "hash 5 of another history").kind is LinkKind.FORK


def test_a_second_history_is_a_fork() -> None:
    assert next_link(HELD, 4, "hash 3 of another history", "hash 4").kind is LinkKind.FORK
    assert next_link(HELD, 4, None, "hash 4").kind is LinkKind.FORK
    assert next_link(NONE_HELD, 1, "hash 0", "hash 1").kind is LinkKind.FORK
    same = Neighbours(last_seq=4, before="hash 3", same="hash 4", after_names=None)
    assert next_link(same, 4, "hash 3", "hash 4").kind is LinkKind.REPEAT
    assert next_link(same, 4, "hash 3", "hash 4 of another history").kind is LinkKind.FORK


@given(st.permutations(range(1, 9)))
def test_a_chain_delivered_in_any_order_is_whole_and_without_a_fork(order: list[int]) -> None:
    held: dict[int, str] = {}
    for seq in order:
        near = Neighbours(
            last_seq=max(held, default=0),
            before=held.get(seq - 1),
            same=held.get(seq),
            after_names=str(seq) if seq + 1 in held else None,
        )
        link = next_link(near, seq, str(seq - 1) if seq > 1 else None, str(seq))
        assert link.kind in {LinkKind.NEXT, LinkKind.GAP, LinkKind.LATE}
        held[seq] = str(seq)
    assert sorted(held) == list(range(1, 9))


def test_every_reason_says_in_both_languages_what_to_do() -> None:
    texts = json.loads((DATA / "refusals.json").read_text(encoding="utf-8"))
    assert set(texts) == {*RefusalReason, *CardFault, "other"}
    for code in texts:
        assert re.search(r"[가-힣]", forms.what_to_do(code, "ko"))
        assert not re.search(r"[가-힣]", forms.what_to_do(code, "en"))
    assert forms.what_to_do("a reason of a later version", "en") == texts["other"]["en"]


def test_a_sender_s_node_knows_what_it_may_do_by_itself() -> None:
    assert rules.remedy(RefusalReason.CANNOT_OPEN) is rules.Remedy.SAME_BYTES_LATER
    assert rules.remedy(RefusalReason.WRONG_SUITE) is rules.Remedy.SEAL_AGAIN
    assert rules.remedy(RefusalReason.EXPIRED) is rules.Remedy.PEOPLE
    assert all(rules.remedy(reason) in rules.Remedy for reason in RefusalReason)
