"""The pure rules of the wire: reasons of refusal, sizes, times, retries, the chain of bundles."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum

SKEW = timedelta(minutes=10)  # clocks of two nodes may differ by this
VALIDITY = timedelta(days=14)  # as long as a retired seal key is still kept for reading, so never longer
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(minutes=30)
DOUBLINGS = 16  # more could only overflow: the ceiling is reached long before

KIB = 1024
SMALL_SIZES = (4, 16, 64)  # KiB
SIZE_STEP = 256
MAX_SIZE = 4096
MAX_BUNDLE = (MAX_SIZE + 2) * KIB  # bytes; sealing adds 1,159 at most
LENGTH_PREFIX = 4  # bytes, big endian
MISSING_NAMED = 256  # so many missing numbers are asked for at a time

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Suite(IntEnum):
    """The only two ways of sealing; a node picks, nobody negotiates (RFC 9180; KEM ids 0x0020 and 0x647A)."""

    X25519 = 1
    MLKEM768_X25519 = 2


class Kind(StrEnum):
    """What a bundle carries; the room that gets it checks the body."""

    THREAD = "thread"
    RECEIPT = "receipt"
    COUNTS = "counts"
    ROLL = "roll"
    SETTLEMENT = "settlement"
    WATCH = "watch"


class RefusalReason(StrEnum):
    """Why a bundle is refused: each is something its sender can act on (texts: data/refusals.json)."""

    TOO_LARGE = "too-large"
    NOT_A_BUNDLE = "not-a-bundle"
    WRONG_SUITE = "wrong-suite"
    WRONG_SIZE_CLASS = "wrong-size-class"
    UNKNOWN_KEY = "unknown-key"
    CANNOT_OPEN = "cannot-open"
    BAD_PADDING = "bad-padding"
    BAD_FORM = "bad-form"
    WRONG_RECIPIENT = "wrong-recipient"
    UNKNOWN_AGENCY = "unknown-agency"
    REVOKED_AGENCY = "revoked-agency"
    REVOKED_KEY = "revoked-key"
    BAD_SIGNATURE = "bad-signature"
    KEY_NOT_FOR_SENDING = "key-not-for-sending"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    TOO_FAR_AHEAD = "too-far-ahead"
    SAME_ID_OTHER_CONTENT = "same-id-other-content"
    TOO_MANY = "too-many"
    UNKNOWN_KIND = "unknown-kind"
    WRONG_THREAD = "wrong-thread"
    WRONG_AUTHOR = "wrong-author"
    WRONG_PREVIOUS = "wrong-previous"
    ILLEGAL_IN_ITS_PAST = "illegal-in-its-past"
    PACKET_MISMATCH = "packet-mismatch"
    NO_BASIS = "no-basis"
    DUE_TOO_LATE = "due-too-late"
    FROZEN = "frozen"


class Remedy(StrEnum):
    """What the sender's node does next by itself."""

    SAME_BYTES_LATER = "same-bytes-later"
    SEAL_AGAIN = "seal-again"
    PEOPLE = "people"


_LATER = frozenset(
    {
        RefusalReason.NOT_A_BUNDLE,
        RefusalReason.WRONG_SIZE_CLASS,
        RefusalReason.CANNOT_OPEN,
        RefusalReason.UNKNOWN_AGENCY,
        RefusalReason.NOT_YET_VALID,
        RefusalReason.TOO_MANY,
    }
)
_AGAIN = frozenset(
    {
        RefusalReason.WRONG_SUITE,
        RefusalReason.UNKNOWN_KEY,
        RefusalReason.REVOKED_KEY,
        RefusalReason.KEY_NOT_FOR_SENDING,
        RefusalReason.TOO_FAR_AHEAD,
    }
)


class RefusedBundleError(Exception):
    """A bundle is refused; `reason` is what its sender may be told."""

    def __init__(self, reason: RefusalReason) -> None:
        """Keep the reason."""
        super().__init__(reason.value)
        self.reason = reason


def remedy(reason: RefusalReason) -> Remedy:
    """Say what a sender does next: the same bytes later, sealed anew with the newest roll, or ask people."""
    if reason in _LATER:
        return Remedy.SAME_BYTES_LATER
    return Remedy.SEAL_AGAIN if reason in _AGAIN else Remedy.PEOPLE


