"""What a first responder may conclude from a few answers: protect now, or ask again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ieumgil.identification.rules.age import AgeAtAct, AgeClass, AgeFacts, AgeStatus, age_at_act
from ieumgil.identification.rules.questions import (
    Choice,
    Element,
    Question,
    QuestionSet,
    UnknownCodeError,
    element_of,
)

SCREENING_VERSION = "screening-1"


class ConclusionCode(StrEnum):
    """The only two conclusions there are; neither says that somebody is no victim."""

    PROTECT_NOW = "protect-now"  # signs: protect now
    ASK_AGAIN = "ask-again"  # not enough known: offer help, ask again


class Rule(StrEnum):
    """Which rule of the Palermo Protocol was applied (`rules` in data/palermo.json)."""

    ADULT = "adult"
    CHILD = "child"
    PRESUMED_CHILD = "presumed-child"


NEEDS = {
    Rule.ADULT: (Element.ACT, Element.MEANS, Element.PURPOSE),
    Rule.CHILD: (Element.ACT, Element.PURPOSE),
    Rule.PRESUMED_CHILD: (Element.ACT, Element.PURPOSE),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign: element, code, questions answered yes, and those of them answered in the person's words."""

    element: Element
    code: str
    questions: tuple[str, ...]
    own_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """An element that the rule needs and no answer shows yet: what to ask again, and what was left unsaid.

    A question in `left_unsaid` was declined: help is offered, the question is not pressed.
    """

    element: Element
    ask_again: tuple[str, ...]
    left_unsaid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the answers lead to, from what, and what is not known yet; there is no number in it."""

    code: ConclusionCode
    rule: Rule
    age_status: AgeStatus
    urgent: bool
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    version: str


def screen(
    answers: Mapping[str, Choice | str],
    *,
    age_facts: AgeFacts,
    questions: QuestionSet,
    own_words: Collection[str] = (),
) -> Conclusion:
    """Conclude `protect-now` if danger is named or each element the rule needs is shown, else `ask-again`.

    Adult: act, means and purpose; child or presumed child: act and purpose (Palermo Protocol, article 3).
    Only a yes shows anything. `own_words` are codes of questions whose answer is kept in the person's words.
    Raises UnknownCodeError for an answer or words to no question of the set, ValueError for no such choice.
    """
    _refuse_strangers({*answers, *own_words}, questions)
    given = {code: Choice(choice) for code, choice in answers.items()}
    rule, age = _rule_for(age_facts)
    reasons = _reasons(given, questions, own_words)
    shown = {reason.element for reason in reasons}
    missing = tuple(_missing(element, given, questions) for element in NEEDS[rule] if element not in shown)
    urgent = any(question.urgent and _said_yes(given, question) for question in questions.questions)
    code = ConclusionCode.PROTECT_NOW if urgent or not missing else ConclusionCode.ASK_AGAIN
    version = f"{SCREENING_VERSION}/{questions.version}"
    return Conclusion(code, rule, age.status, urgent, reasons, missing, version)


def _rule_for(age_facts: AgeFacts) -> tuple[Rule, AgeAtAct]:
    age = age_at_act(age_facts)
    if age.age_class is AgeClass.ADULT:
        return Rule.ADULT, age
    return (Rule.CHILD if age.status is AgeStatus.SETTLED else Rule.PRESUMED_CHILD), age


def _refuse_strangers(codes: set[str], questions: QuestionSet) -> None:
    strangers = codes - {question.code for question in questions.questions}
    if strangers:
        raise UnknownCodeError(", ".join(sorted(strangers)))


def _said_yes(answers: Mapping[str, Choice], question: Question) -> bool:
    return answers.get(question.code) is Choice.YES


def _reasons(
    answers: Mapping[str, Choice],
    questions: QuestionSet,
    own_words: Collection[str],
) -> tuple[Reason, ...]:
    signs: dict[str, list[str]] = {}
    for question in questions.questions:
        if _said_yes(answers, question):
            for code in question.supports:
                signs.setdefault(code, []).append(question.code)
    return tuple(
        Reason(element_of(code), code, tuple(asked), tuple(q for q in asked if q in own_words))
        for code, asked in signs.items()
    )


def _missing(element: Element, answers: Mapping[str, Choice], questions: QuestionSet) -> Missing:
    about = [question.code for question in questions.questions if question.speaks_of(element)]
    left_unsaid = tuple(code for code in about if answers.get(code) is Choice.PREFER_NOT)
    ask_again = tuple(code for code in about if answers.get(code, Choice.UNKNOWN) is Choice.UNKNOWN)
    return Missing(element, ask_again, left_unsaid)
