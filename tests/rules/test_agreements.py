"""What a basis covers, what may be loaded, and whether the data of the field agrees with itself."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import ieumgil
from ieumgil.agreements.rules import (
    Basis,
    PurposeKind,
    basis_from,
    covers,
    may_be_loaded,
    may_skip_enquiry,
)
from ieumgil.consent.rules import Reason
from ieumgil.directory.rules import Caution
from ieumgil.directory.rules import Reason as CannotTake
from ieumgil.kernel.ids import PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from tests.support.disclosing import (
    CATEGORIES,
    CLINIC,
    DAY,
    FIELD_ROWS,
    FIELDS,
    NOW,
    PURPOSE_ROWS,
    PURPOSES,
    SENDER,
    SHELTER,
    basis,
    codes,
    rows_of,
)

ROOMS = Path(ieumgil.__file__).parent
SHELTERING = PURPOSES[PurposeCode("shelter")]
SOME = frozenset({PurposeCode("shelter"), PurposeCode("medical")})


@pytest.mark.parametrize(
    ("agreed", "answer"),
    [
        (basis(), Allow()),
        (basis(purposes=SOME, parties=frozenset({SENDER, SHELTER})), Allow()),
        (basis(parties=frozenset({SENDER, CLINIC})), Deny("not-a-party")),
        (basis(parties=frozenset({SHELTER, CLINIC})), Deny("not-a-party")),
        (basis(purposes=frozenset({PurposeCode("medical")})), Deny("not-in-basis")),
        (basis(purpose_kind=PurposeKind.JUSTICE), Deny("kind-walled")),
        (basis(valid_from=NOW), Allow()),
        (basis(valid_from=NOW + DAY), Deny("basis-not-yet")),
        (basis(valid_until=NOW + DAY), Allow()),
        (basis(valid_until=NOW), Deny("basis-ended")),
        (basis(suspended_at=NOW + DAY), Deny("basis-suspended")),
    ],
)
def test_a_basis_covers_its_parties_its_purposes_and_its_time(agreed: Basis, answer: Outcome) -> None:
    assert covers(agreed, SENDER, SHELTER, SHELTERING, NOW) == answer
    assert covers(agreed, SHELTER, SHELTER, SHELTERING, NOW) == Deny("same-agency")


def test_an_enquiry_is_skipped_by_agreement_or_in_danger_to_life() -> None:
    assert may_skip_enquiry(basis(), danger_to_life=False) == Deny("enquiry-first")
    assert may_skip_enquiry(basis(), danger_to_life=True) == Allow()
    assert may_skip_enquiry(basis(may_skip_enquiry=True), danger_to_life=False) == Allow()


def loaded(agreed: Basis) -> Outcome:
    """Ask whether it may be loaded, with the data of the field."""
    return may_be_loaded(agreed, PURPOSES, FIELDS)


def test_an_agreement_never_joins_two_kinds_over_every_pair_of_purposes() -> None:
    for one, other in product(PURPOSES.values(), repeat=2):
        same = one.kind is other.kind
        together = basis(purpose_kind=one.kind, purposes=frozenset({one.code, other.code}))
        assert loaded(together) == (Allow() if same else Deny("kinds-mixed"))
        onward = basis(purpose_kind=one.kind, purposes=frozenset({one.code}), onward=frozenset({other.code}))
        assert loaded(onward) == (Allow() if same else Deny("widens-kind"))


@pytest.mark.parametrize(
    ("agreed", "answer"),
    [
        (basis(purposes=SOME, purpose_kind=PurposeKind.MIGRATION), Deny("kinds-mixed")),
        (basis(purposes=frozenset({PurposeCode("curiosity")})), Deny("purpose-unknown")),
        (basis(purposes=SOME, onward=frozenset({PurposeCode("curiosity")})), Deny("purpose-unknown")),
        (basis(purposes=SOME, categories=codes("hearsay")), Deny("category-unknown")),
        (basis(purposes=SOME, categories=codes("identity", "shelter")), Deny("never-leaves")),
        (basis(purposes=SOME, categories=codes("indicators")), Deny("never-leaves")),
        (basis(purposes=SOME, valid_from=NOW, valid_until=NOW), Deny("ends-before-it-begins")),
    ],
)
def test_an_agreement_that_widens_anything_is_refused(agreed: Basis, answer: Outcome) -> None:
    assert loaded(agreed) == answer


def test_the_answers_to_indicators_may_be_agreed_for_a_formal_determination() -> None:
    determining = frozenset({PurposeCode("formal-determination")})
    assert loaded(basis(purposes=determining, categories=codes("indicators"))) == Allow()


def test_the_agreements_of_the_invented_country_may_be_loaded() -> None:
    profile = json.loads((ROOMS / "agreements/data/countries/narae.json").read_text("utf-8"))
    found = [basis_from(body) for body in profile["agreements"]]
    assert [loaded(one) for one in found] == [Allow()]
    assert found[0].time_limits.emergency.amount == 1
    known = {agency["id"] for agency in profile["agencies"]}
    assert {str(party) for party in found[0].parties or ()} <= known


def faults() -> list[str]:
    """Name what in the data does not agree with itself."""
    wrong = [
        f"{path}: category" for path, field in FIELDS.items() if field.category != path.partition(".")[0]
    ]
    wrong += [f"{path}: category unknown" for path, f in FIELDS.items() if f.category not in CATEGORIES]
    wrong += [f"{p.code}: needs {path}" for p in PURPOSES.values() for path in p.needs - FIELDS.keys()]
    named = [path for path, f in FIELDS.items() if f.category in {"health", "status"} and not f.named_only]
    wrong += [f"{path}: must be named" for path in named]
    never = [
        (p, path) for p in PURPOSES.values() for path in p.needs if not FIELDS[path].may_leave_for(p.code)
    ]
    wrong += [f"{purpose.code}: needs what never leaves, {path}" for purpose, path in never]
    return wrong


def test_the_data_agrees_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults() == []
    greedy = replace(SHELTERING, needs=SHELTERING.needs | {next(p for p in FIELDS if p == "notes.case")})
    monkeypatch.setitem(PURPOSES, greedy.code, greedy)
    assert faults() == ["shelter: needs what never leaves, notes.case"]


def test_no_status_reaches_a_body_that_may_enforce_it_but_for_a_stay() -> None:
    needing = {p.code for p in PURPOSES.values() if any(path.startswith("status.") for path in p.needs)}
    walled = {p.code for p in PURPOSES.values() if p.kind is PurposeKind.JUSTICE}
    assert not needing & walled


@pytest.mark.parametrize("rows", [FIELD_ROWS, PURPOSE_ROWS, rows_of("categories")])
def test_everything_has_a_name_in_english_and_korean(rows: list[dict[str, str]]) -> None:
    assert all(row["en"].isascii() and any("가" <= sign <= "힣" for sign in row["ko"]) for row in rows)


def test_every_reason_has_its_words_and_no_words_are_left_over() -> None:
    held_back = json.loads((ROOMS / "consent/data/reasons.json").read_text("utf-8"))["reasons"]
    assert {row["code"] for row in held_back} == set(Reason)
    answers = json.loads((ROOMS / "directory/data/reasons.json").read_text("utf-8"))
    assert {row["code"] for row in answers["reasons"]} == set(CannotTake)
    assert {row["code"] for row in answers["cautions"]} == set(Caution)
