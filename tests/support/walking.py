"""Walk to every address that resolves, as everybody, with every method, for things of one's own and of others."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OWN, OTHER, ERASED, ABSENT = WHOSE = ("own", "other", "erased", "absent")
MIXED: Final = "mixed"  # the first thing named is one's own, the rest another's
# The referrer still owes the end of a thread whose case was erased: it holds codes, and nothing of anybody.
LIVES_ON: Final = frozenset(
    {(ERASED, "threads/<uuid:thread>/recall/"), (ERASED, "threads/<uuid:thread>/close/")}
)
PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
KEYS: Final = re.compile(rb'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"')
# Differs from answer to answer without telling anything: who asks, not about what.
PUBLIC: Final = frozenset(
    {"agency", "handle", "name", "token"}
)  # nobody's: known to all, or guessed by nobody
NOT_COMPARED: Final = frozenset({"set-cookie", "content-length", "date"})


@dataclass(frozen=True)
class Probe:
    """One request: as whom, how, whither, about whose thing."""

    who: str
    method: str
    route: str
    whose: str
    path: str

    def __str__(self) -> str:
        """Name it as a finding does."""
        return f"{self.who} {self.method} {self.route} ({self.whose})"


Things = Mapping[
    str, Mapping[str, object]
]  # by parameter of an address: one's own, another's, an erased one, an absent one


def paths(routes: Iterable[tuple[str, str, URLPattern]], things: Things) -> Iterator[tuple[str, str, str]]:
    """Give (route, whose, path) for every address, filled with things of each kind; KeyError for a parameter nobody knows."""
    for route, _name, _pattern in routes:
        named = PARAMETER.findall(route)
        owned = [name for name in named if name not in PUBLIC]
        for whose in (*WHOSE, *((MIXED,) if len(owned) > 1 else ())) if named else (OWN,):
            yield route, whose, f"/{_filled(route, things, whose, named)}"


def _filled(route: str, things: Things, whose: str, named: list[str]) -> str:
    kinds = dict.fromkeys(named, whose)
    if whose == MIXED:
        kinds = dict.fromkeys(named, OTHER) | {named[0]: OWN}
    return PARAMETER.sub(lambda found: str(things[found[1]][kinds[found[1]]]), route).strip("^$?")


def probe(client: Client, method: str, path: str) -> HttpResponse:
    """Ask once; a POST carries no words, for nothing may be learnt even so."""
    answer: Any = client.generic(method, path, data="", content_type="application/x-www-form-urlencoded")
    return answer  # type: ignore[no-any-return]


def shape(answer: HttpResponse, path: str) -> tuple[object, ...]:
    """Give what can be told apart of an answer: status, headers, body; without what the asker sent, and the form's own key."""
    headers = sorted(
        (name.lower(), value.replace(path, "/"))
        for name, value in answer.items()
        if name.lower() not in NOT_COMPARED
    )
    said = KEYS.sub(
        b"", body(answer).replace(path.encode(), b"/").replace(quote(path, safe="").encode(), b"/")
    )
    return answer.status_code, tuple(headers), said


def body(answer: HttpResponse) -> bytes:
    """Give the body, also of an answer that streams."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def leaks(
    asked: Probe,
    answer: HttpResponse,
    *,
    absent: Callable[[str], tuple[HttpResponse, str]],
    markers: Mapping[str, bytes],
    may_see: bool,
) -> Iterator[str]:
    """Say what an answer gives away: a marker that is not for these eyes, or that a hidden thing differs from an absent one.

    `markers`: by whose they are; `may_see`: whether this worker's own things may show their markers.
    """
    said = body(answer) + repr(sorted(answer.items())).encode()
    for whose, marker in markers.items():
        if marker in said and not (whose == asked.whose == OWN and may_see):
            yield f"{asked}: shows what is {whose}"
    if answer.status_code >= 500 and answer.status_code != 503:
        yield f"{asked}: {answer.status_code}"
    if asked.whose in {OTHER, ERASED, MIXED} and (asked.whose, asked.route) not in LIVES_ON:
        none, path = absent(asked.route)
        if asked.path != path and shape(answer, asked.path) != shape(none, path):
            yield f"{asked}: {answer.status_code} differs from what is absent"
