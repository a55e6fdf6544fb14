"""Write the test vectors of docs/protocol/vectors: fixed keys, invented agencies; run `python -m tools.make_vectors`.

All is the same in every run but the sealed bytes, for sealing draws a new key each time.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from ieumgil.ground.exchange import seal
from ieumgil.ground.exchange.cards import AgencyCard, SealKey, SignKey, sign_card
from ieumgil.ground.exchange.keys import SealPrivateKey, sign_key, to_text
from ieumgil.ground.exchange.roll import Roll, TimeLimit, roll_hash, sign_roll
from ieumgil.ground.exchange.rules import KIB, Suite, pad, time_text
from ieumgil.ground.exchange.voice import fingerprint
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "protocol" / "vectors"
NOW: Final = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DAY: Final = timedelta(days=1)
SENDER, RECEIVER, OLD_RECEIVER, COORDINATOR = "hill-police", "lake-shelter", "old-shelter", "secretariat"
CLASSES: Final = {SENDER: AgencyClass.ENFORCEMENT, COORDINATOR: AgencyClass.COORDINATION}
SUITES: Final = {OLD_RECEIVER: (Suite.X25519,)}
TO: Final = {Suite.X25519: OLD_RECEIVER, Suite.MLKEM768_X25519: RECEIVER}
HPKE: Final = {
    Suite.X25519: Hpke(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    Suite.MLKEM768_X25519: Hpke(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}


def secret(slug: str, use: str) -> bytes:
    """Make a private key of 32 bytes that everybody can know: SHA-256 of a label."""
    return hashlib.sha256(f"Ieumgil test vector: {slug} {use}".encode()).digest()


def agency(slug: str) -> AgencyId:
    """Make an invented agency's UUID."""
    return AgencyId(uuid.UUID(bytes=secret(slug, "agency")[:16], version=4))


def seal_private(slug: str, suite: Suite) -> SealPrivateKey:
    """Give an invented agency's private key to open with."""
    return SealPrivateKey(suite, secret(slug, f"seal {int(suite)}"))


def public(slug: str, use: str) -> bytes:
    """Give the public half of a signing key."""
    return sign_key(secret(slug, use)).public_key().public_bytes_raw()


def card(slug: str) -> AgencyCard:
    """Describe an invented agency."""
    begins, ends = NOW - 20 * DAY, NOW + 3650 * DAY
    suites = SUITES.get(slug, tuple(Suite))
    return AgencyCard(
        agency=agency(slug),
        slug=slug,
        name_en=slug.replace("-", " ").title(),
        name_ko=f"지어낸 기관 {slug}",
        agency_class=CLASSES.get(slug, AgencyClass.PROTECTION),
        node=f"https://{slug}.example",
        root=public(slug, "root"),
        sign_keys=(SignKey(public(slug, "sign"), begins, ends),),
        seal_keys=tuple(
            SealKey(seal_private(slug, suite).public.raw, begins, ends, suite) for suite in suites
        ),
        log_key=public(slug, "log"),
        version=1,
        issued_at=begins,
    )


def signed_card(slug: str) -> dict[str, Json]:
    """Sign an invented agency's card."""
    return sign_card(card(slug), sign_key(secret(slug, "root")))


def rolls() -> list[dict[str, Json]]:
    """Sign a first roll, and a second that revokes a key."""
    limits = {
        "emergency": TimeLimit(2, "hours"),
        "urgent": TimeLimit(24, "hours"),
        "ordinary": TimeLimit(5, "working-days"),
    }
    first = Roll(
        roll=uuid.UUID(bytes=secret("roll", "id")[:16], version=4),
        version=1,
        issued_at=NOW - 10 * DAY,
        coordinator=agency(COORDINATOR),
        time_limits=limits,
        signed_cards=tuple(signed_card(slug) for slug in (SENDER, RECEIVER, OLD_RECEIVER, COORDINATOR)),
    )
    key = sign_key(secret(COORDINATOR, "sign"))
    signed = sign_roll(first, key)
    revoked = frozenset({card(OLD_RECEIVER).sign_keys[0].ident})
    second = replace(first, version=2, issued_at=NOW - DAY, revoked_keys=revoked, prev=roll_hash(signed))
    return [signed, sign_roll(second, key)]


def inner(suite: Suite, **changes: Json) -> dict[str, Json]:
    """Write the inner part of a bundle, with whatever is to be wrong in it."""
    to = TO[suite]
    whole: dict[str, Json] = {
        "v": 1,
        "bundle_id": "5b0c1f6e-3a54-4c38-9d3a-0e6f7a1c2b3d",
        "from": str(agency(SENDER)),
        "to": str(agency(to)),
        "to_key_id": seal_private(to, suite).public.ident.hex(),
        "created": time_text(NOW),
        "not_after": time_text(NOW + 14 * DAY),
        "seq": 1,
        "prev_hash": None,
        "kind": "counts",
        "body": {
            "region": "북쪽",
            "month": "2026-10",
            "declined": [{"reason": "full", "count": 12}],
            "note": None,
        },
        "checkpoint": None,
    }
    return whole | changes


def sign(data: bytes, slug: str = SENDER) -> bytes:
    """Sign canonical bytes and put the signature before them."""
    return sign_key(secret(slug, "sign")).sign(seal.SIGN_TAG + data) + data


