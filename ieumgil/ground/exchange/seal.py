"""Bundles signed inside and sealed outside, and opened again with every check that needs no table."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, cast

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from ieumgil.ground.exchange.forms import Form, check_form
from ieumgil.ground.exchange.keys import KEY_ID_BYTES, BadKeyError, SealPrivateKey, SealPublicKey
from ieumgil.ground.exchange.rules import (
    KIB,
    MAX_BUNDLE,
    RefusalReason,
    RefusedBundleError,
    Suite,
    is_size_class,
    pad,
    size_class,
    unpad,
)
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical, parse_object
from ieumgil.kernel.ids import AgencyId

MAGIC = b"NRM1"
INFO_TAG = b"nrm-bundle-v1"
SIGN_TAG = b"nrm-signed-v1\0"
SIGNATURE_BYTES = 64
TAG_BYTES = 16
MAX_PARTS = 100_000  # values of one bundle: 4 MiB of tiny ones would take 100 MiB once parsed
MAX_PARTS_REACHABLE = 256 * KIB  # shorter bytes cannot hold so many

_OUTER = struct.Struct(f">4sB{KEY_ID_BYTES}sH")
_KEMS = {Suite.X25519: KEM.X25519, Suite.MLKEM768_X25519: KEM.MLKEM768_X25519}
_HPKE = {suite: Hpke(kem, KDF.HKDF_SHA256, AEAD.AES_256_GCM) for suite, kem in _KEMS.items()}
OVERHEAD = {suite: _OUTER.size + kem.enc_length() + TAG_BYTES for suite, kem in _KEMS.items()}

Inner = TypedDict(
    "Inner",
    {
        "v": int,
        "bundle_id": str,
        "from": str,
        "to": str,
        "to_key_id": str,
        "created": str,
        "not_after": str,
        "seq": int,
        "prev_hash": str | None,
        "kind": str,
        "body": Mapping[str, Json],
        "checkpoint": str | None,
    },
)


@dataclass(frozen=True, slots=True)
class Outer:
    """What anyone sees of a bundle: how it is sealed, to which key, and its padded size in KiB."""

    suite: Suite
    key_id: bytes
    size: int

    def encode(self) -> bytes:
        """Give the 23 bytes that stand before the sealed part."""
        return _OUTER.pack(MAGIC, self.suite, self.key_id, self.size)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature of 64 bytes and the canonical inner it covers: the lasting proof of what was sent."""

    signature: bytes
    inner: bytes

    def verify(self, public: Ed25519PublicKey) -> bytes:
        """Give signature and inner, the proof to keep; raises RefusedBundleError(bad-signature)."""
        try:
            public.verify(self.signature, SIGN_TAG + self.inner)
        except InvalidSignature as error:
            raise RefusedBundleError(RefusalReason.BAD_SIGNATURE) from error
        return self.signature + self.inner


class Opened(NamedTuple):
    """A bundle that opened and has the right form; nobody vouches for it before its signature is verified."""

    inner: Inner
    signed: Signed

    def verify(self, public: Ed25519PublicKey) -> bytes:
        """Do as `Signed.verify`."""
        return self.signed.verify(public)


def seal_bundle(
    inner: Mapping[str, object],
    *,
    sign_key: Ed25519PrivateKey,
    recipient_public: SealPublicKey,
    recipient: AgencyId,
) -> bytes:
    """Sign, pad and seal one bundle to one agency; the suite of its key decides how.

    Raises RefusedBundleError as the receiver would: bad-form, wrong-recipient (the inner names another agency
    or key), unknown-key (it is no key), too-large.
    """
    check_form(Form.BUNDLE, inner)
    _check_address(cast("Inner", inner), recipient, recipient_public.ident)
    data = _encode(inner)
    signed = sign_key.sign(SIGN_TAG + data) + data
    outer = Outer(recipient_public.suite, recipient_public.ident, size_class(len(signed)))
    return seal_signed(signed, outer, recipient_public, recipient)


def seal_signed(signed: bytes, outer: Outer, recipient_public: SealPublicKey, recipient: AgencyId) -> bytes:
    """Seal bytes that are signed already (64 bytes of signature, then the inner).

    Raises RefusedBundleError(unknown-key) for bytes that are no key, (too-large).
    """
    head = outer.encode()
    try:
        return head + _HPKE[outer.suite].encrypt(
            pad(signed), recipient_public.hpke, info=_info(head, recipient)
        )
    except BadKeyError as error:
        raise RefusedBundleError(RefusalReason.UNKNOWN_KEY) from error


