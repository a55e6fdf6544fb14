"""Checkpoints as signed notes: a known vector, and whatever is off is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.ground.audit.note import (
    Checkpoint,
    NoteError,
    key_id,
    open_checkpoint,
    open_note,
    origin_of,
    sign_checkpoint,
)
from ieumgil.ground.audit.rules import from_base64, to_base64
from tests.support.ledger import AGENCY, private_key

# The example in the documentation of Go's package golang.org/x/mod/sumdb/note (a test key, a test name).
GO_NAME = "PeterNeumann"
GO_KEY = Ed25519PublicKey.from_public_bytes(from_base64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:])
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
GO_NOTE = f"{GO_TEXT}\n— {GO_NAME} {GO_SIGNATURE}\n"

KEY = private_key()
PUBLIC = KEY.public_key()
ORIGIN = origin_of(AGENCY)
ROOT = bytes(range(32))
NOTE = sign_checkpoint(KEY, ORIGIN, 500, ROOT)


def test_the_known_note_of_another_implementation_opens() -> None:
    assert open_note(GO_KEY, GO_NAME, GO_NOTE) == GO_TEXT
    assert key_id(GO_NAME, GO_KEY).hex() == "c74f20a3"


def test_a_note_with_a_text_that_is_no_checkpoint_is_no_checkpoint() -> None:
    with pytest.raises(NoteError, match="three lines"):
        open_checkpoint(GO_KEY, GO_NOTE)


def test_a_checkpoint_reads_as_the_specification_shows_it() -> None:
    text, signature = NOTE.split("\n\n")
    assert text == f"ieumgil/{AGENCY}\n500\n{to_base64(ROOT)}"
    assert signature.startswith(f"— ieumgil/{AGENCY} ")
    assert open_checkpoint(PUBLIC, NOTE) == Checkpoint(ORIGIN, 500, ROOT)


@given(st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_read_back(size: int, root: bytes) -> None:
    assert open_checkpoint(PUBLIC, sign_checkpoint(KEY, ORIGIN, size, root)) == Checkpoint(ORIGIN, size, root)


def test_every_single_bit_flip_of_a_checkpoint_is_refused() -> None:
    data = NOTE.encode()
    opened = 0
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            open_checkpoint(PUBLIC, flipped.decode())
            opened += 1
        except (NoteError, UnicodeDecodeError):
            pass
    assert opened == 0
    assert open_checkpoint(PUBLIC, data.decode())  # control: without a flip it opens


def test_another_key_and_another_name_do_not_open_it() -> None:
    with pytest.raises(NoteError, match="no signature of this key"):
        open_checkpoint(private_key("another").public_key(), NOTE)
    with pytest.raises(NoteError, match="no signature of this key"):
        open_note(PUBLIC, "ieumgil/another", NOTE)


def test_a_cosignature_of_an_unknown_key_is_left_aside() -> None:
    assert open_checkpoint(PUBLIC, f"{NOTE}— {GO_NAME} {GO_SIGNATURE}\n").size == 500


def test_a_false_signature_in_the_name_of_the_known_key_spoils_the_note() -> None:
    forged = to_base64(key_id(ORIGIN, PUBLIC) + bytes(64))
    with pytest.raises(NoteError, match="does not hold"):
        open_checkpoint(PUBLIC, f"{NOTE}— {ORIGIN} {forged}\n")


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "\n\n",
        NOTE.removesuffix("\n"),
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("500", "0500"),
        NOTE.replace("500", "+500"),
        NOTE.replace("500\n", "500\t\n"),
        NOTE.replace("500", "٥٠٠"),
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—  "),
        NOTE + "—\n",
        NOTE + "— name AAAA\n",
        NOTE + "— name AAAAB=\n",
        NOTE + "x" * 200_000,
        "\ud800" + NOTE,
    ],
)
def test_a_note_that_is_not_of_the_form_is_refused(spoilt: str) -> None:
    with pytest.raises(NoteError):
        open_checkpoint(PUBLIC, spoilt)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOT),
        ("two words", 1, ROOT),
        ("a+b", 1, ROOT),
        ("two\nlines", 1, ROOT),
        (ORIGIN, -1, ROOT),
        (ORIGIN, 10**16, ROOT),
        (ORIGIN, 1, ROOT[:31]),
        (ORIGIN, 1, b""),
    ],
)
def test_what_has_no_form_is_not_signed(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(NoteError):
        sign_checkpoint(KEY, origin, size, root)


def test_extension_lines_are_refused() -> None:
    text = f"{ORIGIN}\n500\n{to_base64(ROOT)}\nmore\n"
    signature = to_base64(key_id(ORIGIN, PUBLIC) + KEY.sign(text.encode()))
    note = f"{text}\n— {ORIGIN} {signature}\n"
    assert open_note(PUBLIC, ORIGIN, note) == text
    with pytest.raises(NoteError, match="three lines"):
        open_checkpoint(PUBLIC, note)
