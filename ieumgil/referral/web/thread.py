"""A thread as a conversation: whose turn it is and until when, what each side said, what may be done now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import get_language

from ieumgil.casefile.queries.about import kept_about
from ieumgil.ground.words.queries import word
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions.look_into import look_into
from ieumgil.referral.queries.work import Conversation, Turn, WorkItem, look
from ieumgil.referral.rules import BESIDE, Kind
from ieumgil.referral.web.fields import told
from ieumgil.shell.page import Signed, page, show

# What an enquiry asks, in the order in which it is read, and as which field of a packet it is told.
ASKED: Final = {
    "need": "needs.services",
    "region": "safety.regions_to_avoid",
    "avoid": "safety.regions_to_avoid",
    "languages": "needs.languages",
    "age_band": "",
    "sex": "identity.sex",
    "children_along": "",
    "pregnant": "",
    "urgent_medical": "",
    "accessibility": "needs.accessibility",
}
CODED: Final = {"age_band": "age-band", "pregnant": "yes-no", "urgent_medical": "yes-no"}
ASK_LATER: Final = "ask-later"
ROUTES: Final = {kind: f"referral:{kind.value.replace('-', '_')}" for kind in Kind} | {
    Kind.REFER: "referral:packet",
    Kind.ERASED: "referral:erase",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn as it is shown; `small` for what stands beside the state."""

    turn: Turn
    own: bool
    who: AgencyId | UUID
    at: datetime
    small: bool
    said: Mapping[str, Any]
    asked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Something that may be said now, and where."""

    kind: Kind
    route: str


@page(verb="referral.read", right=Permission.REFERRAL_READ)
def thread(request: Signed, thread: UUID) -> HttpResponse:
    """Show a thread; to a page that asks whether it has moved on since (`seen`), only that."""
    if request.headers.get("HX-Request") == "true" and "seen" in request.GET:
        return _has_moved(request, look(request.actor, ThreadId(thread)))
    shown = look_into(request.actor, ThreadId(thread))
    context = {
        "item": shown.item,
        "turns": list(turns_of(request, shown)),
        "moves": shown.moves,
        "main": _moves([shown.moves.main] if shown.moves.main else []),
        "others": _moves(shown.moves.others),
        "apart": _moves(shown.moves.apart),
        "passings": shown.passings,
        "kept": kept_about(request.actor, str(thread)),
        "seen": mark(shown.item),
        "heads": quote(",".join(shown.item.heads), safe=","),
    }
    return show(request, "referral/thread.html", context)


def mark(item: WorkItem) -> str:
    """Give what changes whenever a thread has moved on, or was delivered; it stands in an address, so it says nothing."""
    seen = "|".join((*item.heads, str(item.frozen), str(item.undelivered)))
    return sha256(seen.encode()).hexdigest()[:16]


def turns_of(request: Signed, shown: Conversation) -> Iterator[Shown]:
    """Give the turns of a conversation as they are shown."""
    for turn in shown.turns:
        own = turn.author == shown.item.side
        said = dict(turn.said or {})
        asked = tuple(_asked(said)) if turn.kind == Kind.ENQUIRY else ()
        yield Shown(
            turn,
            own,
            request.actor.agency if own else shown.item.peer,
            datetime.fromisoformat(turn.sent_at),
            turn.kind in BESIDE,
            _read(said),
            asked,
        )


def _has_moved(request: Signed, item: WorkItem) -> HttpResponse:
    if request.GET["seen"] == mark(item):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return show(request, "referral/_poll.html", {"item": item})


def _moves(kinds: Iterable[Kind]) -> list[Move]:
    return [Move(kind, ROUTES[kind]) for kind in kinds]


def _read(said: Mapping[str, Json]) -> dict[str, Any]:
    """Give what was said with its moments as moments."""
    moments: dict[str, Any] = {
        name: datetime.fromisoformat(str(said[name])) for name in ("place_until", "at") if name in said
    }
    spoken = said.get("spoken")
    if isinstance(spoken, dict):
        moments["spoken"] = {**spoken, "at": datetime.fromisoformat(str(spoken["at"]))}
    return {**said, **moments}


def _asked(said: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    language = get_language() or "en"
    for name, field in ASKED.items():
        value = said.get(name)
        if value in (None, [], "", 0) or (name == "urgent_medical" and value == "no"):
            continue
        yield word(f"asked.{name}", language), _answer(name, field, value, language)


def _answer(name: str, field: str, value: Json, language: str) -> str:
    if ASK_LATER in (value if isinstance(value, list) else [value]):
        return word(f"asked.{ASK_LATER}", language)
    if name in CODED:
        return word(f"{CODED[name]}.{value}", language) or str(value)
    return told(field, value)


paths = [path("threads/<uuid:thread>/", thread, name="thread")]