def peek(bundle: bytes) -> Outer:
    """Read the outside of a bundle: its length must be what suite and size class say.

    Raises RefusedBundleError: too-large, not-a-bundle, wrong-suite, wrong-size-class.
    """
    if len(bundle) > MAX_BUNDLE:
        raise RefusedBundleError(RefusalReason.TOO_LARGE)
    if len(bundle) < _OUTER.size or not bundle.startswith(MAGIC):
        raise RefusedBundleError(RefusalReason.NOT_A_BUNDLE)
    _, number, key_id, size = _OUTER.unpack_from(bundle)
    try:
        suite = Suite(number)
    except ValueError as error:
        raise RefusedBundleError(RefusalReason.WRONG_SUITE) from error
    if not is_size_class(size) or len(bundle) != OVERHEAD[suite] + size * KIB:
        raise RefusedBundleError(RefusalReason.WRONG_SIZE_CLASS)
    return Outer(suite, key_id, size)


def open_bundle(bundle: bytes, *, private_key: SealPrivateKey, recipient: AgencyId) -> Opened:
    """Open a bundle for the agency `recipient`; the sender is inside, its signature is still to be verified.

    Raises RefusedBundleError: whatever `peek` raises, unknown-key, cannot-open, bad-padding, bad-form,
    wrong-recipient.
    """
    outer = peek(bundle)
    if outer.suite is not private_key.suite or outer.key_id != private_key.public.ident:
        raise RefusedBundleError(RefusalReason.UNKNOWN_KEY)
    signed = parse_signed(unpad(_open(bundle, outer, private_key, recipient)))
    inner = parse_inner(signed.inner)
    _check_address(inner, recipient, outer.key_id)
    return Opened(inner, signed)


def parse_signed(data: bytes) -> Signed:
    """Split kept proof into signature and inner; raises RefusedBundleError(bad-form) if it is too short."""
    if len(data) <= SIGNATURE_BYTES:
        raise RefusedBundleError(RefusalReason.BAD_FORM)
    return Signed(data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:])


def parse_inner(data: bytes) -> Inner:
    """Read a canonical inner; raises RefusedBundleError(bad-form), for doubled keys, other encodings too."""
    if len(data) > MAX_PARTS_REACHABLE and sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_PARTS:
        raise RefusedBundleError(RefusalReason.BAD_FORM)
    try:
        inner = parse_object(data)
    except NotCanonicalError as error:
        raise RefusedBundleError(RefusalReason.BAD_FORM) from error
    check_form(Form.BUNDLE, inner)
    return cast("Inner", inner)


def inner_hash(inner: Mapping[str, object]) -> str:
    """Name a bundle in its peer's chain, as the next one's `prev_hash`: SHA-256 of the canonical inner."""
    return hashlib.sha256(_encode(inner)).hexdigest()


def body_hash(body: Mapping[str, Json]) -> str:
    """Name a bundle's content, for receipts and against replay: SHA-256 of the canonical body."""
    return hashlib.sha256(canonical(body)).hexdigest()


def _check_address(inner: Inner, recipient: AgencyId, key_id: bytes) -> None:
    # The recipient is under the signature too, so that who gets a bundle cannot seal it on to a third agency.
    if inner["to"] != str(recipient) or inner["to_key_id"] != key_id.hex():
        raise RefusedBundleError(RefusalReason.WRONG_RECIPIENT)


def _encode(inner: Mapping[str, object]) -> bytes:
    try:
        return canonical(cast("Mapping[str, Json]", inner))
    except NotCanonicalError as error:
        raise RefusedBundleError(RefusalReason.BAD_FORM) from error


def _info(head: bytes, recipient: AgencyId) -> bytes:
    return INFO_TAG + head + recipient.bytes


def _open(bundle: bytes, outer: Outer, private_key: SealPrivateKey, recipient: AgencyId) -> bytes:
    head, body = bundle[: _OUTER.size], bundle[_OUTER.size :]
    try:
        return _HPKE[outer.suite].decrypt(body, private_key.hpke, info=_info(head, recipient))
    except (InvalidTag, ValueError) as error:
        raise RefusedBundleError(RefusalReason.CANNOT_OPEN) from error
