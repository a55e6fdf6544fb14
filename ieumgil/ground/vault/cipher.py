"""Sealing, wrapping and key files with AES-256-GCM and Argon2id; the keys open in this process."""

import os
import unicodedata
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ieumgil.ground.vault.rules import (
    LockedAgencyError,
    TamperedError,
    WeakKeyFileError,
    WrongPassphraseError,
)
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical, parse_object
from ieumgil.kernel.ids import AgencyId

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16
HANDLE_BYTES = 16
TOKEN_BYTES = 8  # truncated: whoever finds it confirms by decryption
FORMAT = b"\x01"
LENGTH_BYTES = 4
SHORT = (64, 256)  # bytes, as padded; what is longer fills whole kibibytes
LONG = 1024


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess of a passphrase costs: memory in KiB, passes and lanes of Argon2id."""

    memory_kib: int
    iterations: int
    lanes: int


# Twice the memory of the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4 lanes).
NORMAL_COST = KdfCost(memory_kib=128 * 1024, iterations=3, lanes=4)
TEST_COST = KdfCost(memory_kib=64, iterations=1, lanes=1)
LEAST_COST = KdfCost(memory_kib=64 * 1024, iterations=3, lanes=1)
GREATEST_COST = KdfCost(memory_kib=4 * 1024 * 1024, iterations=64, lanes=64)


def new_key() -> bytes:
    """Give 256 random bits."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    """Encrypt under a fresh 96-bit nonce, bound to `bound`; gives format, nonce, ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, FORMAT + bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Decrypt what `seal` gave; raises TamperedError for any other bytes, key or place."""
    start = len(FORMAT) + NONCE_BYTES
    if not sealed.startswith(FORMAT) or len(sealed) < start:
        raise TamperedError
    try:
        return AESGCM(key).decrypt(sealed[len(FORMAT) : start], sealed[start:], FORMAT + bound)
    except InvalidTag as error:
        raise TamperedError from error


def pad(plaintext: bytes) -> bytes:
    """Put the length before and zeros behind, up to 64, 256 or a multiple of 1024 bytes: yes is as long as no."""
    length = LENGTH_BYTES + len(plaintext)
    size = next((size for size in SHORT if length <= size), -(-length // LONG) * LONG)
    return (len(plaintext).to_bytes(LENGTH_BYTES, "big") + plaintext).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Take the padding off again; raises TamperedError for bytes that `pad` does not give."""
    end = LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")
    plaintext = padded[LENGTH_BYTES:end]
    if pad(plaintext) != padded:
        raise TamperedError
    return plaintext


def derive(key: bytes, purpose: bytes) -> bytes:
    """Give a key of its own for a purpose, so that none serves two ends (HKDF, RFC 5869 section 2.3)."""
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=b"ieumgil|" + purpose).derive(key)


def mac(key: bytes, text: bytes, length: int) -> bytes:
    """Give the first `length` bytes of HMAC-SHA256."""
    code = HMAC(key, SHA256())
    code.update(text)
    return code.finalize()[:length]


def handle_of(data_key: bytes) -> str:
    """Give the pseudonym that only the holder of a case's key can compute: 32 hex digits."""
    return mac(derive(data_key, b"handle|1"), b"handle", HANDLE_BYTES).hex()


def name_token(kek: bytes, form: str) -> bytes:
    """Give the blind-index token of a name's form under the agency's key."""
    return mac(derive(kek, b"name-index|1"), form.encode(), TOKEN_BYTES)


def lock_kek(agency: AgencyId, kek: bytes, passphrase: str, cost: KdfCost) -> bytes:
    """Give the content of a key file: the agency's key under the passphrase, and how to derive that again."""
    head: dict[str, Json] = {
        "agency": str(agency),
        "format": 1,
        "kdf": "argon2id",
        "salt": os.urandom(SALT_BYTES).hex(),
        **asdict(cost),
    }
    sealed = seal(_stretch(passphrase, head), kek, canonical(head))
    return canonical({**head, "sealed": sealed.hex()})


def open_kek(agency: AgencyId, content: bytes, passphrase: str, *, least: KdfCost = LEAST_COST) -> bytes:
    """Give the agency's key from its key file.

    Raises WrongPassphraseError, TamperedError for a file of another form or agency, WeakKeyFileError for one
    cheaper than `least`.
    """
    head, sealed = _read_key_file(agency, content)
    cost = _cost(head)
    if cost.memory_kib < least.memory_kib or cost.iterations < least.iterations:
        raise WeakKeyFileError
    try:
        return unseal(_stretch(passphrase, head), sealed, canonical(head))
    except TamperedError as error:
        raise WrongPassphraseError from error


def _read_key_file(agency: AgencyId, content: bytes) -> tuple[dict[str, Json], bytes]:
    try:
        head = parse_object(content)
        sealed = bytes.fromhex(str(head.pop("sealed")))
        bytes.fromhex(str(head["salt"]))
    except (NotCanonicalError, KeyError, ValueError) as error:
        raise TamperedError from error
    if (head.get("agency"), head.get("format"), head.get("kdf")) != (str(agency), 1, "argon2id"):
        raise TamperedError
    return head, sealed


def _cost(head: dict[str, Json]) -> KdfCost:
    figures = [head.get(name) for name in ("memory_kib", "iterations", "lanes")]
    memory, iterations, lanes = (figure if isinstance(figure, int) else 0 for figure in figures)
    most = GREATEST_COST
    if not (
        0 < iterations <= most.iterations
        and 0 < lanes <= most.lanes
        and 8 * lanes <= memory <= most.memory_kib
    ):
        raise TamperedError
    return KdfCost(memory, iterations, lanes)


def _stretch(passphrase: str, head: dict[str, Json]) -> bytes:
    cost = _cost(head)
    salt = bytes.fromhex(str(head["salt"]))
    kdf = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return kdf.derive(unicodedata.normalize("NFC", passphrase).encode())


class Keyring:
    """The agencies' keys that are open in this process; they are never written anywhere."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        """Begin with no key open."""
        self._open: dict[AgencyId, bytes] = {}

    def add(self, agency: AgencyId, kek: bytes) -> None:
        """Keep an agency's key open."""
        self._open[agency] = kek

    def drop(self, agency: AgencyId) -> None:
        """Forget an agency's key, if it was open."""
        self._open.pop(agency, None)

    def holds(self, agency: AgencyId) -> bool:
        """Say whether the agency's key is open."""
        return agency in self._open

    def kek(self, agency: AgencyId) -> bytes:
        """Give the agency's key; raises LockedAgencyError."""
        try:
            return self._open[agency]
        except KeyError:
            raise LockedAgencyError from None


KEYRING = Keyring()
