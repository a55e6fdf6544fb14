"""The published messages still hold, with the house's code and with a reading of the page alone."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema_rs import Draft202012Validator

from ieumgil.ground.exchange import queries as exchange
from ieumgil.ground.exchange.received import Received
from ieumgil.kernel.canonical import canonical
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import DeniedError
from ieumgil.referral.actions import receive
from ieumgil.referral.headers import content_hash, header_id, read_header
from ieumgil.referral.rules import Kind, Verdict, admit, fold

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = ROOT / "docs" / "protocol"
VECTORS: dict[str, Any] = json.loads((PROTOCOL / "vectors" / "message.json").read_text(encoding="utf-8"))
SCHEMAS = {
    name: json.loads((PROTOCOL / "schema" / f"{name}.json").read_text("utf-8"))
    for name in ("message", "watch", "settlement", "counts")
}
PUBLIC = {v["body"]["header"]["from"]: v["sign_public"] for v in VECTORS["messages"]}


def named(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def signed_by(agency: AgencyId, data: bytes, signature: str, _at: object) -> bool:
    """Stand in for the roll: each agency has the one key of the vectors."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC[str(agency)]))
    try:
        key.verify(base64.b64decode(signature), data)
    except InvalidSignature:
        return False
    return True


def taken_by_the_house(body: dict[str, Any]) -> str:
    header = body["header"]
    ident = header_id(canonical(header))
    came = Received(AgencyId(UUID(header["to"])), AgencyId(UUID(header["from"])), ident, "thread", dict(body))
    try:
        receive._read(came)
    except DeniedError as refusal:
        return refusal.code
    return "taken"


def taken_by_the_page(body: dict[str, Any]) -> str:
    """Take a message as docs/protocol/message.md says, with nothing of the house."""
    if not Draft202012Validator(SCHEMAS["message"]).is_valid(body):
        return "bad-form"
    header, envelope = body["header"], body["envelope"]
    if not signed_by(
        header["from"], b"ieumgil-message-v1\n" + rfc8785.dumps(header), body["signature"], None
    ):
        return "bad-signature"
    if envelope is None:
        return "taken" if header["content_hash"] is None and not header["packet"] else "packet-mismatch"
    salted = bytes.fromhex(envelope["salt"]) + rfc8785.dumps(envelope["content"])
    if hashlib.sha256(salted).hexdigest() != header["content_hash"]:
        return "packet-mismatch"
    brings = envelope["content"].get("packet") is not None
    return "taken" if brings is header["packet"] else "packet-mismatch"


@pytest.fixture(autouse=True)
def the_keys_of_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "signed_by", signed_by)


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=named)
def test_a_published_message_is_made_step_by_step_as_it_says(vector: dict[str, Any]) -> None:
    body, salt = vector["body"], vector["salt"]
    header, content = body["header"], body["envelope"]["content"]
    assert canonical(content).decode() == rfc8785.dumps(content).decode() == vector["canonical_content"]
    assert content_hash(salt, content) == vector["content_hash"] == header["content_hash"]
    assert canonical(header).decode() == rfc8785.dumps(header).decode() == vector["canonical_header"]
    assert header_id(canonical(header)) == vector["id"] == read_header(header).message().id
    assert read_header(header).signed_bytes().hex() == vector["signed_hex"]


@pytest.mark.parametrize("taken_by", [taken_by_the_house, taken_by_the_page])
@pytest.mark.parametrize("vector", VECTORS["messages"], ids=named)
def test_a_published_message_is_taken(vector: dict[str, Any], taken_by: Any) -> None:  # noqa: ANN401
    assert taken_by(vector["body"]) == "taken"


@pytest.mark.parametrize("taken_by", [taken_by_the_house, taken_by_the_page])
@pytest.mark.parametrize("vector", VECTORS["refused"], ids=named)
def test_a_published_fault_is_refused_for_its_reason(vector: dict[str, Any], taken_by: Any) -> None:  # noqa: ANN401
    assert taken_by(vector["body"]) == vector["reason"]


def test_the_published_messages_are_the_beginning_of_one_thread() -> None:
    enquiry, offer = (read_header(v["body"]["header"]).message() for v in VECTORS["messages"])
    assert admit([], enquiry) == admit([enquiry], offer) == Verdict.ADMITTED
    assert admit([], offer) is Verdict.WAITING
    assert fold([offer, enquiry]).state == "OFFERED"


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_the_published_schemas_are_those_in_use(name: str) -> None:
    in_use = ROOT / "ieumgil" / "referral" / "data" / f"{name}.schema.json"
    assert (PROTOCOL / "schema" / f"{name}.json").read_bytes() == in_use.read_bytes()


def test_every_kind_of_message_has_its_form_on_the_page() -> None:
    page = (PROTOCOL / "message.md").read_text(encoding="utf-8")
    assert set(SCHEMAS["message"]["$defs"]) == set(Kind)
    for kind, form in SCHEMAS["message"]["$defs"].items():
        assert f"`{kind}`" in page
        assert all(f"`{member}`" in page for member in form["properties"])
