"""What the answers are signs of: reasons in words, what is not known yet, and what to do now. Never a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ieumgil.agreements.queries import country, national_numbers
from ieumgil.casefile import queries as casefile
from ieumgil.casefile.web.workers import names_of
from ieumgil.consent import queries as consent
from ieumgil.identification import queries
from ieumgil.identification.queries import ScreeningView
from ieumgil.identification.rules import Choice, Conclusion, ConclusionCode, Element
from ieumgil.kernel.ids import CaseId
from ieumgil.kernel.permission import Permission
from ieumgil.shell.page import Signed, page, show


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with what was answered to it, and what was said in the person's own words."""

    ask: str
    choice: str
    words: str


@dataclass(frozen=True, slots=True)
class Ground:
    """An element with the signs of it, and the answers that they come from."""

    element: Element
    signs: list[str]
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Gap:
    """An element that no answer shows yet: what to ask again, and what was left unsaid and is not pressed."""

    element: Element
    ask_again: list[str]
    left_unsaid: list[str]


@page(verb="screening.read", right=Permission.CASE_READ)
def signs(request: Signed, case: UUID) -> HttpResponse:
    """Show the newest screening as reasons, with the earlier ones below, and what to do in the next hour."""
    view = casefile.case(request.actor, CaseId(case))
    known, names = queries.screenings(request.actor, view.id), names_of(request.actor)
    if not known:
        return show(request, "identification/not_asked.html", {"case": view})
    newest = known[0]
    told = {
        "case": view,
        "screening": newest,
        "by": names.get(newest.by),
        "conclusion": label(newest.conclusion.code.value),
        "protect": newest.conclusion.code is ConclusionCode.PROTECT_NOW,
        "grounds": list(grounds_of(newest)),
        "gaps": list(gaps_of(newest.conclusion)),
        "rule": label(newest.conclusion.rule.value),
        "notes": [label(code) for code in queries.notes_of(_law())],
        "earlier": [(one, names.get(one.by), label(one.conclusion.code.value)) for one in known[1:]],
        "numbers": numbers(),
        "lets_ask": consent.has_leave(request.actor, view.id),
        "may_ask": Permission.SCREENING_DO in request.actor.permissions,
    }
    return show(request, "identification/signs.html", told)


def grounds_of(view: ScreeningView) -> Iterator[Ground]:
    """Give each element that an answer shows, in the order danger, act, means, purpose."""
    for element in (Element.DANGER, Element.ACT, Element.MEANS, Element.PURPOSE):
        reasons = [one for one in view.conclusion.reasons if one.element is element]
        if reasons:
            asked = dict.fromkeys(code for reason in reasons for code in reason.questions)
            yield Ground(
                element, [_sign(one.code) for one in reasons], [_answer(view, code) for code in asked]
            )


def gaps_of(conclusion: Conclusion) -> Iterator[Gap]:
    """Give what no answer shows yet."""
    for gap in conclusion.missing:
        yield Gap(
            gap.element, [_ask(code) for code in gap.ask_again], [_ask(code) for code in gap.left_unsaid]
        )


def label(code: str) -> str:
    """Give the words of a code in the language of the page; the code itself if it has none."""
    found = queries.labels().get(code)
    return (found.ko if get_language() == "ko" else found.en) if found else code


def numbers() -> list[dict[str, str]]:
    """Give whom one rings day and night in this country, in the language of the page."""
    korean = get_language() == "ko"
    known = national_numbers(settings.IEUMGIL_COUNTRY)
    return [{"number": one.number, "words": one.label.ko if korean else one.label.en} for one in known]


def _sign(code: str) -> str:
    return _("somebody may do harm soon") if code == "danger.now" else label(code)


def _answer(view: ScreeningView, code: str) -> Answer:
    return Answer(
        _ask(code), label(view.answers.get(code, Choice.UNKNOWN).value), view.own_words.get(code, "")
    )


def _ask(code: str) -> str:
    found = next((one for one in queries.question_set().questions if one.code == code), None)
    return code if found is None else found.ko if get_language() == "ko" else found.en


def _law() -> str:
    profile: dict[str, Any] = dict(country(settings.IEUMGIL_COUNTRY))
    return str(profile.get("iso", ""))
