"""Seal and open a bundle of 20 kB against bare HPKE and Ed25519 of the same bytes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from bench.figure import Figure, in_turns
from ieumgil.ground.exchange.keys import new_seal_key, new_sign_key, sign_key
from ieumgil.ground.exchange.rules import VALIDITY, Suite, time_text
from ieumgil.ground.exchange.seal import MAGIC, open_bundle, seal_bundle
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

GOAL = 0.5
SIZE = 20 * 1024
LETTERS = "abcdefghijklmnopqrstuvwxyz {}:,0123456789"
KEMS = {Suite.X25519: KEM.X25519, Suite.MLKEM768_X25519: KEM.MLKEM768_X25519}


def figures(seconds: float) -> Iterator[Figure]:
    """Give sealing and opening for both suites; what was opened is compared with what was sealed."""
    for suite in Suite:
        yield from _of(suite, seconds)


def _of(suite: Suite, seconds: float) -> Iterator[Figure]:
    signing, private, receiver = sign_key(new_sign_key()), new_seal_key(suite), AgencyId(uuid4())
    inner, bare = (
        _inner(receiver, private.public.ident.hex()),
        Hpke(KEMS[suite], KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    )
    data, verify = canonical(inner), signing.public_key().verify

    def seal() -> bytes:
        return seal_bundle(inner, sign_key=signing, recipient_public=private.public, recipient=receiver)

    def bare_seal() -> bytes:
        return bare.encrypt(signing.sign(data) + data, private.public.hpke, info=MAGIC)

    def open_() -> object:
        opened = open_bundle(sealed, private_key=private, recipient=receiver)
        opened.verify(signing.public_key())
        return opened.inner

    def bare_open() -> bytes:
        signed = bare.decrypt(bare_sealed, private.hpke, info=MAGIC)
        verify(signed[:64], signed[64:])
        return signed[64:]

    sealed, bare_sealed = seal(), bare_seal()
    assert open_() == inner
    assert bare_open() == data
    for verb, job, peer in (("seal", seal, bare_seal), ("open", open_, bare_open)):
        product, floor = in_turns(job, peer, seconds=seconds)
        yield Figure(
            f"{verb} {SIZE // 1024} kB, suite {int(suite)} ({suite.name.lower()})", product, floor, GOAL
        )


def _inner(receiver: AgencyId, key_id: str) -> dict[str, Json]:
    now = datetime.now(UTC)
    chance = random.Random(20261125)  # noqa: S311  the same bodies in every run
    inner: dict[str, Json] = {
        "v": 1, "bundle_id": str(uuid4()), "from": str(uuid4()), "to": str(receiver), "to_key_id": key_id,
        "created": time_text(now), "not_after": time_text(now + VALIDITY), "seq": 1, "prev_hash": None,
        "kind": "settlement", "body": {}, "checkpoint": None,
    }  # fmt: skip
    fields: dict[str, Json] = {}
    body: dict[str, Json] = {"fields": fields}
    while len(canonical(inner | {"body": body})) < SIZE:
        fields[f"category.field_{len(fields)}"] = "".join(chance.choices(LETTERS, k=chance.randint(8, 200)))
    return inner | {"body": body}
