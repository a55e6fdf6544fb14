"""The form of a ledger entry and the vocabulary of actions."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.audit.rules import (
    AuditAction,
    Entry,
    MalformedEntryError,
    commit_reason,
    from_base64,
    read_entry,
    time_text,
    to_base64,
    write_entry,
)
from ieumgil.kernel.canonical import canonical
from tests.support.ledger import AGENCY

ENTRY = Entry(
    seq=1,
    t="2026-11-01T03:00:00.000000Z",
    actor="clock",
    agency=str(AGENCY),
    action="case.open",
    subject=None,
    purpose=None,
    decision="allow",
    reason_commit=None,
    prev_checkpoint=None,
    nonce=to_base64(bytes(16)),
)
WRITTEN = (
    '{"action":"case.open","actor":"clock","agency":"6a1d3c52-0b7e-4f3a-9f0e-3d5b8c7a1e24","decision":"allow",'
    '"nonce":"AAAAAAAAAAAAAAAAAAAAAA==","prev_checkpoint":null,"purpose":null,"reason_commit":null,"seq":1,'
    '"subject":null,"t":"2026-11-01T03:00:00.000000Z"}'
)


def test_an_entry_is_written_as_the_ledger_page_shows_it() -> None:
    assert write_entry(ENTRY).decode() == WRITTEN


@given(
    st.integers(1, 2**53 - 1),
    st.text(min_size=1).filter(lambda text: text.isprintable()),
    st.none() | st.binary(min_size=32, max_size=32).map(to_base64),
)
def test_what_was_written_is_read_back(seq: int, subject: str, commit: str | None) -> None:
    entry = replace(ENTRY, seq=seq, subject=subject, reason_commit=commit)
    assert read_entry(write_entry(entry)) == entry


SPOILT: list[dict[str, object]] = [
    {"seq": 0},
    {"seq": True},
    {"seq": "1"},
    {"seq": 2**53},
    {"t": "2026-11-01T03:00:00Z"},
    {"t": None},
    {"actor": ""},
    {"actor": 7},
    {"agency": str(AGENCY).upper()},
    {"action": "Case.open"},
    {"action": "open"},
    {"subject": ""},
    {"subject": "\ud800"},
    {"decision": None},
    {"reason_commit": "short"},
    {"prev_checkpoint": "60"},
    {"prev_checkpoint": "060:" + to_base64(bytes(32))},
    {"nonce": to_base64(bytes(15))},
    {"nonce": "AAAAAAAAAAAAAAAAAAAAAB=="},
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_no_entry_is_not_written(spoilt: dict[str, object]) -> None:
    with pytest.raises(MalformedEntryError):
        write_entry(replace(ENTRY, **spoilt))  # type: ignore[arg-type]


def test_an_entry_with_a_key_more_or_less_is_not_read() -> None:
    parts = {field.name: getattr(ENTRY, field.name) for field in fields(Entry)}
    assert read_entry(canonical(parts)) == ENTRY
    for other in ({**parts, "name": "somebody"}, {k: v for k, v in parts.items() if k != "nonce"}, [parts]):
        with pytest.raises(MalformedEntryError):
            read_entry(canonical(other))


def test_an_entry_in_other_than_canonical_form_is_not_read() -> None:
    for other in (WRITTEN.replace(":1,", ": 1,"), WRITTEN + "\n", WRITTEN.replace("clock", "cl\\u006fck")):
        with pytest.raises(MalformedEntryError):
            read_entry(other.encode())


def test_time_is_written_in_utc_and_always_equally_long() -> None:
    seoul = datetime(2026, 11, 1, 12, 0, tzinfo=timezone(timedelta(hours=9)))
    assert time_text(seoul) == time_text(datetime(2026, 11, 1, 3, 0, tzinfo=UTC)) == ENTRY.t


def test_a_reason_can_be_checked_but_not_read() -> None:
    commit = commit_reason(b"n" * 16, "a call from the duty desk")
    assert commit == commit_reason(b"n" * 16, "a call from the duty desk")
    assert commit != commit_reason(b"m" * 16, "a call from the duty desk")
    assert commit != commit_reason(b"n" * 16, "another reason")
    assert len(from_base64(commit)) == 32


@given(st.binary(max_size=40))
def test_base64_has_one_way_to_write_bytes(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["AB==", "AAB=", "A", "AA=", "A A=", "AA==\n", "--==", "é"])
def test_another_way_to_write_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_base64(text)


def test_the_actions_are_in_order_documented_and_of_the_form_of_an_entry() -> None:
    codes = [action.value for action in AuditAction]
    assert codes == sorted(codes)
    for action in AuditAction:
        assert action.name == action.value.replace(".", "_").replace("-", "_").upper()
        assert action.meaning.endswith(".")
        assert AuditAction(action.value) is action
        assert write_entry(replace(ENTRY, action=action.value))
