"""The file of destroyed keys outside the database, which a restore replays."""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from ieumgil.ground.vault.actions.files import own_folder, settle
from ieumgil.ground.vault.rules import TamperedError
from ieumgil.kernel.canonical import NotCanonicalError, canonical, parse_object
from ieumgil.kernel.ids import AgencyId, KeyId


@dataclass(frozen=True, slots=True)
class Stone:
    """One destruction: whose key, which, why (a code) and when."""

    agency: AgencyId
    key: KeyId
    reason: str
    destroyed_at: datetime

    def line(self) -> bytes:
        """Give the stone as one line of the file."""
        moment = self.destroyed_at.isoformat()
        said = {
            "agency": str(self.agency),
            "destroyed_at": moment,
            "key": str(self.key),
            "reason": self.reason,
        }
        return canonical(said) + b"\n"


def tombstone_file() -> Path:
    """Give the place of the node's file of tombstones; copies of it belong on other machines."""
    return Path(settings.IEUMGIL_HOME) / "tombstones.jsonl"


def append(stones: Iterable[Stone]) -> None:
    """Add stones to the file and wait until they are on the disk."""
    path = tombstone_file()
    own_folder(path.parent)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn_line(file)
        file.write(b"".join(stone.line() for stone in stones))
        file.flush()
        os.fsync(file.fileno())
    settle(path.parent)


def read(path: Path) -> list[Stone]:
    """Read a file of tombstones; none if there is no file. Raises TamperedError for a line that is not one.

    A last line without its end was cut off by a crash: the database holds it, `finish_erasures` repeats it.
    """
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    return [_stone(line) for line in whole.splitlines()]


def _stone(line: bytes) -> Stone:
    try:
        said = {name: str(value) for name, value in parse_object(line).items()}
        moment = datetime.fromisoformat(said["destroyed_at"])
        return Stone(AgencyId(UUID(said["agency"])), KeyId(UUID(said["key"])), said["reason"], moment)
    except (NotCanonicalError, KeyError, ValueError) as error:
        raise TamperedError from error


def _cut_torn_line(file: BinaryIO) -> None:
    if file.seek(0, os.SEEK_END) == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read(1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