def put_under_seal(padded: bytes, suite: Suite) -> bytes:
    """Seal any bytes at all."""
    key = seal_private(TO[suite], suite).public
    head = seal.Outer(suite, key.ident, len(padded) // KIB).encode()
    return head + HPKE[suite].encrypt(padded, key.hpke, info=seal.INFO_TAG + head + agency(TO[suite]).bytes)


def good(suite: Suite, name: str, **changes: Json) -> dict[str, Json]:
    """Write down one bundle that opens, with each step on the way."""
    whole = inner(suite, **changes)
    data = canonical(whole)
    signed, to = sign(data), agency(TO[suite])
    bundle = put_under_seal(pad(signed), suite)
    return {
        "name": name,
        "suite": int(suite),
        "to": str(to),
        "inner": whole,
        "canonical_inner": data.decode(),
        "signature": to_text(signed[: seal.SIGNATURE_BYTES]),
        "padded_sha256": hashlib.sha256(pad(signed)).hexdigest(),
        "outer_hex": bundle[:23].hex(),
        "info_hex": (seal.INFO_TAG + bundle[:23] + to.bytes).hex(),
        "inner_hash": seal.inner_hash(whole),
        "body_hash": seal.body_hash(whole["body"]),  # type: ignore[arg-type]
        "bundle": to_text(bundle),
    }


def refused(suite: Suite) -> list[dict[str, Json]]:
    """Write down bundles that must be refused, and why."""
    right = pad(sign(canonical(inner(suite))))
    bundle = put_under_seal(right, suite)
    changed = bytearray(bundle)
    changed[-1] ^= 1
    doubled = canonical(inner(suite))[:-1] + b',"v":1}'
    wrong = {
        "of another format": ("not-a-bundle", b"NRM2" + bundle[4:]),
        "of an unknown suite": ("wrong-suite", bundle[:4] + b"\3" + bundle[5:]),
        "cut short": ("wrong-size-class", bundle[:-1]),
        "one bit changed": ("cannot-open", bytes(changed)),
        "something in the padding": ("bad-padding", put_under_seal(right[:-1] + b"\1", suite)),
        "a larger size class than needed": (
            "wrong-size-class",
            put_under_seal(right.ljust(16 * KIB, b"\0"), suite),
        ),
        "signed by another agency": (
            "bad-signature",
            put_under_seal(pad(sign(canonical(inner(suite)), COORDINATOR)), suite),
        ),
        "a key written twice": ("bad-form", put_under_seal(pad(sign(doubled)), suite)),
        "a space in the JSON": ("bad-form", put_under_seal(pad(sign(canonical(inner(suite)) + b" ")), suite)),
    }
    changes: dict[str, tuple[str, dict[str, Json]]] = {
        "a member too many": ("bad-form", {"extra": 1}),
        "written for another agency": ("wrong-recipient", {"to": str(agency(SENDER))}),
        "of an unknown agency": ("unknown-agency", {"from": str(agency("stranger"))}),
        "made in the future": ("not-yet-valid", {"created": time_text(NOW + DAY)}),
        "valid for too long": ("too-far-ahead", {"not_after": time_text(NOW + 15 * DAY)}),
        "expired": ("expired", {"created": time_text(NOW - 9 * DAY), "not_after": time_text(NOW - DAY)}),
    }
    for name, (reason, change) in changes.items():
        wrong[name] = (reason, put_under_seal(pad(sign(canonical(inner(suite, **change)))), suite))
    return [
        {"name": name, "suite": int(suite), "reason": reason, "bundle": to_text(data)}
        for name, (reason, data) in wrong.items()
    ]


def keys_of(slug: str) -> dict[str, Json]:
    """Write down the private keys of an invented agency."""
    suites = SUITES.get(slug, tuple(Suite))
    return {
        "agency": str(agency(slug)),
        "root_private": to_text(secret(slug, "root")),
        "sign_private": to_text(secret(slug, "sign")),
        "seal_private": {str(int(suite)): to_text(seal_private(slug, suite).raw) for suite in suites},
    }


def bundles() -> dict[str, Json]:
    """Give all of bundles.json."""
    thread: dict[str, Json] = {
        "kind": "thread",
        "bundle_id": hashlib.sha256(b"a header").hexdigest(),
        "seq": 2,
        "prev_hash": "0" * 64,
    }
    opens = [good(suite, "a short bundle") for suite in Suite]
    opens += [good(suite, "a later bundle of a thread", **thread) for suite in Suite]
    refusals = [each for suite in Suite for each in refused(suite)]
    return {
        "about": "Keys are SHA-256 of a label and known to all. Bundles are opened at `now` with the roll of cards.json.",
        "now": time_text(NOW),
        "keys": {slug: keys_of(slug) for slug in (SENDER, RECEIVER, OLD_RECEIVER, COORDINATOR)},
        "opens": opens,
        "refused": refusals,
    }


def cards() -> dict[str, Json]:
    """Give all of cards.json."""
    signed: dict[str, Any] = signed_card(SENDER)
    altered = signed | {"card": signed["card"] | {"slug": "hill-polite"}}
    first, second = rolls()
    root = card(COORDINATOR).root
    return {
        "coordinator_root": to_text(root),
        "fingerprint": {language: " ".join(fingerprint(root, language)) for language in ("en", "ko")},
        "card": signed,
        "canonical_card": canonical(signed["card"]).decode(),
        "refused_cards": [{"name": "changed after signing", "fault": "bad-card-signature", "card": altered}],
        "rolls": [first, second],
        "roll_hashes": [roll_hash(first), roll_hash(second)],
    }


def write(name: str, vectors: Mapping[str, Json]) -> None:
    """Write one file."""
    path = FOLDER / name
    path.write_text(json.dumps(vectors, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(path.name)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("bundles.json", bundles())
    write("cards.json", cards())
