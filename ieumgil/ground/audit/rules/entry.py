"""The form of one ledger entry: canonical JSON with a fixed set of keys, pseudonyms only."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hmac import digest
from typing import Any, cast

from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical, parse_object

NONCE_SIZE = 16
_HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
_FORMS = {
    "t": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII),
    "agency": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "action": re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*"),
    "nonce": re.compile(r"[A-Za-z0-9+/]{21}[AQgw]=="),
    "reason_commit": _HASH,
    "prev_checkpoint": re.compile(r"(0|[1-9]\d*):" + _HASH.pattern, re.ASCII),
}
_OPTIONAL = frozenset({"subject", "purpose", "reason_commit", "prev_checkpoint"})


class MalformedEntryError(ValueError):
    """The bytes are not a ledger entry; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger: who did what to which subject (pseudonyms both), when, and with which answer.

    `seq` counts from 1; `t` is UTC text with microseconds; `decision` is "allow" or the code of the refusal;
    `nonce` (16 random bytes, base64) keeps a leaf from being guessed; `prev_checkpoint` names the newest
    checkpoint before the entry.
    """

    seq: int
    t: str
    actor: str
    agency: str
    action: str
    subject: str | None
    purpose: str | None
    decision: str
    reason_commit: str | None
    prev_checkpoint: str | None
    nonce: str


_KEYS = frozenset(field.name for field in fields(Entry))


def write_entry(entry: Entry) -> bytes:
    """Give the canonical bytes of an entry, which are what a leaf is the hash of.

    Raises MalformedEntryError for an entry that could not be read back.
    """
    value = {key: getattr(entry, key) for key in _KEYS}
    entry_from(value)
    try:
        return canonical(value)
    except NotCanonicalError as error:
        raise MalformedEntryError(str(error)) from error


def read_entry(data: bytes) -> Entry:
    """Read an entry's canonical bytes; raises MalformedEntryError unless they are exactly an entry's."""
    try:
        return entry_from(parse_object(data))
    except NotCanonicalError as error:
        raise MalformedEntryError(str(error)) from error


def entry_from(value: Json) -> Entry:
    """Make an entry of a parsed object; raises MalformedEntryError for a wrong key, type or form."""
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise MalformedEntryError("an entry has exactly the keys of the ledger page")
    seq = value["seq"]
    if type(seq) is not int or seq < 1:
        raise MalformedEntryError("seq counts from 1")
    for key in _KEYS - {"seq"}:
        _check_text(key, value[key])
    return Entry(**cast("dict[str, Any]", value))


def time_text(moment: datetime) -> str:
    """Write a timezone-aware moment as UTC text with microseconds, always of the same length."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def checkpoint_name(size: int, root: bytes) -> str:
    """Give the words by which an entry names a checkpoint: its size, a colon, its root in base64."""
    return f"{size}:{to_base64(root)}"


def commit_reason(nonce: bytes, reason: str) -> str:
    """Commit to a reason without keeping it: HMAC-SHA-256 under the entry's nonce, in base64.

    Whoever is told the reason can check it; a reason of few possible words can be found by trying.
    """
    return to_base64(digest(nonce, reason.encode(), "sha256"))


def to_base64(data: bytes) -> str:
    """Write bytes in the base64 of RFC 4648 section 4."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read base64; raises ValueError unless the text is the one and only way to write those bytes."""
    data = b64decode(text, validate=True)
    if to_base64(data) != text:
        raise ValueError("not the base64 of any bytes")
    return data


def _check_text(key: str, value: Json) -> None:
    if value is None and key in _OPTIONAL:
        return
    if not isinstance(value, str) or not value:
        raise MalformedEntryError(f"{key} is text")
    form = _FORMS.get(key)
    if form is not None and not form.fullmatch(value):
        raise MalformedEntryError(f"{key} is not of its form")
