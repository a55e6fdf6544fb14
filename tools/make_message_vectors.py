"""Write docs/protocol/vectors/message.json: an enquiry with fixed keys; run `python -m tools.make_message_vectors`.

Keys and agencies are those of bundles.json and cards.json; every byte is the same in every run.
"""

import json
from hashlib import sha256
from typing import Final
from uuid import UUID

from ieumgil.ground.exchange.keys import sign_key, to_text
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.headers import DOMAIN, BasisRef, Header, content_hash, header_id
from ieumgil.referral.words import Kind, Side
from tools.make_vectors import FOLDER, RECEIVER, SENDER, agency, public, secret

THREAD: Final = ThreadId(UUID(bytes=secret("thread", "id")[:16], version=4))
SALTS: Final = {kind: sha256(f"Ieumgil test vector: salt {kind}".encode()).hexdigest()[:32] for kind in Kind}
ENQUIRY: Final[dict[str, Json]] = {
    "need": "shelter",
    "region": "bada",
    "avoid": ["haneul"],
    "languages": ["vi"],
    "age_band": "25-34",
    "sex": "female",
    "children_along": 1,
    "pregnant": "ask-later",
    "urgent_medical": "no",
    "accessibility": [],
}
OFFER: Final[dict[str, Json]] = {"place_until": "2026-11-25T21:00:00Z"}


def enquiry() -> Header:
    """Give the header of the message that opens the thread."""
    return Header(
        thread=THREAD,
        sender=agency(SENDER),
        receiver=agency(RECEIVER),
        side=Side.F,
        seq=1,
        prev=None,
        seen=(),
        kind=Kind.ENQUIRY,
        sent_at="2026-11-25T09:00:00Z",
        due="2026-11-25T11:00:00Z",
        urgency="emergency",
        basis=BasisRef("joining", "joining", 1),
        content_hash=content_hash(SALTS[Kind.ENQUIRY], ENQUIRY),
        packet=False,
    )


def offer(seen: str) -> Header:
    """Give the header of the receiver's answer, which has seen the enquiry."""
    return Header(
        thread=THREAD,
        sender=agency(RECEIVER),
        receiver=agency(SENDER),
        side=Side.R,
        seq=1,
        prev=None,
        seen=(seen,),
        kind=Kind.CAN_TAKE,
        sent_at="2026-11-25T09:20:00Z",
        due="2026-11-25T11:20:00Z",
        urgency="emergency",
        basis=BasisRef("joining", "joining", 1),
        content_hash=content_hash(SALTS[Kind.CAN_TAKE], OFFER),
        packet=False,
    )


def step_by_step(header: Header, content: dict[str, Json], slug: str) -> dict[str, Json]:
    """Write down one message with everything on the way to it."""
    salt = SALTS[header.kind]
    data = canonical(header.body())
    signature = to_text(sign_key(secret(slug, "sign")).sign(header.signed_bytes()))
    envelope: dict[str, Json] = {"salt": salt, "content": content}
    return {
        "name": f"{header.kind} of {slug}",
        "salt": salt,
        "canonical_content": canonical(content).decode(),
        "content_hash": content_hash(salt, content),
        "canonical_header": data.decode(),
        "id": header_id(data),
        "signed_hex": (DOMAIN + data).hex(),
        "sign_public": to_text(public(slug, "sign")),
        "signature": signature,
        "body": {"header": header.body(), "signature": signature, "envelope": envelope},
    }


def refused(right: Json) -> list[Json]:
    """Write down bodies that a receiver refuses when it looks at nothing but the body and the sender's key."""
    text = json.dumps(right)
    body = json.loads(text)
    named = json.loads(text)
    named["envelope"]["content"]["name"] = "지어낸 이름"
    later = json.loads(text)
    later["header"]["due"] = "2026-11-26T11:00:00Z"
    other = json.loads(text)
    other["envelope"]["content"]["region"] = "sup"
    claims = json.loads(text)
    claims["header"]["packet"] = True
    claims["signature"] = to_text(sign_key(secret(SENDER, "sign")).sign(DOMAIN + canonical(claims["header"])))
    body["envelope"] = None
    return [
        {"name": "a member too many in what is asked", "reason": "bad-form", "body": named},
        {"name": "a header changed after signing", "reason": "bad-signature", "body": later},
        {"name": "other content than was signed", "reason": "packet-mismatch", "body": other},
        {"name": "no content where the header names one", "reason": "packet-mismatch", "body": body},
        {"name": "a packet claimed and none there", "reason": "packet-mismatch", "body": claims},
    ]


def messages() -> dict[str, Json]:
    """Give all of message.json."""
    first = step_by_step(enquiry(), ENQUIRY, SENDER)
    second = step_by_step(offer(str(first["id"])), OFFER, RECEIVER)
    return {
        "about": "Keys are those of bundles.json, known to all. A `body` is the body of a bundle of kind thread.",
        "messages": [first, second],
        "refused": refused(first["body"]),
    }


if __name__ == "__main__":
    path = FOLDER / "message.json"
    path.write_text(json.dumps(messages(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(path.name)