def time_text(moment: datetime) -> str:
    """Write a moment as the wire has it, in UTC to the second; a naive time raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time on the wire needs its zone")
    return moment.astimezone(UTC).strftime(_TIME_FORMAT)


def parse_time(text: str) -> datetime:
    """Read a time of the wire; raises RefusedBundleError(bad-form) unless it is `YYYY-MM-DDTHH:MM:SSZ`."""
    try:
        moment = datetime.fromisoformat(text)
        if time_text(moment) == text:
            return moment
    except ValueError as error:
        raise RefusedBundleError(RefusalReason.BAD_FORM) from error
    raise RefusedBundleError(RefusalReason.BAD_FORM)


def check_window(created: datetime, not_after: datetime, now: datetime) -> RefusalReason | None:
    """Give the reason why a bundle cannot be taken now (ten minutes of skew allowed), or None if it can."""
    if not_after <= created:
        return RefusalReason.BAD_FORM
    if not_after - created > VALIDITY:
        return RefusalReason.TOO_FAR_AHEAD
    if created > now + SKEW:
        return RefusalReason.NOT_YET_VALID
    return RefusalReason.EXPIRED if now > not_after + SKEW else None


def is_size_class(size: int) -> bool:
    """Whether a bundle may have this padded size in KiB: 4, 16, 64, or a multiple of 256 up to 4096."""
    return size in SMALL_SIZES or (0 < size <= MAX_SIZE and size % SIZE_STEP == 0)


def size_class(length: int) -> int:
    """Give the smallest size class in KiB for so many signed bytes; raises RefusedBundleError(too-large)."""
    needed = -(-(length + LENGTH_PREFIX) // KIB)
    for size in SMALL_SIZES:
        if needed <= size:
            return size
    size = -(-needed // SIZE_STEP) * SIZE_STEP
    if size > MAX_SIZE:
        raise RefusedBundleError(RefusalReason.TOO_LARGE)
    return size


def pad(signed: bytes) -> bytes:
    """Put the length (4 bytes, big endian) before and zeros behind, up to the size class."""
    padded = len(signed).to_bytes(LENGTH_PREFIX, "big") + signed
    return padded.ljust(size_class(len(signed)) * KIB, b"\0")


def unpad(padded: bytes) -> bytes:
    """Take the padding off again.

    Raises RefusedBundleError: bad-padding unless all behind the length is zero, wrong-size-class if a smaller
    class would do.
    """
    length = int.from_bytes(padded[:LENGTH_PREFIX], "big")
    end = LENGTH_PREFIX + length
    if end > len(padded) or padded[end:] != bytes(len(padded) - end):
        raise RefusedBundleError(RefusalReason.BAD_PADDING)
    if size_class(length) * KIB != len(padded):
        raise RefusedBundleError(RefusalReason.WRONG_SIZE_CLASS)
    return padded[LENGTH_PREFIX:end]


def retry_delay(attempt: int, jitter: float) -> timedelta:
    """Say how long to wait after the attempt of this number (from 1): 5 s doubled each time up to 30 min.

    `jitter` is a random number from 0 to 1; it moves the delay between half and one and a half of that.
    """
    doubled = FIRST_RETRY * (1 << min(max(attempt - 1, 0), DOUBLINGS))
    return min(doubled, LAST_RETRY) * (0.5 + jitter)


class LinkKind(StrEnum):
    """How a bundle fits the chain of bundles that one peer sends to another."""

    NEXT = "next"
    GAP = "gap"
    LATE = "late"
    REPEAT = "repeat"
    FORK = "fork"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the receiver holds around a new bundle of one peer: hashes of inners, None if not held."""

    last_seq: int  # highest number held, 0 if none
    before: str | None  # hash of the bundle numbered one lower
    same: str | None  # hash of the bundle with this very number
    after_names: str | None  # the `prev_hash` of the bundle numbered one higher


@dataclass(frozen=True, slots=True)
class Link:
    """The verdict on one bundle's place; `missing` are the numbers to ask for again."""

    kind: LinkKind
    missing: tuple[int, ...] = ()


def next_link(held: Neighbours, seq: int, prev_hash: str | None, own_hash: str) -> Link:
    """Judge a bundle's place in its peer's chain; FORK is two histories (an old copy, or a lie): alarm."""
    if held.same == own_hash:
        return Link(LinkKind.REPEAT)
    if held.same is not None or _contradicts(held, seq, prev_hash, own_hash):
        return Link(LinkKind.FORK)
    if seq <= held.last_seq:
        return Link(LinkKind.LATE)
    missing = tuple(range(held.last_seq + 1, min(seq, held.last_seq + 1 + MISSING_NAMED)))
    return Link(LinkKind.GAP if missing else LinkKind.NEXT, missing)


def _contradicts(held: Neighbours, seq: int, prev_hash: str | None, own_hash: str) -> bool:
    if (seq == 1) != (prev_hash is None):
        return True
    if held.before is not None and held.before != prev_hash:
        return True
    return held.after_names is not None and held.after_names != own_hash
