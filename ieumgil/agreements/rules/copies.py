"""Which copy of an agreement counts for an agency: its own, or else the coordinator's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ieumgil.agreements.rules.bases import Basis


@dataclass(frozen=True, slots=True)
class Copy:
    """A version as one agency loaded it; `own`: the agency that is asked about, else the coordinator for all parties."""

    basis: Basis
    digest: str
    own: bool


def copies_that_count(copies: Iterable[Copy]) -> list[Copy]:
    """Give one copy a version, of all that this agency or a coordinator loaded, suspended if either suspended it.

    A later version of the coordinator's does not lift an agency's suspension: it must load that one itself.
    """
    given = list(copies)
    found = {_key(copy): copy for copy in given if copy.own}
    last = {copy.basis.id: copy.basis for copy in sorted(found.values(), key=_key)}
    for copy in given:
        if copy.own:
            continue
        mine = found.get(_key(copy))
        if mine is None:
            own = last.get(copy.basis.id)
            found[_key(copy)] = _suspended(copy, own.suspended_at if own else None)
        elif mine.digest == copy.digest:
            found[_key(copy)] = _suspended(mine, copy.basis.suspended_at)
    return sorted(found.values(), key=_key)


def newest_begun(copies: Iterable[Copy], now: datetime) -> dict[str, Copy]:
    """Give of each agreement the newest version that has begun, in force or not, by the agreement's id."""
    begun = [copy for copy in copies if copy.basis.valid_from is None or copy.basis.valid_from <= now]
    return {copy.basis.id: copy for copy in sorted(begun, key=_key)}


def _key(copy: Copy) -> tuple[str, int]:
    return copy.basis.id, copy.basis.version


def _suspended(copy: Copy, at: datetime | None) -> Copy:
    return replace(copy, basis=replace(copy.basis, suspended_at=copy.basis.suspended_at or at))
