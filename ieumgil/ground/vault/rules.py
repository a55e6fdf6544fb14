"""What the vault promises: kinds of keys, contexts, full names to look for, the life of a backup."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ieumgil.kernel.ids import KeyId
from ieumgil.kernel.outcome import AbsentError

MIN_PASSPHRASE = 12
KEYS_BACKUP_LIVES = timedelta(days=30)
BACKUP_EVERY = timedelta(days=1)


class KeyKind(StrEnum):
    """What a key protects."""

    AGENCY = "agency"  # the agency's own signing and opening keys
    CASE = "case"
    LOCATION = "location"  # apart from the case: where a shelter is
    PACKET = "packet"  # what a partner sent with one message
    THREAD = "thread"


class LockedAgencyError(Exception):
    """The agency's vault is not open in this process; nothing of it can be read or written."""

    code = "agency-locked"


class TamperedError(Exception):
    """The bytes are not what was sealed here under this key for this place."""

    code = "tampered"


class WrongPassphraseError(Exception):
    """The passphrase does not open the agency's key file."""

    code = "wrong-passphrase"


class WeakKeyFileError(Exception):
    """The key file was made with the cheap derivation of the tests."""

    code = "weak-key-file"


class ErasedError(AbsentError):
    """The key was destroyed; outward this is the same answer as absent."""


@dataclass(frozen=True, slots=True)
class Context:
    """The one place where a ciphertext opens. Raises ValueError for a bar in a part."""

    model: str
    field: str
    row: UUID | str
    case: UUID | str

    def __post_init__(self) -> None:
        if any("|" in part for part in self._parts()):
            raise ValueError("a part of a context holds no bar")

    def bound_to(self, key: KeyId, version: int) -> bytes:
        """Give what is authenticated with the ciphertext: the place, the key and the key's version."""
        return "|".join((*self._parts(), str(key), str(version))).encode()

    def _parts(self) -> tuple[str, ...]:
        return self.model, self.field, str(self.row), str(self.case)


def settled_passphrase(passphrase: str) -> str:
    """Give the passphrase as every keyboard types it (Unicode NFC); ValueError below 12 characters."""
    settled = unicodedata.normalize("NFC", passphrase)
    if len(settled) < MIN_PASSPHRASE:
        raise ValueError(f"a passphrase has at least {MIN_PASSPHRASE} characters")
    return settled


# Letters and marks that nobody sees: fillers, variation selectors (Unicode, Default_Ignorable_Code_Point).
_UNSEEN = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810)))) | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
_ROUNDS = 4  # folding settles in two rounds for every assigned character; the bound only keeps it finite


def name_form(name: str) -> str:
    """Give the form under which names count as the same; empty if nothing is left.

    Width, case and Hangul composition are folded (Unicode NFKC and case folding); blanks, hyphens, dots,
    apostrophes and commas fall away. The order of the parts, diacritics and the spelling in Latin letters
    stay as they were entered.
    """
    form = name
    for _ in range(_ROUNDS):
        folded = unicodedata.normalize("NFKC", form).casefold()
        settled = unicodedata.normalize("NFKC", "".join(filter(_counts, folded)))
        if settled == form:
            break
        form = settled
    return form


def _counts(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN" and sign not in _UNSEEN


def is_full_name(name: str, frequent_surnames: Collection[str]) -> bool:
    """Say whether a name may be looked for: one word will do, a frequent surname alone will not.

    Such a surname would list strangers. `frequent_surnames` are already in the form of `name_form`.
    """
    form = name_form(name)
    return bool(form) and form not in frequent_surnames


def searchable_forms(names: Iterable[str], frequent_surnames: Collection[str]) -> frozenset[str]:
    """Give the distinct forms of those names that may be looked for."""
    return frozenset(name_form(name) for name in names if is_full_name(name, frequent_surnames))


def same_name(one: str, other: str) -> bool:
    """Say whether two names are the same to a search; an unknown name is the same as no other."""
    form = name_form(one)
    return bool(form) and form == name_form(other)


_STAMP = re.compile(r"-(\d{8}T\d{6}Z)\.")


def stamped(part: str, ending: str, now: datetime) -> str:
    """Give the name of a backup file taken now (UTC, to the second): `keys-20261101T030000Z.jsonl`."""
    return f"{part}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{ending}"


def taken_at(file_name: str) -> datetime | None:
    """Read from a backup file's name when it was taken; None if it is not the name of one."""
    found = _STAMP.search(file_name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None


def keys_backup_is_over(taken: datetime, now: datetime) -> bool:
    """Say whether a backup of keys must go now, so that with one run a day none is ever older than 30 days.

    An older one would make a destroyed key readable again (referral thread, rule 7).
    """
    return now >= taken + KEYS_BACKUP_LIVES - BACKUP_EVERY
