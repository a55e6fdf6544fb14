"""The rooms in the order of a person's way, from the ground up: whoever reads the code begins at the first line."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of this package and what happens there."""

    name: str
    line: str


JOURNEY: Final[tuple[Room, ...]] = (
    Room("kernel", "pure words shared by all: ids, purpose, outcome, permissions, actor facts"),
    Room(
        "ground", "who works here, the ledger, keys, bundles, papers, notices; knows nothing of trafficking"
    ),
    Room("shell", "the frame of every page: elements, forms, languages, help, quick exit, sign-in"),
    Room("directory", "which agencies and services there are, and when they can take somebody"),
    Room("agreements", "legal bases, information-sharing agreements, purposes, categories, country profiles"),
    Room("casefile", "the bare case: pseudonymous id, holder, stage, team; identity sealed beside it"),
    Room("consent", "what the person allows: by purpose, recipient and category; withdrawal and expiry"),
    Room("identification", "first questions, indicators and a reviewer's reading of them"),
    Room("referral", "two agencies, one thread: packets, answers, due times, escalation"),
    Room("assistance", "services that begin and end"),
    Room("site", "settings, root addresses, home pages, the command line: where a node is put together"),
)
GROUND: Final[tuple[Room, ...]] = (
    Room("words", "glossary and languages"),
    Room("accounts", "agencies, workers, roles"),
    Room("access", "closed by default: the open list, and who a request acts as"),
    Room("audit", "a Merkle ledger of what was done, read and refused"),
    Room("joining", "who comes in and goes: invitations, second factors, sessions, on the record"),
    Room("vault", "encryption at rest, a key for each case, erasure by destroying keys"),
    Room("exchange", "agency cards, sealed bundles, outbox and receipts; carries bytes for any room"),
    Room("documents", "papers to take along: tagged PDF from HTML, in every script, asking nobody"),
    Room("post", "notices without content, and a phone that rings until somebody answers"),
)
