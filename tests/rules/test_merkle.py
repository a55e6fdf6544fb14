"""The Merkle tree: the known vectors, and every property against the recursion as RFC 6962 writes it."""

from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ieumgil.ground.audit.rules import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The inputs and roots that implementations of RFC 6962 share (certificate-transparency, merkle tree tests).
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
LEAVES = [leaf_hash(data) for data in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
SIX_TO_EIGHT = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]

leaves_of_some_tree = st.integers(1, 70).map(
    lambda size: [leaf_hash(n.to_bytes(2, "big")) for n in range(size)]
)


def naive_root(leaves: list[bytes]) -> bytes:
    """Recurse as section 2.1 says, sharing nothing with the rules but SHA-256."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**n for n in range(8) if 2**n < len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def hexed(hashes: list[bytes]) -> list[str]:
    """Write hashes as the vectors do."""
    return [one.hex() for one in hashes]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_known_ones(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == ROOTS[0]
    assert Frontier().root() == EMPTY_ROOT


def test_the_proofs_are_the_known_ones() -> None:
    assert hexed(inclusion_proof(LEAVES, 0)) == FIRST_OF_EIGHT
    assert hexed(consistency_proof(LEAVES, 6)) == SIX_TO_EIGHT
    assert hexed(consistency_proof(LEAVES[:5], 2)) == [
        FIRST_OF_EIGHT[1],
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_a_leaf_can_not_pass_for_an_inner_node() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != root_of(LEAVES[:2])


@given(leaves_of_some_tree)
def test_the_frontier_grows_to_the_root_of_the_recursion(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for size, leaf in enumerate(leaves, start=1):
        frontier = Frontier.from_bytes(size - 1, frontier.to_bytes()).append(leaf)
        assert frontier.size == size
    assert frontier.root() == naive_root(leaves)


@pytest.mark.parametrize(
    ("size", "data"), [(1, b""), (0, b"x" * 32), (2, b"x" * 31), (3, b"x" * 32), (-1, b"")]
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"frontier|subtrees"):
        Frontier.from_bytes(size, data)


@given(leaves_of_some_tree, st.data())
def test_every_leaf_is_shown_to_be_in_the_tree(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert verify_inclusion(
        leaves[index], index, len(leaves), inclusion_proof(leaves, index), naive_root(leaves)
    )


@given(leaves_of_some_tree, st.data())
def test_every_beginning_of_a_tree_is_shown_to_be_one(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof(leaves, first)
    assert verify_consistency(first, naive_root(leaves[:first]), len(leaves), naive_root(leaves), proof)


@given(leaves_of_some_tree, st.data())
def test_no_other_leaf_place_or_path_is_shown_to_be_in_the_tree(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size, root = len(leaves), naive_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    other = data.draw(st.integers(-1, size + 1).filter(lambda n: n != index))
    assert not verify_inclusion(leaf_hash(b"put in"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], other, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not verify_inclusion(leaves[index], index, size, proof[:-1] if proof else [root], root)
    for at in range(len(proof)):
        assert not verify_inclusion(leaves[index], index, size, [*proof[:at], root, *proof[at + 1 :]], root)


@given(leaves_of_some_tree, st.data())
def test_a_tree_with_another_past_is_never_shown_to_go_on_from_it(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, first - 1))
    rewritten = [*leaves[:changed], leaf_hash(b"rewritten"), *leaves[changed + 1 :]]
    old, new = naive_root(leaves[:first]), naive_root(rewritten)
    for proof in (consistency_proof(rewritten, first), consistency_proof(leaves, first)):
        assert not verify_consistency(first, old, len(leaves), new, proof)


@given(leaves_of_some_tree, st.data())
def test_a_consistency_proof_holds_for_its_own_sizes_and_hashes_alone(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first, second = data.draw(st.integers(1, len(leaves))), len(leaves)
    assume(first < second)
    old, new, proof = naive_root(leaves[:first]), naive_root(leaves), consistency_proof(leaves, first)
    assert not verify_consistency(first, new, second, old, proof)
    assert not verify_consistency(second, old, first, new, proof)
    assert not verify_consistency(first, old, second, new, [*proof, old])
    assert not verify_consistency(first, old, second, new, proof[:-1])
    assert not verify_consistency(first, old, second, new, [])
    for at in range(len(proof)):
        assert not verify_consistency(
            first, old, second, new, [*proof[:at], leaf_hash(b""), *proof[at + 1 :]]
        )


def test_every_tree_begins_with_the_empty_one_and_with_itself() -> None:
    root = root_of(LEAVES)
    assert verify_consistency(0, EMPTY_ROOT, 8, root, [])
    assert verify_consistency(8, root, 8, root, [])
    assert not verify_consistency(0, root, 8, root, [])
    assert not verify_consistency(8, EMPTY_ROOT, 8, root, [])
    assert not verify_consistency(8, root, 8, root, [root])


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("first", [0, 9])
def test_there_is_no_proof_from_a_tree_that_never_was(first: int) -> None:
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, first)
