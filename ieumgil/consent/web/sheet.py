"""The form of consent as it stands on paper: the person's language first, the worker's beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from django.utils import timezone

from ieumgil.agreements import queries as agreed
from ieumgil.consent.rules import FormFacts, Grant, Passage, Text
from ieumgil.shell.agencies import agency_name_in

ONCE_GIVEN = ("consent", "refusal", "withdrawal", "rights")  # what came before was told before
SIGNING = (("sign-person", "sign-worker"), ("sign-interpreter", "sign-companion"))
NOT_OFFERED = {
    "statistics",
    "indicators",
}  # counts need no consent; raw answers only where a grant names them


@dataclass(frozen=True, slots=True)
class Item:
    """Something to choose, in both languages; marked if it was chosen."""

    said: str
    beside: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its passages, in both languages."""

    said: str
    beside: str
    rows: tuple[tuple[Passage, Passage], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the template needs: the two texts, the parts, and the lists of choices by their label's code."""

    text: Text
    beside: Text | None
    facts: FormFacts
    agency: tuple[str, str]
    parts: tuple[Part, ...]
    choices: tuple[tuple[str, str, tuple[Item, ...]], ...]
    answers: tuple[Item, ...]
    signatures: tuple[tuple[tuple[str, str], ...], ...]
    facts_known: tuple[tuple[str, str, str, str], ...]


def sheet_of(facts: FormFacts, text: Text, beside: Text) -> Sheet:
    """Put a form together, filled from the consent if there is one, in one or two languages."""
    grant = facts.grant
    return Sheet(
        text=text,
        beside=beside if beside.language != text.language else None,
        facts=facts,
        agency=(_agencies([facts.agency], text), _agencies([facts.agency], beside)),
        parts=tuple(_parts(facts, text, beside)),
        choices=tuple(_choices(grant, text, beside)),
        answers=tuple(_items("answers", text, beside, {"yes"} if grant else set())),
        signatures=tuple(tuple((text.paper[who], beside.paper[who]) for who in pair) for pair in SIGNING),
        facts_known=tuple(_known(facts, text, beside)),
    )


def _parts(facts: FormFacts, text: Text, beside: Text) -> Iterator[Part]:
    told = [
        side.told(agency=_agencies(facts.recipients, side), until=_until(facts.grant, side))
        for side in (text, beside)
    ]
    for code in text.parts:
        if facts.grant is None or code in ONCE_GIVEN:
            rows = tuple(pair for pair in zip(*told, strict=True) if pair[0].part == code)
            yield Part(text.parts[code], beside.parts[code], rows)


def _choices(grant: Grant | None, text: Text, beside: Text) -> Iterator[tuple[str, str, tuple[Item, ...]]]:
    named = {field.category for field in agreed.fields().values() if field.named_only}
    given: Mapping[str, Iterable[str]] = {
        "purposes": grant.purposes if grant else (),
        "categories": (grant.categories | grant.named_categories) - named if grant else (),
        "named": grant.named_categories & named if grant else (),
        "feedback": grant.feedback if grant else (),
    }
    lists: dict[str, set[str]] = {"categories": set(text.categories) - named, "named": set(named)}
    for code, chosen in given.items():
        of = "categories" if code == "named" else code
        only = lists.get(code, set(getattr(text, of)))
        yield text.paper[code], beside.paper[code], tuple(_items(of, text, beside, set(chosen), only))


def _items(
    of: str, text: Text, beside: Text, marked: set[str], only: set[str] | None = None
) -> Iterator[Item]:
    for code, words in getattr(text, of).items():
        if (only is None or code in only) and (code not in NOT_OFFERED or code in marked):
            yield Item(words, getattr(beside, of)[code], code in marked)


def _known(facts: FormFacts, text: Text, beside: Text) -> Iterator[tuple[str, str, str, str]]:
    grant = facts.grant
    rows: dict[str, tuple[str, str]] = {
        "recipients": (_agencies(facts.recipients, text), _agencies(facts.recipients, beside)),
        "until": (_until(grant, text), _until(grant, beside)),
    }
    if grant:
        rows["how"] = text.how[grant.how], beside.how[grant.how]
        rows["form"] = text.form[grant.form], beside.form[grant.form]
        rows["by-whom"] = text.by_whom[grant.by_whom], beside.by_whom[grant.by_whom]
        rows["date"] = _day(grant.given_at, text), _day(grant.given_at, beside)
    if grant and grant.withdrawn_at:
        rows["withdrawn"] = _day(grant.withdrawn_at, text), _day(grant.withdrawn_at, beside)
    for code, (said, aside) in rows.items():
        yield text.paper[code], beside.paper[code], said, aside


def _agencies(agencies: Iterable[object], text: Text) -> str:
    return ", ".join(sorted(agency_name_in(str(agency), text.language) for agency in agencies))


def _until(grant: Grant | None, text: Text) -> str:
    return _day(grant.until, text) if grant else ""


def _day(moment: datetime, text: Text) -> str:
    written = "en_GB" if text.language == "en" else text.language
    return format_date(timezone.localtime(moment).date(), "long", locale=written)
