"""Proofs that a leaf is in a tree, and that one tree is the beginning of another.

Making them follows RFC 6962, sections 2.1.1 and 2.1.2; checking them follows RFC 9162, sections 2.1.3.2 and
2.1.4.2, which write the same check out as steps.
"""

from collections.abc import Sequence

from ieumgil.ground.audit.rules.merkle import EMPTY_ROOT, node_hash, root_of


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Give the audit path of the leaf hash at `index`, counted from 0, the nearest sibling first.

    Source: RFC 6962 section 2.1.1. Raises IndexError if there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Give the proof that the tree of the first `first` leaf hashes is the beginning of this one.

    Source: RFC 6962 section 2.1.2. Raises IndexError unless 0 < first <= the number of leaves.
    """
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _subproof(leaves, first, known=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the path leads from the leaf hash at `index` to the root of the tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            at, last = _to_right_child(at, last)
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof shows that the tree of `first` leaves is the beginning of that of `second`.

    Every tree begins with the empty one, which needs no proof but must have the root of nothing.
    """
    if not 0 <= first <= second:
        return False
    if first == 0:
        return first_root == EMPTY_ROOT and not proof
    if first == second:
        return first_root == second_root and not proof
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    return bool(path) and _leads_to_both(path, first, first_root, second, second_root)


def _leads_to_both(path: list[bytes], first: int, first_root: bytes, second: int, second_root: bytes) -> bool:
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            at, last = _to_right_child(at, last)
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _to_right_child(at: int, last: int) -> tuple[int, int]:
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(size: int) -> int:
    """Give the largest power of two below `size`: how RFC 6962 cuts a tree in two."""
    return 1 << (size - 1).bit_length() - 1


def _subproof(leaves: Sequence[bytes], first: int, *, known: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if known else [root_of(leaves)]
    split = _split(len(leaves))
    if first <= split:
        return [*_subproof(leaves[:split], first, known=known), root_of(leaves[split:])]
    return [*_subproof(leaves[split:], first - split, known=False), root_of(leaves[:split])]
