"""Keys of agencies: made, named, written down and read back; weak ones are refused."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from ieumgil.ground.exchange.rules import Suite

KEY_BYTES = 32
MLKEM_PUBLIC = 1184
MLKEM_SEED = 64
KEY_ID_BYTES = 16
PUBLIC_BYTES = {Suite.X25519: KEY_BYTES, Suite.MLKEM768_X25519: MLKEM_PUBLIC + KEY_BYTES}

HpkePrivate = X25519PrivateKey | MLKEM768X25519PrivateKey
HpkePublic = X25519PublicKey | MLKEM768X25519PublicKey

# Points of order 1, 2, 4 and 8, sign bit off: under such a key one signature fits many texts.
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)


class BadKeyError(ValueError):
    """The bytes are no key of this kind, or a weak one."""


@dataclass(frozen=True)
class SealPublicKey:
    """A public key to seal to: 32 bytes in suite 1; 1184 of ML-KEM-768, then 32 of X25519, in suite 2."""

    suite: Suite
    raw: bytes

    @cached_property
    def ident(self) -> bytes:
        """The 16 bytes by which bundles name the key."""
        return key_ident(self.raw)

    @cached_property
    def hpke(self) -> HpkePublic:
        """The key as the library wants it; raises BadKeyError."""
        return _seal_public(self.suite, self.raw)


@dataclass(frozen=True)
class SealPrivateKey:
    """A private key to open with, 32 bytes (suite 2: the X-Wing seed); keep `raw` in the vault only."""

    suite: Suite
    raw: bytes

    def __repr__(self) -> str:
        """Never show the key."""
        return f"SealPrivateKey(suite={self.suite})"

    @cached_property
    def hpke(self) -> HpkePrivate:
        """The key as the library wants it; raises BadKeyError."""
        if len(self.raw) != KEY_BYTES:
            raise BadKeyError("a private key is 32 bytes")
        if self.suite is Suite.X25519:
            return X25519PrivateKey.from_private_bytes(self.raw)
        return MLKEM768X25519PrivateKey(*_expand(self.raw))

    @cached_property
    def public(self) -> SealPublicKey:
        """The public half; raises BadKeyError."""
        if len(self.raw) != KEY_BYTES:
            raise BadKeyError("a private key is 32 bytes")
        if self.suite is Suite.X25519:
            return SealPublicKey(
                self.suite, X25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw()
            )
        mlkem, x25519 = _expand(self.raw)
        return SealPublicKey(
            self.suite, mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )


def new_seal_key(suite: Suite) -> SealPrivateKey:
    """Make a new private key to open bundles with."""
    return SealPrivateKey(suite, secrets.token_bytes(KEY_BYTES))


def seal_public(suite: Suite, raw: bytes) -> SealPublicKey:
    """Read a public key to seal to; raises BadKeyError for a wrong length, no key at all, or small order."""
    key = SealPublicKey(suite, raw)
    _seal_public(suite, raw)
    return key


def new_sign_key() -> bytes:
    """Make a new Ed25519 private key, 32 bytes for the vault (for signing, for a root, for a ledger)."""
    return secrets.token_bytes(KEY_BYTES)


def sign_key(raw: bytes) -> Ed25519PrivateKey:
    """Read a private signing key of 32 bytes; raises BadKeyError."""
    if len(raw) != KEY_BYTES:
        raise BadKeyError("a signing key is 32 bytes")
    return Ed25519PrivateKey.from_private_bytes(raw)


def sign_public(raw_private: bytes) -> bytes:
    """Give the 32 public bytes of a private signing key; raises BadKeyError."""
    return sign_key(raw_private).public_key().public_bytes_raw()


@lru_cache(maxsize=1024)
def verify_key(raw: bytes) -> Ed25519PublicKey:
    """Read a public signing key of 32 bytes; raises BadKeyError, for a key of small order too."""
    if len(raw) != KEY_BYTES or bytes([*raw[:-1], raw[-1] & 0x7F]) in _SMALL_ORDER:
        raise BadKeyError("not a usable signing key")
    return Ed25519PublicKey.from_public_bytes(raw)


def key_ident(public: bytes) -> bytes:
    """Name a public key of any kind: the first 16 bytes of the SHA-256 of its bytes."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def to_text(raw: bytes) -> str:
    """Write bytes as cards have them: base64 with padding."""
    return base64.b64encode(raw).decode()


def from_text(text: str) -> bytes:
    """Read base64 of a card; raises BadKeyError unless the text is the only one for its bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKeyError("not base64") from error
    if to_text(raw) != text:
        raise BadKeyError("base64 that is not in its one form")
    return raw


@lru_cache(maxsize=1024)
def _seal_public(suite: Suite, raw: bytes) -> HpkePublic:
    if len(raw) != PUBLIC_BYTES[suite]:
        raise BadKeyError(f"a public key of suite {suite} is {PUBLIC_BYTES[suite]} bytes")
    x25519 = X25519PublicKey.from_public_bytes(raw[-KEY_BYTES:])
    try:
        X25519PrivateKey.generate().exchange(x25519)
        if suite is Suite.X25519:
            return x25519
        return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC]), x25519)
    except ValueError as error:
        raise BadKeyError("not a usable key to seal to") from error


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    # draft-connolly-cfrg-xwing-kem section 5.2: SHAKE256 of the seed gives both halves.
    expanded = hashlib.shake_256(seed).digest(MLKEM_SEED + KEY_BYTES)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:MLKEM_SEED])
    return mlkem, X25519PrivateKey.from_private_bytes(expanded[MLKEM_SEED:])
