"""The published vectors still open, with the house's code and with a reading of the page alone."""

import base64
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from ieumgil.ground.exchange import cards, forms, keys, roll, rules, seal, voice
from ieumgil.ground.exchange.arrival import examine
from ieumgil.kernel.canonical import Json

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = ROOT / "docs" / "protocol"
BUNDLES: dict[str, Any] = json.loads((PROTOCOL / "vectors" / "bundles.json").read_text(encoding="utf-8"))
CARDS: dict[str, Any] = json.loads((PROTOCOL / "vectors" / "cards.json").read_text(encoding="utf-8"))
NAMES = {1: "old-shelter", 2: "lake-shelter"}


def named(vector: dict[str, Any]) -> str:
    return f"{vector['name']}, suite {vector['suite']}"


def house_roll() -> roll.Roll:
    return roll.verify_roll(CARDS["rolls"][0], coordinator_root=base64.b64decode(CARDS["coordinator_root"]))


def take(vector: dict[str, Any]) -> seal.Inner:
    suite, slug = rules.Suite(vector["suite"]), NAMES[vector["suite"]]
    raw = keys.from_text(BUNDLES["keys"][slug]["seal_private"][str(vector["suite"])])
    listed = house_roll()
    own = next(card for card in listed.cards.values() if card.slug == slug)
    return examine(
        base64.b64decode(vector["bundle"]),
        private_key=keys.SealPrivateKey(suite, raw),
        own_cards=[own],
        roll=listed,
        now=rules.parse_time(BUNDLES["now"]),
    ).inner


@pytest.mark.parametrize("vector", BUNDLES["opens"], ids=named)
def test_a_published_bundle_opens(vector: dict[str, Any]) -> None:
    inner = take(vector)
    assert inner == vector["inner"]
    assert seal.inner_hash(inner) == vector["inner_hash"]
    assert seal.body_hash(inner["body"]) == vector["body_hash"]


@pytest.mark.parametrize("vector", BUNDLES["refused"], ids=named)
def test_a_published_fault_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    with pytest.raises(rules.RefusedBundleError) as refusal:
        take(vector)
    assert refusal.value.reason == vector["reason"]


def open_by_the_page(vector: dict[str, Any]) -> dict[str, Json]:
    """Open a bundle as docs/protocol/bundle.md says, with nothing of the house."""
    bundle = base64.b64decode(vector["bundle"])
    magic, suite, key_id, size = struct.unpack(">4sB16sH", bundle[:23])
    held = BUNDLES["keys"][NAMES[suite]]
    private = base64.b64decode(held["seal_private"][str(suite)])
    both = hashlib.shake_256(private).digest(96)
    x25519 = X25519PrivateKey.from_private_bytes(private if suite == 1 else both[64:])
    raw, key, kem = x25519.public_key().public_bytes_raw(), x25519, KEM.X25519
    if suite == 2:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(both[:64])
        raw = mlkem.public_key().public_bytes_raw() + raw
        key, kem = MLKEM768X25519PrivateKey(mlkem, x25519), KEM.MLKEM768_X25519  # type: ignore[assignment]
    assert (magic, key_id) == (b"NRM1", hashlib.sha256(raw).digest()[:16])
    info = b"nrm-bundle-v1" + bundle[:23] + bytes.fromhex(held["agency"].replace("-", ""))
    plain = Suite(kem, KDF.HKDF_SHA256, AEAD.AES_256_GCM).decrypt(bundle[23:], key, info=info)
    length = int.from_bytes(plain[:4], "big")
    assert len(plain) == size * 1024
    assert not any(plain[4 + length :])
    signature, data = plain[4:68], plain[68 : 4 + length]
    sender = Ed25519PrivateKey.from_private_bytes(
        base64.b64decode(BUNDLES["keys"]["hill-police"]["sign_private"])
    )
    sender.public_key().verify(signature, b"nrm-signed-v1\0" + data)
    inner: dict[str, Json] = json.loads(data)
    assert rfc8785.dumps(inner) == data
    return inner


@pytest.mark.parametrize("vector", BUNDLES["opens"], ids=named)
def test_a_reader_of_the_page_alone_opens_the_same(vector: dict[str, Any]) -> None:
    assert open_by_the_page(vector) == vector["inner"]


def test_published_cards_and_rolls_are_still_believed() -> None:
    assert cards.verify_card(CARDS["card"]).slug == "hill-police"
    first, second = CARDS["rolls"]
    root = base64.b64decode(CARDS["coordinator_root"])
    assert roll.verify_roll(second, coordinator_root=root, previous=first).version == 2
    assert [roll.roll_hash(each) for each in CARDS["rolls"]] == CARDS["roll_hashes"]
    for language in ("en", "ko"):
        assert " ".join(voice.fingerprint(root, language)) == CARDS["fingerprint"][language]
    for refused in CARDS["refused_cards"]:
        with pytest.raises(cards.RefusedCardError, match=refused["fault"]):
            cards.verify_card(refused["card"])


@pytest.mark.parametrize("form", list(forms.Form))
def test_the_published_schemas_are_those_in_use(form: forms.Form) -> None:
    published = (PROTOCOL / "schema" / f"{form}.json").read_bytes()
    assert published == (ROOT / "ieumgil/ground/exchange/data/schema" / f"{form}.json").read_bytes()


def test_every_reason_and_every_fault_stands_on_its_page() -> None:
    pages = {name: (PROTOCOL / name).read_text(encoding="utf-8") for name in ("bundle.md", "cards.md")}
    for reason in rules.RefusalReason:
        assert f"`{reason}`" in pages["bundle.md"]
    for fault in cards.CardFault:
        assert f"`{fault}`" in pages["cards.md"]
