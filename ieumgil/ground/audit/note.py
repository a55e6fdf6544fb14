"""Checkpoints as C2SP writes them: a signed note whose text is origin, size and root of a log.

Sources: the C2SP specifications "signed-note" (v1.0.0) and "tlog-checkpoint".
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ieumgil.ground.audit.rules import from_base64, to_base64
from ieumgil.kernel.ids import AgencyId

ED25519 = b"\x01"  # signed-note, "Signature types"
MAX_NOTE = 128 * 1024  # signed-note: at least 16 signatures, each of nearly 5 kB at most
_SIGNATURE = re.compile("— (?P<name>[^\\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_ROOT_SIZE = 32
_KEY_ID_SIZE = 4
_LINES_AFTER_ORIGIN = 2


class NoteError(ValueError):
    """The note is not one that the key has signed, or not a checkpoint; the message says why."""


class Signer(Protocol):
    """What signs as an Ed25519 key: the private key itself, or a stand-in for one kept elsewhere."""

    def public_key(self) -> Ed25519PublicKey:
        """Give the key that checks the signatures."""
        ...

    def sign(self, data: bytes, /) -> bytes:
        """Sign as RFC 8032 says; 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log said of itself: `size` leaves have the Merkle root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes


def origin_of(agency: AgencyId) -> str:
    """Give the name of an agency's log, which is the name of its key as well."""
    return f"ieumgil/{agency}"


def key_id(name: str, public_key: Ed25519PublicKey) -> bytes:
    """Give the four bytes that name a key: SHA-256(name || 0x0A || 0x01 || key)[:4].

    Source: signed-note, "Ed25519 signatures".
    """
    return sha256(name.encode() + b"\n" + ED25519 + public_key.public_bytes_raw()).digest()[:_KEY_ID_SIZE]


def sign_checkpoint(private_key: Signer, origin: str, size: int, root: bytes) -> str:
    """Give the signed note of a checkpoint; raises NoteError for an origin, size or root of no such form."""
    text = f"{origin}\n{size}\n{to_base64(root)}\n"
    _read_checkpoint(text)
    signature = key_id(origin, private_key.public_key()) + private_key.sign(text.encode())
    note = f"{text}\n— {origin} {to_base64(signature)}\n"
    _split(note)
    return note


def open_checkpoint(public_key: Ed25519PublicKey, note: str) -> Checkpoint:
    """Read a checkpoint that the key has signed under the name of the log.

    Raises NoteError if anything is off. Extension lines are refused: nobody who watches a log can check them.
    """
    checkpoint = _read_checkpoint(_split(note)[0])
    open_note(public_key, checkpoint.origin, note)
    return checkpoint


def open_note(public_key: Ed25519PublicKey, name: str, note: str) -> str:
    """Give the text of a note that the key has signed under this name; raises NoteError for anything else.

    Signatures of other keys are left aside, as signed-note demands.
    """
    text, signatures = _split(note)
    wanted = name, key_id(name, public_key)
    own = [line.signature for line in signatures if (line.name, line.key_id) == wanted]
    if not own:
        raise NoteError("no signature of this key")
    for signature in own:
        _check(public_key, signature, text)
    return text


class _SignatureLine(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes


def _split(note: str) -> tuple[str, list[_SignatureLine]]:
    try:
        length = len(note.encode())
    except UnicodeEncodeError as error:
        raise NoteError("not UTF-8") from error
    if length > MAX_NOTE or _CONTROL.search(note):
        raise NoteError("too long, or a control character")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not text or not signatures.endswith("\n"):
        raise NoteError("a note is a text, an empty line and signatures")
    return text + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _signature(line: str) -> _SignatureLine:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise NoteError("not a signature line")
    try:
        data = from_base64(found["signature"])
    except ValueError as error:
        raise NoteError("a signature is not base64") from error
    if len(data) <= _KEY_ID_SIZE:
        raise NoteError("a signature is too short")
    return _SignatureLine(found["name"], data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:])


def _check(public_key: Ed25519PublicKey, signature: bytes, text: str) -> None:
    try:
        public_key.verify(signature, text.encode())
    except InvalidSignature as error:
        raise NoteError("the signature does not hold") from error


def _read_checkpoint(text: str) -> Checkpoint:
    origin, *rest = text.removesuffix("\n").split("\n")
    if len(rest) != _LINES_AFTER_ORIGIN:
        raise NoteError("a checkpoint is three lines")
    size, root = rest
    if not origin or not _SIZE.fullmatch(size):
        raise NoteError("origin or size is not of its form")
    try:
        data = from_base64(root)
    except ValueError as error:
        raise NoteError("the root is not base64") from error
    if len(data) != _ROOT_SIZE:
        raise NoteError("the root is not 32 bytes")
    return Checkpoint(origin, int(size), data)
