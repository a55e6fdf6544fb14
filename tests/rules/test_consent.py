"""Whether a consent counts, who can give it, and what a legal duty needs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieumgil.agreements.rules import BasisKind
from ieumgil.consent.gate import may_record
from ieumgil.consent.rules import (
    DutyGround,
    Feedback,
    GivenBy,
    Grant,
    GrantColumns,
    LegalDuty,
    Reason,
    body_of,
    disclose,
    duty_holds,
    feedback_agreed,
    grant_from,
    may_consent,
    newest,
    review_due,
    under_suspicion,
    valid,
    withdrawn,
)
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import canonical
from ieumgil.kernel.ids import FieldPath, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission
from tests.support.disclosing import (
    CATEGORIES,
    CLINIC,
    DAY,
    FIELDS,
    NOW,
    PURPOSES,
    SECOND,
    SENDER,
    SHELTER,
    WORKER,
    basis,
    codes,
    full_case,
    grant,
)

SHELTERING = PurposeCode("shelter")


@pytest.mark.parametrize(
    ("given_by", "of_child", "suspected", "answer"),
    [
        (GivenBy.PERSON, False, False, Allow()),
        (GivenBy.PERSON, False, True, Allow()),
        (GivenBy.PERSON, True, False, Deny("child-alone")),
        (GivenBy.PERSON, True, True, Deny("child-alone")),
        (GivenBy.GUARDIAN, True, False, Allow()),
        (GivenBy.GUARDIAN, True, True, Deny("guardian-suspected")),
        (GivenBy.ADVOCATE, True, True, Allow()),
        (GivenBy.ADVOCATE, True, False, Allow()),
    ],
)
def test_a_child_consents_with_a_guardian_or_if_that_one_is_suspected_with_an_advocate(
    given_by: GivenBy, answer: Outcome, *, of_child: bool, suspected: bool
) -> None:
    assert may_consent(given_by, of_child=of_child, guardian_suspected=suspected) == answer
    assert valid(grant(by_whom=given_by, of_child=of_child, guardian_suspected=suspected), NOW) == answer


def test_a_consent_counts_from_its_beginning_until_just_before_its_end() -> None:
    one = grant()
    assert valid(one, one.given_at) == Allow()
    assert valid(one, one.given_at - timedelta(microseconds=1)) == Deny("consent-not-yet")
    assert valid(one, one.until - timedelta(microseconds=1)) == Allow()
    assert valid(one, one.until) == Deny("consent-expired")


@given(st.timedeltas(min_value=-DAY * 60, max_value=DAY * 60))
def test_a_withdrawn_consent_never_counts_whatever_the_clock_says(shift: timedelta) -> None:
    assert valid(withdrawn(grant(), NOW), NOW + shift) != Allow()


def test_suspicion_stops_what_a_guardian_consented_to_and_not_what_an_advocate_did() -> None:
    through_guardian = grant(by_whom=GivenBy.GUARDIAN, of_child=True)
    assert valid(through_guardian, NOW) == Allow()
    assert valid(under_suspicion(through_guardian), NOW) == Deny("guardian-suspected")
    assert valid(under_suspicion(grant(by_whom=GivenBy.ADVOCATE, of_child=True)), NOW) == Allow()


@given(st.permutations([grant(), grant(version=2), grant(version=3, withdrawn_at=NOW), grant(2)]))
def test_only_the_newest_version_speaks_in_whatever_order_they_come(versions: list[Grant]) -> None:
    assert {(one.id.int, one.version) for one in newest(versions)} == {(1, 3), (2, 1)}


def test_the_referrer_hears_back_only_what_was_agreed_and_only_while_it_counts() -> None:
    heard = grant(feedback=frozenset({Feedback.ARRIVAL}))
    more = grant(2, feedback=frozenset({Feedback.OUTCOME}))
    ended = grant(3, feedback=frozenset({Feedback.PROGRESS}), until=NOW)
    elsewhere = grant(4, feedback=frozenset({Feedback.PROGRESS}), recipients=frozenset({CLINIC}))
    found = feedback_agreed([heard, more, ended, elsewhere], purpose=SHELTERING, recipient=SHELTER, now=NOW)
    assert found == {Feedback.ARRIVAL, Feedback.OUTCOME}


def test_a_consent_comes_back_from_its_sealed_form_as_it_was() -> None:
    one = grant(feedback=frozenset(Feedback), of_child=True, by_whom=GivenBy.ADVOCATE)
    columns = GrantColumns(one.id, one.version, one.given_at, one.until, one.withdrawn_at)
    body = body_of(one)
    assert canonical(body)
    assert grant_from(columns, body) == one  # type: ignore[arg-type] # as it comes out of the vault


def duty(ground: DutyGround = DutyGround.LEGAL_DUTY, **changed: object) -> LegalDuty:
    """Give a duty that one worker follows, reaching identity and, by name, health."""
    one = LegalDuty("Narae Act, art. 9", ground, codes("identity"), codes("health"), WORKER, NOW)
    return replace(one, **changed)  # type: ignore[arg-type] # named parts of the duty


def test_a_legal_duty_needs_a_second_person_and_not_the_same_one_twice() -> None:
    assert duty_holds(duty(), NOW) == Deny("second-person-needed")
    assert duty_holds(duty(approved_by=WORKER), NOW) == Deny("same-person")
    assert duty_holds(duty(approved_by=SECOND), NOW) == Allow()
    assert duty_holds(duty(article=" ", approved_by=SECOND), NOW) == Deny("article-missing")


@pytest.mark.parametrize("ground", [DutyGround.DANGER_TO_LIFE, DutyGround.MANDATORY_REPORT])
def test_danger_to_life_goes_at_once_and_is_reviewed_within_a_day(ground: DutyGround) -> None:
    urgent = duty(ground)
    assert duty_holds(urgent, NOW) == Allow()
    assert review_due(urgent) == NOW + DAY
    assert duty_holds(urgent, NOW + DAY) == Deny("review-overdue")
    reviewed = duty(ground, approved_by=SECOND)
    assert duty_holds(reviewed, NOW + DAY) == Allow()
    assert review_due(reviewed) is None
    assert duty_holds(duty(ground, approved_by=WORKER), NOW) == Deny("same-person")


@pytest.mark.parametrize("kind", BasisKind)
def test_a_legal_duty_stands_in_for_consent_and_for_nothing_else(kind: BasisKind) -> None:
    found = disclose(
        full_case(), purpose=PURPOSES[SHELTERING], basis=basis(kind), grants=[], recipient=SHELTER, now=NOW,
        fields=FIELDS, legal_duty=duty(approved_by=SECOND),
    )  # fmt: skip
    reached = {path for path, field in FIELDS.items() if field.category in {"identity", "health"}}
    assert set(found.sent) == reached & PURPOSES[SHELTERING].needs
    assert (found.article, found.grants) == ("Narae Act, art. 9", ())


def test_a_duty_that_does_not_hold_sends_nothing() -> None:
    found = disclose(
        full_case(), purpose=PURPOSES[SHELTERING], basis=basis(), grants=[], recipient=SHELTER, now=NOW,
        fields=FIELDS, legal_duty=duty(),
    )  # fmt: skip
    assert found.sent == {}
    assert found.article is None
    reasons = {one.path: one.reason_code for one in found.held_back}
    assert reasons[FieldPath("identity.name")] is Reason.NO_CONSENT


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (grant(), Allow()),
        (grant(version=2), Deny("not-a-new-consent")),
        (grant(withdrawn_at=NOW), Deny("not-a-new-consent")),
        (grant(purposes=frozenset()), Deny("says-nothing")),
        (grant(recipients=frozenset()), Deny("says-nothing")),
        (grant(categories=frozenset(), named_categories=frozenset()), Deny("says-nothing")),
        (grant(categories=codes("hearsay")), Deny("word-unknown")),
        (grant(purposes=frozenset({PurposeCode("curiosity")})), Deny("word-unknown")),
        (grant(given_at=NOW + DAY), Deny("consent-not-yet")),
        (grant(until=NOW), Deny("consent-expired")),
        (grant(of_child=True), Deny("child-alone")),
    ],
)
def test_only_a_consent_that_says_something_now_is_recorded(said: Grant, answer: Outcome) -> None:
    known = {"purposes": frozenset(PURPOSES), "categories": CATEGORIES}
    worker = Actor(SENDER, WORKER, frozenset({Permission.CONSENT_RECORD}), "case-worker")
    assert may_record(worker, said, NOW, **known) == answer  # type: ignore[arg-type] # by name
    nobody = Actor(SENDER, WORKER, frozenset(), "none")
    assert may_record(nobody, said, NOW, **known) == Deny("no-right")  # type: ignore[arg-type] # by name
