"""Pure rules of a case: its stages and its code, the name a person gives, what is known of a birth date."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ieumgil.kernel.age import completed_years
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import FieldPath
from ieumgil.kernel.outcome import Allow, Deny, Outcome


class Stage(StrEnum):
    """Where a person is on the way."""

    IDENTIFICATION = "identification"
    ASSISTANCE = "assistance"
    RETURN = "return"
    REINTEGRATION = "reintegration"
    CLOSED = "closed"


_S = Stage
NEXT_STAGES: Final[Mapping[Stage, frozenset[Stage]]] = {
    _S.IDENTIFICATION: frozenset({_S.ASSISTANCE, _S.RETURN, _S.CLOSED}),
    # New signs may call for a second identification while help goes on.
    _S.ASSISTANCE: frozenset({_S.IDENTIFICATION, _S.RETURN, _S.REINTEGRATION, _S.CLOSED}),
    _S.RETURN: frozenset({_S.ASSISTANCE, _S.REINTEGRATION, _S.CLOSED}),
    _S.REINTEGRATION: frozenset({_S.ASSISTANCE, _S.RETURN, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.IDENTIFICATION, _S.ASSISTANCE, _S.REINTEGRATION}),
}


def move(stage: Stage, to: Stage) -> Outcome:
    """Say whether a case may move from one stage to another; Deny("no-such-move") otherwise.

    A closed case may open again: people come back.
    """
    return Allow() if to in NEXT_STAGES[stage] else Deny("no-such-move")


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as 1 and 0


def case_code(letter: int, digit: int, number: int, width: int = 3) -> str:
    """Give a short neutral code such as "K7-204" from random parts; it tells neither order nor day nor person."""
    return f"{_LETTERS[letter % len(_LETTERS)]}{digit % 10}-{number % 10**width:0{width}}"


class NotAnIdentityError(ValueError):
    """What was entered is not a name, a date or a country as kept here; `code` says why, never what was entered."""

    def __init__(self, code: str) -> None:
        """Keep the reason's code."""
        super().__init__(code)
        self.code = code


class Script(StrEnum):
    """The script a form of a name is written in (codes of ISO 15924)."""

    ARABIC = "Arab"
    BENGALI = "Beng"
    CYRILLIC = "Cyrl"
    DEVANAGARI = "Deva"
    GEORGIAN = "Geor"
    HAN = "Hani"
    HANGUL = "Hang"
    JAPANESE = "Jpan"
    KHMER = "Khmr"
    LAO = "Laoo"
    LATIN = "Latn"
    MONGOLIAN = "Mong"
    MYANMAR = "Mymr"
    SINHALA = "Sinh"
    TAMIL = "Taml"
    THAI = "Thai"
    ANOTHER = "Zyyy"


MAX_NAME = 200
# Written in place of a name that is not known; stored, they would make strangers look alike (compare NameNotKnown).
FILLERS: Final = frozenset({
    "anonymous", "na", "name unknown", "no name", "noname", "none", "not known", "null", "unknown", "xxx",
    "모름", "미상", "불명", "불상", "성명미상", "성명불상", "없음", "이름 모름", "이름 없음", "이름모름", "이름없음", "해당없음",
})  # fmt: skip
_JOINERS = "\u200c\u200d"  # some scripts cannot be written without them


@dataclass(frozen=True, slots=True)
class NameForm:
    """The name in another script or spelling; `text` is a whole name. Raises NotAnIdentityError as PersonName does."""

    script: Script
    text: str

    def __post_init__(self) -> None:
        """Keep the text without blanks around it."""
        object.__setattr__(self, "text", _whole_name(self.text))


@dataclass(frozen=True, slots=True)
class PersonName:
    """The whole name as the person gives it, in its own order, with the forms it has in other scripts.

    One name is a whole name. Raises NotAnIdentityError: "name-empty", "name-filler", "name-too-long", "name-unprintable".
    """

    as_given: str
    forms: tuple[NameForm, ...] = ()

    def __post_init__(self) -> None:
        """Keep the text without blanks around it."""
        object.__setattr__(self, "as_given", _whole_name(self.as_given))


@dataclass(frozen=True, slots=True, eq=False)
class NameNotKnown:
    """The state of a name nobody knows yet; no two such persons are equal."""


Name = PersonName | NameNotKnown


def names_of(name: Name) -> tuple[str, ...]:
    """Give every whole name a person may be found by; none where the name is not known."""
    if isinstance(name, NameNotKnown):
        return ()
    return tuple(dict.fromkeys((name.as_given, *(form.text for form in name.forms))))


@dataclass(frozen=True, slots=True)
class AgeRange:
    """The completed years a person has on a day: from the least to the most that what is known allows."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Birth:
    """What is known of a birth date: the day, the month, the year, or nothing.

    `age_said` keeps the person's words with their way of counting ("19 by Korean counting"); no rule reads it.
    Raises NotAnIdentityError("birth-impossible").
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    age_said: str | None = None

    def __post_init__(self) -> None:
        """Refuse a day without its month, a month without its year, and days that do not exist."""
        known = [part for part in (self.year, self.month, self.day) if part is not None]
        parts = [self.year, self.month, self.day][: len(known)]
        if parts != known or not _exists(known):
            raise NotAnIdentityError("birth-impossible")

    @property
    def exact(self) -> date | None:
        """The birth date if the day is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def ages_on(self, on: date) -> AgeRange | None:
        """Give the age in completed years on a day, as narrow as is known; None if the year is not known.

        Raises ValueError if the day lies before every possible birth.
        """
        if self.year is None:
            return None
        first = date(self.year, self.month or 1, self.day or 1)
        month = self.month or 12
        last = date(self.year, month, self.day or monthrange(self.year, month)[1])
        return AgeRange(completed_years(max(first, min(last, on)), on), completed_years(first, on))


class Sex(StrEnum):
    """As the person says."""

    FEMALE = "female"
    MALE = "male"
    ANOTHER = "another"


STATELESS = "stateless"
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is, as far as it is known.

    `nationality` holds ISO 3166-1 alpha-2 codes or "stateless"; empty is not known, several are several.
    Raises NotAnIdentityError("country-unknown-form").
    """

    name: Name
    birth: Birth = Birth()
    sex: Sex | None = None
    nationality: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not a country code."""
        if not all(code == STATELESS or _COUNTRY.fullmatch(code) for code in self.nationality):
            raise NotAnIdentityError("country-unknown-form")


def _whole_name(text: str) -> str:
    name = text.strip()
    if not any(unicodedata.category(sign).startswith("L") for sign in name):
        raise NotAnIdentityError("name-empty")
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} and sign not in _JOINERS for sign in name):
        raise NotAnIdentityError("name-unprintable")
    if len(name) > MAX_NAME:
        raise NotAnIdentityError("name-too-long")
    if _bare(name) in FILLERS:
        raise NotAnIdentityError("name-filler")
    return name


def _bare(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().replace("/", "").strip("().-?[]<>").split())


def _exists(known: list[int]) -> bool:
    try:
        date(*(known + [1, 1])[:3]) if known else None
    except ValueError:
        return False
    return True
