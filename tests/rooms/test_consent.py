"""Recording, withdrawing and reading what a person agreed to, and what may then be sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ieumgil.agreements.queries import joining_basis
from ieumgil.casefile import actions as casefile
from ieumgil.casefile.rules import Identity, PersonName
from ieumgil.consent import actions, queries
from ieumgil.consent.models import GrantRow, Refusal
from ieumgil.consent.rules import GivenBy, Grant, How, Leave, Reason, Refused, RefusedWhat
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import TamperedError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import CaseId, FieldPath, GrantId, PurposeCode
from ieumgil.kernel.outcome import AbsentError, DeniedError
from tests.rooms.conftest import NOW, People
from tests.support import disclosing

DAY = timedelta(days=1)
SHELTERING = PurposeCode("shelter")
LEAVE = Leave("vi", How.INTERPRETED, NOW)
NO = Refused(RefusedWhat.SHARING, "vi", How.READ_ALOUD, NOW, frozenset({PurposeCode("medical")}))


@pytest.fixture
def case(people: People) -> CaseId:
    """Open a case of the police unit, of the owner alone."""
    return casefile.open_case(people.owner, note="said by her: NOTE-MARKER", now=NOW)


def said(people: People, **changed: object) -> Grant:
    """Give a consent for the shelter, given now."""
    for_shelter: dict[str, Any] = {
        "id": GrantId(uuid4()),
        "recipients": frozenset({people.shelter}),
        "purposes": frozenset({SHELTERING}),
        "categories": disclosing.codes("identity", "contact", "needs"),
        "named_categories": disclosing.codes("health"),
        "given_at": NOW,
        "until": NOW + 30 * DAY,
        **changed,
    }
    return disclosing.grant(**for_shelter)


def test_a_recorded_consent_is_read_back_as_it_was_given(people: People, case: CaseId) -> None:
    one = said(people)
    assert actions.record_grant(people.owner, case, one, now=NOW) == one
    assert queries.live_grants(people.owner, case, NOW) == [one]
    assert queries.live_grants(people.owner, case, one.until) == []
    assert queries.grants_of(people.owner, case) == [one]


def test_a_withdrawn_consent_is_a_new_version_and_counts_no_longer(people: People, case: CaseId) -> None:
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    actions.withdraw(people.owner, case, one.id, now=NOW + DAY)
    actions.withdraw(people.owner, case, one.id, now=NOW + 2 * DAY)
    assert queries.live_grants(people.owner, case, NOW) == []
    assert queries.grants_of(people.owner, case) == [replace(one, version=2, withdrawn_at=NOW + DAY)]
    assert GrantRow.objects.count() == 2


def test_the_clock_sees_what_has_ended_without_opening_anything(people: People, case: CaseId) -> None:
    kept, gone, short = (
        actions.record_grant(people.owner, case, grant, now=NOW).id
        for grant in (said(people), said(people), said(people, until=NOW + DAY))
    )
    actions.withdraw(people.owner, case, gone, now=NOW)
    vault.lock(people.police)
    clock = Actor(people.police, None, frozenset())
    never = GrantId(uuid4())
    assert queries.ended(clock, [kept, gone, short, never], NOW) == {gone, never}
    assert queries.ended(clock, [kept, gone, short], NOW + DAY) == {gone, short}
    assert queries.ended(replace(clock, agency=people.shelter), [kept], NOW) == {kept}


Verb = Callable[[Actor, CaseId, GrantId], object]
VERBS: dict[str, Verb] = {
    "consent": lambda actor, case, _: actions.record_grant(
        actor, case, disclosing.grant(given_at=NOW), now=NOW
    ),
    "withdraw": lambda actor, case, grant: actions.withdraw(actor, case, grant, now=NOW),
    "refuse": lambda actor, case, _: actions.record_refusal(actor, case, NO, now=NOW),
    "leave": lambda actor, case, _: actions.record_leave(actor, case, LEAVE, now=NOW),
    "suspect": lambda actor, case, _: actions.suspect_guardian(actor, case, now=NOW),
    "grants": lambda actor, case, _: queries.grants_of(actor, case),
    "refusals": lambda actor, case, _: queries.refusals(actor, case),
    "preview": lambda actor, case, _: queries.preview(
        actor, case, purpose=SHELTERING, basis=joining_basis(), recipient=disclosing.SHELTER, now=NOW
    ),
    "has-leave": lambda actor, case, _: queries.has_leave(actor, case),
    "told": lambda actor, case, _: queries.guardian_may_be_told(actor, case),
}
NEEDING_A_RIGHT = list(VERBS)[:8]


@pytest.mark.parametrize("verb", VERBS)
def test_for_a_colleague_outside_the_team_and_a_stranger_there_is_no_such_case(
    people: People, case: CaseId, verb: str
) -> None:
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    rows = GrantRow.objects.count(), Refusal.objects.count()
    for actor in (people.colleague, people.stranger):
        with pytest.raises(AbsentError):
            VERBS[verb](actor, case, one.id)
        with pytest.raises(AbsentError):
            VERBS[verb](actor, CaseId(uuid4()), one.id)
    assert rows == (GrantRow.objects.count(), Refusal.objects.count())
    VERBS[verb](people.owner, case, one.id)


@pytest.mark.parametrize("verb", NEEDING_A_RIGHT)
def test_without_the_right_nothing_is_done_and_the_attempt_is_on_record(
    people: People, case: CaseId, verb: str
) -> None:
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    before = GrantRow.objects.count(), LedgerEntry.objects.count()
    with pytest.raises(DeniedError, match="no-right"):
        VERBS[verb](replace(people.owner, permissions=frozenset()), case, one.id)
    assert GrantRow.objects.count() == before[0]
    assert LedgerEntry.objects.count() > before[1]


def test_another_cases_consent_cannot_be_withdrawn_through_this_one(people: People, case: CaseId) -> None:
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    other = casefile.open_case(people.owner, now=NOW)
    with pytest.raises(AbsentError):
        actions.withdraw(people.owner, other, one.id, now=NOW)
    assert queries.live_grants(people.owner, case, NOW) == [one]


def test_every_verb_leaves_one_entry_in_the_ledger(people: People, case: CaseId) -> None:
    for verb in (
        lambda: actions.record_grant(people.owner, case, said(people), now=NOW),
        lambda: actions.record_refusal(people.owner, case, NO, now=NOW),
        lambda: actions.record_leave(people.owner, case, LEAVE, now=NOW),
        lambda: queries.live_grants(people.owner, case, NOW),
    ):
        before = LedgerEntry.objects.count()
        verb()
        assert LedgerEntry.objects.count() == before + 1


def test_a_refusal_is_kept_and_a_later_offer_can_be_consented_to(people: People, case: CaseId) -> None:
    actions.record_refusal(people.owner, case, NO, now=NOW)
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    assert queries.refusals(people.owner, case) == [NO]
    assert queries.live_grants(people.owner, case, NOW) == [one]


def test_a_no_to_enquiring_takes_back_the_leave(people: People, case: CaseId) -> None:
    assert not queries.has_leave(people.owner, case)
    actions.record_leave(people.owner, case, LEAVE, now=NOW)
    assert queries.has_leave(people.owner, case)
    actions.record_refusal(people.owner, case, NO, now=NOW)
    assert queries.has_leave(people.owner, case)
    actions.record_refusal(people.owner, case, replace(NO, what=RefusedWhat.ENQUIRY), now=NOW)
    assert not queries.has_leave(people.owner, case)


def test_a_suspected_guardian_neither_consents_nor_is_told_and_an_advocate_does(
    people: People, case: CaseId
) -> None:
    through_guardian = said(people, by_whom=GivenBy.GUARDIAN, of_child=True)
    actions.record_grant(people.owner, case, through_guardian, now=NOW)
    assert queries.guardian_may_be_told(people.owner, case)
    actions.suspect_guardian(people.owner, case, now=NOW)
    assert not queries.guardian_may_be_told(people.owner, case)
    assert queries.live_grants(people.owner, case, NOW) == []
    assert queries.ended(people.owner, [through_guardian.id], NOW) == {through_guardian.id}
    with pytest.raises(DeniedError, match="guardian-suspected"):
        actions.record_grant(
            people.owner, case, said(people, by_whom=GivenBy.GUARDIAN, of_child=True), now=NOW
        )
    advocate = said(people, by_whom=GivenBy.ADVOCATE, of_child=True)
    kept = actions.record_grant(people.owner, case, advocate, now=NOW)
    assert kept.guardian_suspected
    assert queries.live_grants(people.owner, case, NOW) == [kept]


def test_the_words_of_a_consent_are_sealed_in_their_own_place(people: People, case: CaseId) -> None:
    first, second = (actions.record_grant(people.owner, case, said(people), now=NOW) for _ in range(2))
    rows = {row.grant: row for row in GrantRow.objects.all()}
    sealed = bytes(rows[UUID(str(first.id))].sealed)
    assert b"shelter" not in sealed
    assert str(people.shelter).encode() not in sealed
    GrantRow.objects.filter(grant=second.id).update(sealed=sealed)
    with pytest.raises(TamperedError):
        queries.grants_of(people.owner, case)


def test_an_erased_case_has_no_consent_any_more(people: People, case: CaseId) -> None:
    actions.record_grant(people.owner, case, said(people), now=NOW)
    casefile.erase_case(people.owner, case, "person-asked", now=NOW)
    with pytest.raises(AbsentError):
        queries.grants_of(people.owner, case)


def test_the_preview_shows_what_is_sent_and_what_is_held_back_and_why(people: People, case: CaseId) -> None:
    known: dict[FieldPath, Json] = {
        FieldPath("needs.languages"): ["vi"],
        FieldPath("health.allergies"): "penicillin",
        FieldPath("safety.threats"): "calls at night",
        FieldPath("status.residence"): "expired",
        FieldPath("shelter.address"): "SHELTER-MARKER",
    }
    version = casefile.set_facts(people.owner, case, known, version=1, now=NOW)
    casefile.record_identity(
        people.owner, case, Identity(PersonName("Nguyen Thi Lan")), version=version, now=NOW
    )
    one = actions.record_grant(people.owner, case, said(people), now=NOW)
    found = queries.preview(
        people.owner, case, purpose=SHELTERING, basis=joining_basis(), recipient=people.shelter, now=NOW
    )
    assert found.sent == {
        "identity.name": "Nguyen Thi Lan", "needs.languages": ["vi"], "health.allergies": "penicillin",
    }  # fmt: skip
    reasons = {held.path: held.reason_code for held in found.held_back}
    assert reasons[FieldPath("safety.threats")] is Reason.NO_CONSENT
    assert reasons[FieldPath("status.residence")] is Reason.NOT_NEEDED
    assert reasons[FieldPath("shelter.address")] is Reason.NEVER_LEAVES
    assert reasons[FieldPath("notes.case")] is Reason.NEVER_LEAVES
    assert reasons[FieldPath("contact.code_word")] is Reason.NOTHING_KNOWN
    assert found.grants == ((one.id, 1),)
    actions.withdraw(people.owner, case, one.id, now=NOW)
    after = queries.preview(
        people.owner, case, purpose=SHELTERING, basis=joining_basis(), recipient=people.shelter, now=NOW
    )
    assert after.sent == {}
    assert {held.reason_code for held in after.held_back} >= {Reason.CONSENT_WITHDRAWN}
