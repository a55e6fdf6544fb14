"""First-contact questions: two languages, at most twelve, and two conclusions only."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import Phase, given, settings

from ieumgil.identification.rules import (
    MOST_QUESTIONS,
    AgeClass,
    AgeFacts,
    AgeStatus,
    BadCatalogueError,
    Choice,
    Conclusion,
    ConclusionCode,
    Element,
    QuestionSet,
    Rule,
    UnknownCodeError,
    age_at_act,
    screen,
)
from ieumgil.identification.rules.record import conclusion_from_json, conclusion_to_json
from ieumgil.kernel.canonical import canonical, parse_object
from tests.support.identification import (
    ADULT_FACTS,
    CHILD_FACTS,
    PALERMO,
    QUESTIONS,
    UNKNOWN_FACTS,
    age_facts,
    answer_sets,
)

Screen = Callable[[Mapping[str, Choice], AgeFacts], Conclusion]
# The same search runs on a broken rule each time, where the smallest example is of no interest.
quickly = settings(phases=[Phase.generate], report_multiple_bugs=False)
YES, NO, UNKNOWN, PREFER_NOT = Choice.YES, Choice.NO, Choice.UNKNOWN, Choice.PREFER_NOT


def shipped(answers: Mapping[str, Choice], facts: AgeFacts) -> Conclusion:
    """Screen by the shipped questions."""
    return screen(answers, age_facts=facts, questions=QUESTIONS)


def yes_to(*codes: str) -> dict[str, Choice]:
    """Answer yes to these questions and leave out the others."""
    return dict.fromkeys(codes, YES)


def test_there_are_at_most_twelve_questions_and_a_thirteenth_is_refused() -> None:
    assert len(QUESTIONS.questions) <= MOST_QUESTIONS == 12
    extra = tuple(replace(QUESTIONS.questions[0], code=f"extra-{number}") for number in range(13))
    with pytest.raises(BadCatalogueError):
        QuestionSet("too-long", extra)


def test_every_question_stands_in_both_languages_and_a_sensitive_one_says_why() -> None:
    for question in QUESTIONS.questions:
        assert question.en.isascii()
        assert any("가" <= letter <= "힣" for letter in question.ko)
        assert not question.sensitive or (question.why_en and question.why_ko)


@pytest.mark.parametrize("text", ["en", "ko", "why_en", "why_ko"])
def test_a_sensitive_question_without_one_of_its_texts_is_refused(text: str) -> None:
    with pytest.raises(BadCatalogueError):
        QuestionSet("planted", (replace(QUESTIONS.questions[-1], **{text: " "}),))  # type: ignore[arg-type]


def test_sensitive_questions_come_last_and_danger_first() -> None:
    assert QUESTIONS.questions[0].urgent
    assert QUESTIONS.questions[-1].sensitive
    with pytest.raises(BadCatalogueError):
        QuestionSet("planted", (QUESTIONS.questions[-1], QUESTIONS.questions[0]))


def test_a_code_that_comes_twice_or_supports_nothing_is_refused() -> None:
    question = QUESTIONS.questions[0]
    with pytest.raises(BadCatalogueError):
        QuestionSet("planted", (question, question))
    with pytest.raises(BadCatalogueError):
        QuestionSet("planted", (replace(question, supports=()),))
    with pytest.raises(UnknownCodeError):
        QuestionSet("planted", (replace(question, supports=("weather.rain",)),))


def test_each_element_is_asked_about_and_each_code_stands_in_the_protocols_list() -> None:
    listed = {element["code"] for element in PALERMO["elements"]} | {"danger.now"}
    supported = {code for question in QUESTIONS.questions for code in question.supports}
    assert supported <= listed
    assert {code.partition(".")[0] for code in supported} == set(Element)
    assert {rule["code"]: rule["needs"] for rule in PALERMO["rules"]}.keys() == set(Rule)


def test_every_element_of_the_protocol_is_named_in_both_languages_with_source_and_check() -> None:
    for element in PALERMO["elements"] + PALERMO["rules"] + PALERMO["notes"]:
        assert all(element[key] for key in ("code", "en", "ko", "article", "source", "check"))


def test_an_adult_needs_act_means_and_purpose() -> None:
    conclusion = shipped(yes_to("brought", "papers", "work"), ADULT_FACTS)
    assert (conclusion.code, conclusion.rule) == (ConclusionCode.PROTECT_NOW, Rule.ADULT)
    without_means = shipped(yes_to("brought", "work"), ADULT_FACTS)
    assert without_means.code is ConclusionCode.ASK_AGAIN
    assert [missing.element for missing in without_means.missing] == [Element.MEANS]


def test_a_child_needs_no_means() -> None:
    conclusion = shipped(yes_to("brought", "work"), CHILD_FACTS)
    assert (conclusion.code, conclusion.rule) == (ConclusionCode.PROTECT_NOW, Rule.CHILD)
    assert conclusion.age_status is AgeStatus.SETTLED


def test_a_child_presumed_has_the_childs_rule_and_an_age_to_be_checked() -> None:
    conclusion = shipped(yes_to("place", "sexual"), UNKNOWN_FACTS)
    assert (conclusion.code, conclusion.rule) == (ConclusionCode.PROTECT_NOW, Rule.PRESUMED_CHILD)
    assert conclusion.age_status is AgeStatus.TO_BE_CHECKED


def test_danger_leads_to_protection_at_once_and_still_says_what_is_missing() -> None:
    conclusion = shipped(yes_to("danger"), ADULT_FACTS)
    assert conclusion.urgent
    assert conclusion.code is ConclusionCode.PROTECT_NOW
    assert len(conclusion.missing) == 3


def test_a_reason_names_its_questions_and_where_the_persons_words_are() -> None:
    answers = yes_to("papers", "leave")
    conclusion = screen(answers, age_facts=ADULT_FACTS, questions=QUESTIONS, own_words=["leave", "work"])
    (reason,) = conclusion.reasons
    assert (reason.element, reason.code) == (Element.MEANS, "means.coercion")
    assert (reason.questions, reason.own_words) == (("papers", "leave"), ("leave",))


def test_a_declined_question_is_not_asked_again() -> None:
    answers = {"work": NO, "debt": UNKNOWN, "sexual": PREFER_NOT}
    purpose = next(m for m in shipped(answers, ADULT_FACTS).missing if m.element is Element.PURPOSE)
    assert purpose.ask_again == ("debt", "made-to")
    assert purpose.left_unsaid == ("sexual",)


def test_an_answer_to_no_question_is_refused() -> None:
    with pytest.raises(UnknownCodeError):
        shipped(yes_to("star-sign"), ADULT_FACTS)
    with pytest.raises(UnknownCodeError):
        screen({}, age_facts=ADULT_FACTS, questions=QUESTIONS, own_words=["star-sign"])


def test_a_choice_in_plain_text_counts_the_same_and_an_unheard_of_one_is_refused() -> None:
    assert screen({"danger": "yes"}, age_facts=ADULT_FACTS, questions=QUESTIONS).urgent
    with pytest.raises(ValueError, match="perhaps"):
        screen({"danger": "perhaps"}, age_facts=ADULT_FACTS, questions=QUESTIONS)


def check_only_two_conclusions(rule: Screen) -> None:
    """Find that every answer set leads to one of the two conclusions; `ask-again` says what is missing."""

    @quickly
    @given(answer_sets, age_facts())
    def every(answers: dict[str, Choice], facts: AgeFacts) -> None:
        conclusion = rule(answers, facts)
        assert conclusion.code in {"protect-now", "ask-again"}
        assert conclusion.code != "ask-again" or conclusion.missing
        assert conclusion.age_status is age_at_act(facts).status
        assert (conclusion.rule is Rule.ADULT) == (age_at_act(facts).age_class is AgeClass.ADULT)

    every()


def check_only_yes_counts(rule: Screen) -> None:
    """Find that answers other than yes lead where no answer leads."""

    @quickly
    @given(answer_sets, age_facts())
    def every(answers: dict[str, Choice], facts: AgeFacts) -> None:
        spoken = {code: choice for code, choice in answers.items() if choice is YES}
        assert rule(answers, facts).code is rule(spoken, facts).code
        assert rule(answers, facts).reasons == rule(spoken, facts).reasons

    every()


def check_monotone(rule: Screen) -> None:
    """Find that one more yes never takes protection away."""

    @quickly
    @given(answer_sets, answer_sets, age_facts())
    def every(answers: dict[str, Choice], more: dict[str, Choice], facts: AgeFacts) -> None:
        if rule(answers, facts).code is ConclusionCode.PROTECT_NOW:
            assert rule(answers | dict.fromkeys(more, YES), facts).code is ConclusionCode.PROTECT_NOW

    every()


def a_rule_that_clears(answers: Mapping[str, Choice], facts: AgeFacts) -> Conclusion:
    """Say that somebody is no victim: what must never be."""
    code = "not-a-victim" if NO in answers.values() else shipped(answers, facts).code
    return replace(shipped(answers, facts), code=code)  # type: ignore[arg-type]


def a_rule_that_takes_unknown_for_yes(answers: Mapping[str, Choice], facts: AgeFacts) -> Conclusion:
    """Count what is unknown as a sign."""
    return shipped({code: YES if choice is UNKNOWN else choice for code, choice in answers.items()}, facts)


def a_rule_that_doubts_many_signs(answers: Mapping[str, Choice], facts: AgeFacts) -> Conclusion:
    """Think that who says yes to much is not to be believed."""
    believed = sum(choice is YES for choice in answers.values()) <= 4
    return shipped(answers if believed else {}, facts)


def test_no_answers_lead_to_anything_but_the_two_conclusions() -> None:
    check_only_two_conclusions(shipped)
    with pytest.raises(AssertionError):
        check_only_two_conclusions(a_rule_that_clears)


def test_only_a_yes_counts() -> None:
    check_only_yes_counts(shipped)
    with pytest.raises(AssertionError):
        check_only_yes_counts(a_rule_that_takes_unknown_for_yes)


def test_another_yes_never_takes_protection_away() -> None:
    check_monotone(shipped)
    with pytest.raises(AssertionError):
        check_monotone(a_rule_that_doubts_many_signs)


def test_a_conclusion_holds_no_score() -> None:
    numbers = {field.name for field in fields(Conclusion) if field.type in {int, float, "int", "float"}}
    assert not numbers


@given(answer_sets, age_facts())
def test_a_conclusion_is_read_back_as_it_was(answers: dict[str, Choice], facts: AgeFacts) -> None:
    conclusion = shipped(answers, facts)
    kept = canonical(conclusion_to_json(conclusion))
    assert conclusion_from_json(parse_object(kept)) == conclusion
