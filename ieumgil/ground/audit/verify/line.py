"""The lines of an exported ledger, as the ledger page of the protocol describes them."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ieumgil.ground.audit.rules import Entry, MalformedEntryError, from_base64, to_base64
from ieumgil.ground.audit.rules.entry import entry_from
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical, parse_object

FORMAT = "ieumgil-ledger-1"
CHECKPOINT_BEGINS = b'{"checkpoint":'
_HASH_SIZE = 32
_HEAD_KEYS = {"agency", "format", "keys", "root", "size"}


class LineError(ValueError):
    """The line is not one that an export has; the message says why."""


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The first line: whose ledger, how many entries, their root, the keys that signed its checkpoints."""

    agency: UUID
    size: int
    root: bytes
    keys: tuple[Ed25519PublicKey, ...]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry, its canonical bytes, and the leaf hash that the ledger kept beside it."""

    entry: Entry
    data: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A signed note of the ledger itself; it stands right after the last entry that it covers."""

    note: str


def head_line(agency: UUID, size: int, root: bytes, keys: list[bytes]) -> bytes:
    """Write the first line; `keys` are raw Ed25519 public keys."""
    head = {"agency": str(agency), "format": FORMAT, "keys": [to_base64(key) for key in keys]}
    return canonical({**head, "root": to_base64(root), "size": size}) + b"\n"


def entry_line(data: bytes, leaf: bytes) -> bytes:
    """Write the line of an entry from the bytes as they are kept, whether or not they are an entry still."""
    return b'{"entry":' + data + b',"leaf":"' + to_base64(leaf).encode() + b'"}\n'


def checkpoint_line(note: str) -> bytes:
    """Write the line of a signed note."""
    return canonical({"checkpoint": note}) + b"\n"


def held_line(note: str, peer: UUID, received_at: str) -> bytes:
    """Write the line of a note that this agency keeps of a partner's ledger."""
    return canonical({"held": note, "peer": str(peer), "received_at": received_at}) + b"\n"


def read_head(line: bytes) -> HeadLine:
    """Read the first line; raises LineError."""
    value = _object(line)
    if value.keys() != _HEAD_KEYS or value["format"] != FORMAT:
        raise LineError("the first line is not the head of a ledger of this format")
    agency, size, keys = value["agency"], value["size"], value["keys"]
    if type(size) is not int or size < 0 or not isinstance(keys, list):
        raise LineError("size is a number and keys are a list")
    try:
        owner = UUID(str(agency))
    except ValueError as error:
        raise LineError("the agency is not a UUID") from error
    if str(owner) != agency:
        raise LineError("the agency is not a UUID in its usual form")
    return HeadLine(owner, size, _hash(value["root"]), tuple(public_key(key) for key in keys))


def read_line(line: bytes) -> EntryLine | CheckpointLine:
    """Read any line but the first; raises LineError."""
    value = _object(line)
    if value.keys() == {"checkpoint"} and isinstance(note := value["checkpoint"], str):
        return CheckpointLine(note)
    if value.keys() != {"entry", "leaf"}:
        raise LineError("neither an entry nor a checkpoint")
    try:
        entry = entry_from(value["entry"])
    except MalformedEntryError as error:
        raise LineError(str(error)) from error
    return EntryLine(entry, canonical(value["entry"]), _hash(value["leaf"]))


def read_held(line: bytes) -> str:
    """Read the note from a line that `held_line` wrote; raises LineError."""
    value = _object(line)
    note = value.get("held")
    if value.keys() != {"held", "peer", "received_at"} or not isinstance(note, str):
        raise LineError("not a partner's copy of a checkpoint")
    return note


def public_key(text: Json) -> Ed25519PublicKey:
    """Read a public key from the base64 of its 32 bytes; raises LineError."""
    return Ed25519PublicKey.from_public_bytes(_hash(text))


def _object(line: bytes) -> dict[str, Json]:
    if not line.endswith(b"\n"):
        raise LineError("the line has no end")
    try:
        return parse_object(line[:-1])
    except NotCanonicalError as error:
        raise LineError(str(error)) from error


def _hash(text: Json) -> bytes:
    try:
        data = from_base64(text) if isinstance(text, str) else b""
    except ValueError as error:
        raise LineError("a hash or key is not base64") from error
    if len(data) != _HASH_SIZE:
        raise LineError("a hash or key is not 32 bytes")
    return data
