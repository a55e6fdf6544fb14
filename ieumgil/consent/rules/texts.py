"""What a person is told before they agree, in one language: numbered passages, and the words for what they choose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from ieumgil.consent.rules.grants import Grant
from ieumgil.kernel.ids import AgencyId

REVIEW: Final = "needs-native-review"
PLACEHOLDER: Final = re.compile(r"\{agency\}|\{until\}")
BLANK: Final = "………………"
HEAD: Final = ("language", "name", "direction", "status", "check", "version")
LISTS: Final = ("parts", "categories", "purposes", "feedback", "answers", "how", "form", "by_whom", "paper")


@dataclass(frozen=True, slots=True)
class Passage:
    """A few short sentences, the same number and code in every language; `asks` is a question to be answered."""

    number: int
    code: str
    part: str
    text: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """All that is told in one language; `status` says who has looked at the wording so far.

    Parts, in order: opening, enquiry (leave to ask without a name), consent, refusal, withdrawal, rights.
    """

    language: str
    name: str
    direction: str
    status: str
    check: str
    version: int
    passages: tuple[Passage, ...]
    parts: Mapping[str, str]
    categories: Mapping[str, str]
    purposes: Mapping[str, str]
    feedback: Mapping[str, str]
    answers: Mapping[str, str]
    how: Mapping[str, str]
    form: Mapping[str, str]
    by_whom: Mapping[str, str]
    paper: Mapping[str, str]

    @property
    def needs_review(self) -> bool:
        """Say whether no native speaker has looked at it yet, which the person is told."""
        return self.status == REVIEW

    def told(self, *parts: str, agency: str = "", until: str = "") -> tuple[Passage, ...]:
        """Give the passages of these parts (all if none is named) for one agency and a last day; a line where it is open."""
        return tuple(
            replace(passage, text=_filled(passage.text, agency or BLANK, until or BLANK))
            for passage in self.passages
            if not parts or passage.part in parts
        )


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What stands on a form: the case's reference and never a name, who asks, who gets it, and the consent if it was given."""

    reference: str
    agency: AgencyId
    recipients: tuple[AgencyId, ...]
    grant: Grant | None


def text_from(body: Mapping[str, Any]) -> Text:
    """Read a text that fits `data/texts.schema.json`."""
    passages = tuple(
        Passage(row["number"], row["code"], row["part"], row["text"], row.get("asks", False))
        for row in body["passages"]
    )
    rest: dict[str, Any] = {name: body[name] for name in HEAD}
    rest |= {name: MappingProxyType(dict(body[name])) for name in LISTS}
    return Text(passages=passages, **rest)


def _filled(text: str, agency: str, until: str) -> str:
    # One pass, so that a name that looks like a placeholder stays a name.
    words = {"{agency}": agency, "{until}": until}
    return PLACEHOLDER.sub(lambda found: words[found.group()], text)
