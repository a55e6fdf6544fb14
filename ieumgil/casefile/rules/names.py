"""The name of a person as the person gives it; a name that is not known is a state and never a text."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ieumgil.casefile.rules.refused import NotAnIdentityError


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
# Written in place of a name that is not known; once stored they make strangers look alike.
FILLERS: Final = frozenset({
    "anonymous", "n/a", "name not known", "name unknown", "no name", "noname", "none", "not known", "null",
    "unknown", "xxx", "모름", "미상", "불명", "불상", "성명 미상", "성명 불상", "성명미상", "성명불상", "없음",
    "이름 모름", "이름 없음", "이름모름", "이름없음",
})  # fmt: skip
_JOINERS = "\u200c\u200d"  # some scripts cannot be written without them


@dataclass(frozen=True, slots=True)
class NameForm:
    """The whole name in another script or spelling; refused for the same reasons as PersonName."""

    script: Script
    text: str

    def __post_init__(self) -> None:
        """Keep the text without blanks around it."""
        object.__setattr__(self, "text", _whole_name(self.text))


@dataclass(frozen=True, slots=True)
class PersonName:
    """The whole name as the person gives it, in its own order, with the forms it has in other scripts.

    One name is a whole name. Raises NotAnIdentityError with the code "name-empty", "name-filler", "name-too-long"
    or "name-unprintable".
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


def _whole_name(text: str) -> str:
    name = "".join(sign for sign in text if unicodedata.category(sign) != "Cf" or sign in _JOINERS).strip()
    kinds = {unicodedata.category(sign) for sign in name}
    if kinds & {"Cc", "Cs", "Zl", "Zp"}:
        raise NotAnIdentityError("name-unprintable")
    if not any(kind.startswith("L") for kind in kinds):
        raise NotAnIdentityError("name-empty")
    if len(name) > MAX_NAME:
        raise NotAnIdentityError("name-too-long")
    if _bare(name) in FILLERS:
        raise NotAnIdentityError("name-filler")
    return name


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold().strip(" ().-?[]<>")
    return " ".join(plain.split())
