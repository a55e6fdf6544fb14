"""The published forms of what is said in a thread, compiled once; what was said by telephone or on paper before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from jsonschema_rs import Draft202012Validator

from ieumgil.ground.exchange.rules import time_text
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.outcome import DeniedError

_DATA = files("ieumgil.referral") / "data"
RECORDED_WITHIN: Final = timedelta(days=30)  # as long as an enquiry is kept


class How(StrEnum):
    """How something was said before it was written down here."""

    TELEPHONE = "telephone"
    FAX = "fax"
    LETTER = "letter"
    IN_PERSON = "in-person"


class SpokenWith(StrEnum):
    """Whom it was said to: a role, never a name."""

    DUTY = "duty"
    CASE_WORKER = "case-worker"
    HEAD = "head"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Spoken:
    """That a message was said before, outside this program, and is recorded afterwards; `at` carries its zone."""

    how: How
    at: datetime
    to: SpokenWith | None = None


def spoken_part(spoken: Spoken | None, now: datetime) -> dict[str, Json]:
    """Give the part of a content that says so; nothing for what is said now.

    Raises DeniedError: spoken-in-future, spoken-too-long-ago (over 30 days).
    """
    if spoken is None:
        return {}
    at = spoken.at.replace(microsecond=0)
    if at > now:
        raise DeniedError("spoken-in-future")
    if at < now - RECORDED_WITHIN:
        raise DeniedError("spoken-too-long-ago")
    said: dict[str, Json] = {"how": spoken.how.value, "at": time_text(at)}
    return {"spoken": said | ({"with": spoken.to.value} if spoken.to else {})}


def spoken_in(content: Mapping[str, Json]) -> Spoken | None:
    """Give how and when a content was said before; None for what was said only here."""
    said = content.get("spoken")
    if not isinstance(said, dict):
        return None
    to = said.get("with")
    at = datetime.fromisoformat(str(said["at"]))
    return Spoken(How(str(said["how"])), at, SpokenWith(str(to)) if to else None)


def is_spoken_in_time(content: Mapping[str, Json], sent_at: datetime) -> bool:
    """Say whether what was said before lies before the message that records it, and not longer ago than may be."""
    spoken = spoken_in(content)
    return spoken is None or sent_at - RECORDED_WITHIN <= spoken.at <= sent_at


def fits(form: str, body: object) -> bool:
    """Say whether a body has the form `message`, `watch` or `settlement` (data/*.schema.json), and nothing more."""
    return _validator(form).is_valid(body)


@cache
def _validator(form: str) -> Draft202012Validator:
    schema = json.loads((_DATA / f"{form}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, offline=True)
