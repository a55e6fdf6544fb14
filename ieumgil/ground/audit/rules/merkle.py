"""The Merkle tree of RFC 6962, section 2.1: hashes, the root, and the frontier that grows leaf by leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Give the hash of a leaf, SHA-256(0x00 || data): RFC 6962 section 2.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node, SHA-256(0x01 || left || right): RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf *hashes*; over none it is SHA-256 of nothing: RFC 6962 section 2.1."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that a tree needs to grow on: its size, and the roots of its full subtrees, the largest first.

    There is one subtree for each bit that is set in `size`. Raises ValueError for hashes that do not fit.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse hashes that cannot be those of a tree of this size."""
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has not {len(self.hashes)} full subtrees")

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Read what `to_bytes` gave for a tree of this size; raises ValueError if it is anything else."""
        if len(data) % HASH_SIZE:
            raise ValueError("a frontier is a row of whole hashes")
        return cls(size, tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)))

    def to_bytes(self) -> bytes:
        """Give the subtrees' hashes in a row, the largest subtree first."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> "Frontier":
        """Give the frontier of the tree with one more leaf hash at its end."""
        hashes, node = list(self.hashes), leaf
        for _ in range(_trailing_ones(self.size)):
            node = node_hash(hashes.pop(), node)
        return Frontier(self.size + 1, (*hashes, node))

    def root(self) -> bytes:
        """Give the root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def _trailing_ones(size: int) -> int:
    return (~size & (size + 1)).bit_length() - 1
