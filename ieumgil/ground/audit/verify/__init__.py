"""A verifier that works on an export alone: it names what was changed, removed, put in, swapped, cut off."""

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ieumgil.ground.audit.verify.finding import Finding, Kind
from ieumgil.ground.audit.verify.walk import Walk, begin, finish, take

__all__ = ["Finding", "Kind", "Walk", "begin", "finish", "take", "verify"]


def verify(
    export: Iterable[bytes], *, keys: Iterable[Ed25519PublicKey] = (), held: Iterable[str] = ()
) -> list[Finding]:
    """Give all that is wrong with an exported ledger, in the order of its lines; nothing if it is sound.

    `export` gives the lines with their newlines, as a file opened for bytes does. `keys` are those of the
    agency's card; without them the keys that the export itself names are believed, which shows damage but not
    a rewriting by whoever made the export. `held` are signed checkpoints of this ledger that partners keep:
    the only thing that shows a rewriting, or an end cut off, by somebody who has the agency's own log key.
    Format and checks: docs/protocol/ledger.md.
    """
    walk, found = begin(keys, held), list[Finding]()
    for line in export:
        walk, findings = take(walk, line)
        found += findings
    return found + finish(walk)
