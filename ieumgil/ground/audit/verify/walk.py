"""A walk through an exported ledger, one line at a time, keeping only the tree's frontier."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ieumgil.ground.audit.note import Checkpoint, NoteError, open_checkpoint, origin_of
from ieumgil.ground.audit.rules import Frontier, checkpoint_name, leaf_hash
from ieumgil.ground.audit.verify.finding import Finding, Kind, entries
from ieumgil.ground.audit.verify.line import (
    CHECKPOINT_BEGINS,
    CheckpointLine,
    EntryLine,
    HeadLine,
    LineError,
    read_head,
    read_line,
)
from ieumgil.kernel.ids import AgencyId

Keys = tuple[Ed25519PublicKey, ...]
Held = Mapping[int, frozenset[bytes]]

HEAD, OWN, HELD = "the ledger's head", "its own checkpoint", "a checkpoint that a partner holds"


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one has come: a value, never changed, so that a walk can be taken up again from any line."""

    trusted: Keys = ()
    copies: tuple[str, ...] = ()
    line: int = 0
    head: HeadLine | None = None
    held: Held = field(default_factory=dict)
    tree: Frontier = field(default_factory=Frontier)
    next: int = 1  # the number that the next entry should have
    unread: int = 0  # lines since the last entry that could not be read, and were entries by their looks
    whole: bool = True  # every leaf so far is known, so that roots can be compared
    missing: tuple[range, ...] = ()
    newest: str | None = None  # the checkpoint that the next entry should name
    note: str | None = None  # the note of that checkpoint
    good: int = 0  # the last size whose root was the signed one
    good_by_partners: int = (
        0  # the same, by partners' copies alone: whoever has the log key can sign all else anew
    )
    promised: int = 0  # the largest size that the ledger itself signed

    @property
    def reached(self) -> int:
        """Give the number of the last entry that was seen, or seems to have been."""
        return self.next - 1 + self.unread


Step = tuple[Walk, list[Finding]]


def begin(keys: Iterable[Ed25519PublicKey] = (), held: Iterable[str] = ()) -> Walk:
    """Stand before the first line, with the agency's keys and partners' copies of its checkpoints, if any."""
    return Walk(trusted=tuple(keys), copies=tuple(held))


def take(walk: Walk, line: bytes) -> Step:
    """Take the next line, its newline included; give where one then stands and what is wrong with it."""
    walk = replace(walk, line=walk.line + 1)
    if walk.head is None:
        return _take_head(walk, line) if walk.line == 1 else (walk, [])
    try:
        read = read_line(line)
    except LineError as error:
        return _take_unreadable(walk, line, error)
    if isinstance(read, CheckpointLine):
        return _take_checkpoint(walk, walk.head, read)
    return _take_entry(walk, walk.head, read)


def finish(walk: Walk) -> list[Finding]:
    """Give what shows only at the end: what is missing, cut off, or not what the head says."""
    if walk.head is None:
        return [] if walk.line else [Finding(Kind.HEAD, None, "the export is empty")]
    removed = [Finding(Kind.REMOVED, gap[0], f"{entries(gap)} missing") for gap in walk.missing]
    return [*removed, *_end(walk, walk.head)]


def _take_head(walk: Walk, line: bytes) -> Step:
    try:
        head = read_head(line)
    except LineError as error:
        return walk, [Finding(Kind.HEAD, None, f"line 1: {error}; nothing after it was checked")]
    stray = [key for key in head.keys if walk.trusted and key not in walk.trusted]
    findings = (
        [Finding(Kind.CHECKPOINT, None, "a key in the head is not one of the agency's")] if stray else []
    )
    held, doubts = _open_copies(walk.copies, walk.trusted or head.keys, AgencyId(head.agency))
    return _compare_held(replace(walk, head=head, held=held), [*findings, *doubts])


def _open_copies(copies: Iterable[str], keys: Keys, agency: AgencyId) -> tuple[Held, list[Finding]]:
    held: dict[int, frozenset[bytes]] = {}
    doubts = []
    for note in copies:
        try:
            copy = _open(note, keys, agency)
        except NoteError as error:
            doubts.append(Finding(Kind.CHECKPOINT, None, f"a partner's copy does not hold: {error}"))
        else:
            held[copy.size] = held.get(copy.size, frozenset()) | {copy.root}
    return held, doubts


def _open(note: str, keys: Keys, agency: AgencyId) -> Checkpoint:
    problem = NoteError("there is no key to check it with")
    for key in keys:
        try:
            checkpoint = open_checkpoint(key, note)
        except NoteError as error:
            problem = error
            continue
        if checkpoint.origin != origin_of(agency):
            raise NoteError("it is of another ledger")
        return checkpoint
    raise problem


def _take_unreadable(walk: Walk, line: bytes, error: LineError) -> Step:
    if line.startswith(CHECKPOINT_BEGINS):
        return walk, [Finding(Kind.CHECKPOINT, None, f"line {walk.line} cannot be read: {error}")]
    seen = replace(walk, unread=walk.unread + 1, whole=False)
    return seen, [Finding(Kind.CHANGED, seen.reached, f"line {walk.line} cannot be read: {error}")]


