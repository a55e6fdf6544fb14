"""The signed header of a message: its form, its id, and the salted hash that ties what was said to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import MessageId, ThreadId
from ieumgil.referral.words import Kind, Message, Side

DOMAIN = b"ieumgil-message-v1\n"  # so that a header's signature can never pass for another kind of text


@dataclass(frozen=True, slots=True)
class BasisRef:
    """Which basis a thread rests on, as both sides can look it up."""

    kind: str
    id: str
    version: int

    def body(self) -> dict[str, Json]:
        """Give the form that headers carry."""
        return {"kind": self.kind, "id": self.id, "version": self.version}


@dataclass(frozen=True, slots=True)
class Header:
    """What an agency signs; times are UTC to the second, hashes and ids lower-case hex."""

    thread: ThreadId
    sender: UUID
    receiver: UUID
    side: Side
    seq: int
    prev: str | None
    seen: tuple[str, ...]
    kind: Kind
    sent_at: str
    due: str | None
    urgency: str
    basis: BasisRef
    content_hash: str | None
    packet: bool
    onward_of: UUID | None = None

    @property
    def said_at(self) -> datetime:
        """When it was signed, by its sender's clock."""
        return datetime.fromisoformat(self.sent_at)

    @property
    def due_at(self) -> datetime | None:
        """When the step that follows it is due; None where nobody owes one."""
        return datetime.fromisoformat(self.due) if self.due else None

    def body(self) -> dict[str, Json]:
        """Give the JSON object that is signed."""
        return {
            "v": 1,
            "thread": str(self.thread),
            "from": str(self.sender),
            "to": str(self.receiver),
            "side": self.side.value,
            "seq": self.seq,
            "prev": self.prev,
            "seen": list(self.seen),
            "kind": self.kind.value,
            "sent_at": self.sent_at,
            "due": self.due,
            "urgency": self.urgency,
            "basis": self.basis.body(),
            "content_hash": self.content_hash,
            "packet": self.packet,
            "onward_of": str(self.onward_of) if self.onward_of else None,
        }

    @property
    def canonical(self) -> bytes:
        """Give the canonical bytes of the header, of which its id is the hash."""
        return _canonical(self)

    def signed_bytes(self) -> bytes:
        """Give the bytes that the agency's signature covers."""
        return DOMAIN + self.canonical

    def message(self) -> Message:
        """Give the message as far as the rule is concerned."""
        return Message(
            header_id(self.canonical),
            self.side,
            self.seq,
            self.prev,
            self.seen,
            self.kind,
            self.packet,
        )


@lru_cache(maxsize=256)  # a message on its way is asked for its bytes several times
def _canonical(header: Header) -> bytes:
    return canonical(header.body())


def header_id(header: bytes) -> MessageId:
    """Give a message's id: the SHA-256 of its canonical header (the signed object; the signature is not part of it)."""
    return MessageId(sha256(header).hexdigest())


def content_hash(salt: str, content: dict[str, Json]) -> str:
    """Give the salted SHA-256 by which the header names what was said, without giving it away (salt: 32 hex digits)."""
    return sha256(bytes.fromhex(salt) + canonical(content)).hexdigest()


def read_header(body: Mapping[str, Json]) -> Header:
    """Read a header whose form was checked against data/message.schema.json."""
    said = cast("Mapping[str, Any]", body)
    return Header(
        thread=ThreadId(UUID(said["thread"])),
        sender=UUID(said["from"]),
        receiver=UUID(said["to"]),
        side=Side(said["side"]),
        seq=said["seq"],
        prev=said["prev"],
        seen=tuple(said["seen"]),
        kind=Kind(said["kind"]),
        sent_at=said["sent_at"],
        due=said["due"],
        urgency=said["urgency"],
        basis=BasisRef(**said["basis"]),
        content_hash=said["content_hash"],
        packet=said["packet"],
        onward_of=UUID(said["onward_of"]) if said["onward_of"] else None,
    )
