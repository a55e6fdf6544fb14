"""The questions of a first contact and the answers they can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_QUESTIONS = 12


class UnknownCodeError(ValueError):
    """A code stands in no catalogue of this room."""

    code = "unknown-code"


class BadCatalogueError(ValueError):
    """A catalogue of this room is not as it must be; the message says where."""

    code = "bad-catalogue"


class Choice(StrEnum):
    """What a person can answer; a question left out has no answer at all."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    PREFER_NOT = "prefer-not"


class Element(StrEnum):
    """The three elements (Palermo Protocol, article 3(a)), and danger, which comes before them."""

    ACT = "act"
    MEANS = "means"
    PURPOSE = "purpose"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Question:
    """One question in two languages; `supports` are the codes that a yes may be a sign of."""

    code: str
    en: str
    ko: str
    sensitive: bool
    urgent: bool
    supports: tuple[str, ...]
    why_en: str = ""
    why_ko: str = ""

    def speaks_of(self, element: Element) -> bool:
        """Tell whether a yes can be a sign of the element."""
        return any(element_of(code) is element for code in self.supports)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions in the order they are asked, under one version; at most twelve, sensitive ones last."""

    version: str
    questions: tuple[Question, ...]

    def __post_init__(self) -> None:
        """Refuse a set that a first responder should not be given (BadCatalogueError)."""
        if len(self.questions) > MOST_QUESTIONS:
            raise BadCatalogueError("more than twelve questions")
        if len({question.code for question in self.questions}) != len(self.questions):
            raise BadCatalogueError("two questions have one code")
        sensitive = [question.sensitive for question in self.questions]
        if sensitive != sorted(sensitive):
            raise BadCatalogueError("a sensitive question does not stand last")
        for question in self.questions:
            _check(question)


def element_of(code: str) -> Element:
    """Give the element of a code such as "means.force"; raises UnknownCodeError for no such element."""
    try:
        return Element(code.partition(".")[0])
    except ValueError as error:
        raise UnknownCodeError(code) from error


def question_set(raw: Mapping[str, Any]) -> QuestionSet:
    """Build the set from the parsed `data/questions.json`; raises BadCatalogueError or UnknownCodeError."""
    questions = (Question(**{**item, "supports": tuple(item["supports"])}) for item in raw["questions"])
    return QuestionSet(str(raw["version"]), tuple(questions))


def _check(question: Question) -> None:
    reasons = (question.why_en, question.why_ko) if question.sensitive else ()
    if not all(text.strip() for text in (question.en, question.ko, *reasons)):
        raise BadCatalogueError(f"a text is missing: {question.code}")
    if not question.supports:
        raise BadCatalogueError(f"a yes would mean nothing: {question.code}")
    for code in question.supports:
        element_of(code)