def _take_entry(walk: Walk, head: HeadLine, read: EntryLine) -> Step:
    entry = read.entry
    if not _is_leaf_of(read):
        # Nothing that such an entry says of itself counts: it has the number of the place where it stands.
        step = _place(walk, walk.reached + 1, read.leaf)
        words = "it is not what its leaf hash was made of"
        return _compare_held(step[0], [Finding(Kind.CHANGED, walk.reached + 1, words), *step[1]])
    walk, findings = _place(walk, entry.seq, read.leaf)
    if entry.agency != str(head.agency):
        findings.append(Finding(Kind.INSERTED, entry.seq, "it is an entry of another agency's ledger"))
    if entry.prev_checkpoint != walk.newest:
        words = f"it names the checkpoint {entry.prev_checkpoint}, but before it stands {walk.newest}"
        findings.append(Finding(Kind.CHECKPOINT, entry.seq, words))
        walk = replace(walk, newest=entry.prev_checkpoint)
    return _compare_held(walk, findings)


def _is_leaf_of(read: EntryLine) -> bool:
    return leaf_hash(read.data) == read.leaf


def _place(walk: Walk, seq: int, leaf: bytes) -> Step:
    if seq < walk.next:
        return _place_late(walk, seq)
    gap = range(walk.next + walk.unread, seq)
    if gap or walk.unread:
        missing = (*walk.missing, gap) if gap else walk.missing
        return replace(walk, next=seq + 1, unread=0, whole=False, missing=missing), []
    tree = walk.tree.append(leaf) if walk.whole else walk.tree
    return replace(walk, next=seq + 1, tree=tree), []


def _place_late(walk: Walk, seq: int) -> Step:
    gap = next((gap for gap in walk.missing if seq in gap), None)
    if gap is None:
        return walk, [
            Finding(Kind.INSERTED, seq, f"a second entry with the number {seq}, on line {walk.line}")
        ]
    parts = (range(gap.start, seq), range(seq + 1, gap.stop))
    missing = tuple(part for each in walk.missing for part in (parts if each is gap else (each,)) if part)
    return replace(walk, missing=missing), [
        Finding(Kind.SWAPPED, seq, f"it stands after entry {walk.next - 1}, on line {walk.line}")
    ]


def _take_checkpoint(walk: Walk, head: HeadLine, read: CheckpointLine) -> Step:
    try:
        own = _open(read.note, walk.trusted or head.keys, AgencyId(head.agency))
    except NoteError as error:
        return walk, [Finding(Kind.CHECKPOINT, None, f"line {walk.line}: {error}")]
    if read.note == walk.note:
        return walk, [Finding(Kind.CHECKPOINT, None, f"line {walk.line}: the same checkpoint again")]
    newest, promised = checkpoint_name(own.size, own.root), max(walk.promised, own.size)
    walk = replace(walk, note=read.note, newest=newest, promised=promised)
    if own.size != walk.reached:
        words = f"the checkpoint over {own.size} entries stands after entry {walk.reached}"
        return walk, [Finding(Kind.CHECKPOINT, None, words)]
    if not walk.whole:
        return walk, []
    findings = _differences(walk, {own.root}, OWN, walk.good)
    return replace(walk, whole=not findings, good=own.size), findings


def _compare_held(walk: Walk, findings: list[Finding]) -> Step:
    size = walk.reached
    if not walk.whole or size not in walk.held:
        return walk, findings
    differences = _differences(walk, walk.held[size], HELD, walk.good_by_partners)
    compared = replace(walk, whole=not differences, good=size, good_by_partners=size)
    return compared, [*findings, *differences]


def _differences(walk: Walk, roots: Iterable[bytes], whose: str, good: int) -> list[Finding]:
    size = walk.reached
    if set(roots) == {walk.tree.root()}:
        return []
    numbers = range(good + 1, size + 1)
    words = f"{whose} over {size} entries is not of these entries"
    if not numbers:
        return [Finding(Kind.REWRITTEN, None, words)]
    return [Finding(Kind.REWRITTEN, numbers[0], f"{entries(numbers)} in doubt: {words}")]


def _end(walk: Walk, head: HeadLine) -> list[Finding]:
    reached = walk.reached
    known = {
        HEAD: head.size,
        OWN: walk.promised,
        HELD: max(walk.held, default=0),
    }
    whose, size = max(known.items(), key=lambda item: item[1])
    if reached < size:
        gone = range(reached + 1, size + 1)
        return [Finding(Kind.CUT_OFF, gone[0], f"{entries(gone)} missing at the end, by {whose}")]
    if reached > head.size:
        beyond = range(head.size + 1, reached + 1)
        return [Finding(Kind.INSERTED, beyond[0], f"{entries(beyond)} beyond the ledger's head")]
    return _differences(walk, {head.root}, HEAD, walk.good) if walk.whole else []
